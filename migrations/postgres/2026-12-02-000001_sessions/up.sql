-- What signing in takes: keys that are sessions, and how often somebody has tried.

-- Whether the key came to be by signing in; it has an owner and an end then.
ALTER TABLE keys ADD COLUMN session BOOLEAN NOT NULL DEFAULT false;

CREATE INDEX keys_by_session ON keys (session, expires_at);

-- Who tries, by the address of its machine, or for which account, by ids and hashes: never what somebody has typed.
CREATE TABLE attempts (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The theoretical arrival time of the generic cell rate algorithm; what lies before now says nothing any more.
    arrival BIGINT           NOT NULL
);

CREATE INDEX attempts_by_arrival ON attempts (arrival);
