-- How far each message is. What waits already is due at once, and has not been tried.
CREATE TABLE outbox_with_delivery (
    -- A UUID, which names the message to mail servers as well.
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    -- Also tells who holds the message: whoever made this attempt.
    attempts     INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    leased_until INTEGER,
    tried_since  INTEGER,
    last_error   TEXT,
    abandoned_at INTEGER
) STRICT;

INSERT INTO outbox_with_delivery (id, user_id, kind, created_at, attempts, due_at)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1)
    || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), user_id, kind, created_at, 0, created_at FROM outbox;

DROP TABLE outbox;
ALTER TABLE outbox_with_delivery RENAME TO outbox;
CREATE INDEX outbox_by_user ON outbox (user_id);
CREATE INDEX outbox_by_due ON outbox (due_at) WHERE abandoned_at IS NULL;

-- What was mailed to prove that a mail was read.
CREATE TABLE tokens (
    -- The SHA-256 in hexadecimal digits.
    hash       TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT    NOT NULL,
    -- The key of the address that it was mailed to.
    email_key  TEXT    NOT NULL,
    -- The message need not be there any more.
    message_id TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX tokens_by_user ON tokens (user_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);
