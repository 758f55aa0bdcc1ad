-- Requests that had their effect, so that a repeat of one has none. A claim outlives the user that was created, but nothing that
-- was said or answered does: who deletes a user and leaves any of it is refused by the check.
CREATE TABLE claims (
    -- The SHA-256 of who asked, for what, and under which key, in hexadecimal digits.
    id          TEXT    NOT NULL PRIMARY KEY,
    created_at  INTEGER NOT NULL,
    user_id     TEXT    REFERENCES users (id) ON DELETE SET NULL,
    -- The SHA-256 of what was asked, in hexadecimal digits.
    fingerprint TEXT,
    -- Whatever the dialect has kept.
    answer      TEXT,
    CHECK ((user_id IS NULL) = (fingerprint IS NULL) AND (user_id IS NULL) = (answer IS NULL))
) STRICT;

CREATE INDEX claims_by_time ON claims (created_at);
CREATE INDEX claims_by_user ON claims (user_id);
