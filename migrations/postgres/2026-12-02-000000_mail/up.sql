-- How far each message is. What waits already is due at once, and has not been tried.
CREATE TABLE outbox_with_delivery (
    -- A UUID, which names the message to mail servers as well.
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind         TEXT             NOT NULL,
    created_at   BIGINT           NOT NULL,
    -- Also tells who holds the message: whoever made this attempt.
    attempts     BIGINT           NOT NULL,
    due_at       BIGINT           NOT NULL,
    leased_until BIGINT,
    tried_since  BIGINT,
    last_error   TEXT,
    abandoned_at BIGINT
);

INSERT INTO outbox_with_delivery (id, user_id, kind, created_at, attempts, due_at)
SELECT gen_random_uuid()::text, user_id, kind, created_at, 0, created_at FROM outbox;

DROP TABLE outbox;
ALTER TABLE outbox_with_delivery RENAME TO outbox;
CREATE INDEX outbox_by_user ON outbox (user_id);
CREATE INDEX outbox_by_due ON outbox (due_at) WHERE abandoned_at IS NULL;

-- What was mailed to prove that a mail was read.
CREATE TABLE tokens (
    -- The SHA-256 in hexadecimal digits.
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT             NOT NULL,
    -- The key of the address that it was mailed to.
    email_key  TEXT             NOT NULL,
    -- The message need not be there any more.
    message_id TEXT             NOT NULL,
    created_at BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL
);

CREATE INDEX tokens_by_user ON tokens (user_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);
