-- What clients may use, and what they do use: so that a way in can be closed once nobody comes by it any more.

-- The only door that the key may use; NULL for all.
ALTER TABLE keys ADD COLUMN pinned TEXT;
-- How much it may do at a time, by a name that the settings explain; NULL for no limit of its own.
ALTER TABLE keys ADD COLUMN plan TEXT;

-- How often a key called an operation on a day. It goes with the key, and so with whoever the key belongs to.
CREATE TABLE usage (
    key_id    TEXT    NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    -- Days since the Unix epoch, in UTC.
    day       INTEGER NOT NULL,
    operation TEXT    NOT NULL,
    calls     INTEGER NOT NULL,
    -- Those of them that were refused or failed.
    errors    INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (key_id, day, operation)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_by_day ON usage (day);

-- In how many of those calls the client had this name, or used this member of the body or this parameter: never a value.
CREATE TABLE usage_details (
    key_id    TEXT    NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    day       INTEGER NOT NULL,
    operation TEXT    NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('agent', 'field', 'parameter')),
    -- Empty for all that have no row of their own.
    name      TEXT    NOT NULL,
    calls     INTEGER NOT NULL,
    PRIMARY KEY (key_id, day, operation, kind, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_details_by_day ON usage_details (day);
