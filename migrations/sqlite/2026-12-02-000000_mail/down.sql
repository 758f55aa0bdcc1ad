DROP TABLE tokens;
CREATE TABLE outbox_before (
    id         INTEGER NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_before (user_id, kind, created_at) SELECT user_id, kind, created_at FROM outbox ORDER BY created_at;
DROP TABLE outbox;
ALTER TABLE outbox_before RENAME TO outbox;
CREATE INDEX outbox_by_user ON outbox (user_id);
