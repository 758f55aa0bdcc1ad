-- How far each message is. What waits already is due at once, and has not been tried.
ALTER TABLE outbox ALTER COLUMN id DROP IDENTITY;
ALTER TABLE outbox
    -- A UUID, which names the message to mail servers as well.
    ALTER COLUMN id TYPE TEXT COLLATE "C" USING gen_random_uuid()::text,
    -- Also tells who holds the message: whoever made this attempt.
    ADD COLUMN attempts     BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN due_at       BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN leased_until BIGINT,
    ADD COLUMN tried_since  BIGINT,
    ADD COLUMN last_error   TEXT,
    ADD COLUMN abandoned_at BIGINT;
UPDATE outbox SET due_at = created_at;
ALTER TABLE outbox ALTER COLUMN attempts DROP DEFAULT, ALTER COLUMN due_at DROP DEFAULT;

CREATE INDEX outbox_by_due ON outbox (due_at) WHERE abandoned_at IS NULL;

-- What was mailed to prove that a mail was read.
CREATE TABLE tokens (
    -- The SHA-256 in hexadecimal digits.
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT             NOT NULL,
    -- The key of the address that it was mailed to.
    email_key  TEXT COLLATE "C" NOT NULL,
    -- The message need not be there any more.
    message_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL
);

CREATE INDEX tokens_by_user ON tokens (user_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);
