-- What signing in takes: keys that are sessions, and how often somebody has tried.

-- Whether the key came to be by signing in; it has an owner and an end then.
ALTER TABLE keys ADD COLUMN session INTEGER NOT NULL DEFAULT 0 CHECK (session IN (0, 1));

CREATE INDEX keys_by_session ON keys (session, expires_at);

-- Who tries, by the address of its machine, or for which account, by ids and hashes: never what somebody has typed.
CREATE TABLE attempts (
    subject TEXT    NOT NULL PRIMARY KEY,
    -- The theoretical arrival time of the generic cell rate algorithm; what lies before now says nothing any more.
    arrival INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_arrival ON attempts (arrival);
