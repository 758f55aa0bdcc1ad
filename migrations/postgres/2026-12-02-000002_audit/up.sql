-- What has happened, and by whom. Nothing here refers to another table: a row outlives the users and the keys that it tells of, and
-- so it has ids only.
CREATE TABLE audit (
    at           BIGINT           NOT NULL,
    -- A UUID of version 7.
    id           TEXT COLLATE "C" NOT NULL,
    -- Who did it: the kind, the key that was presented, and the user who acts or for whom the key does.
    actor        TEXT COLLATE "C" NOT NULL CHECK (actor IN ('key', 'user', 'operator', 'nobody')),
    actor_key    TEXT COLLATE "C",
    actor_user   TEXT COLLATE "C",
    action       TEXT COLLATE "C" NOT NULL,
    -- What it concerns.
    user_id      TEXT COLLATE "C",
    key_id       TEXT COLLATE "C",
    workspace_id TEXT COLLATE "C",
    -- The occasion: an operation's full name, or the words of a command.
    operation    TEXT COLLATE "C" NOT NULL,
    request_id   TEXT COLLATE "C",
    -- Why it was refused; NULL for what was done.
    reason       TEXT COLLATE "C",
    -- A JSON array of the names of fields.
    fields       TEXT COLLATE "C" NOT NULL,
    -- What refusals have in common of which one is enough.
    repetition   TEXT COLLATE "C",
    PRIMARY KEY (at, id),
    CHECK ((reason IS NULL) = (repetition IS NULL))
);

CREATE INDEX audit_by_user ON audit (user_id, at, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_by_actor ON audit (actor_user, at, id) WHERE actor_user IS NOT NULL;
CREATE UNIQUE INDEX audit_repetition_unique ON audit (repetition) WHERE repetition IS NOT NULL;
