-- Ids are UUIDs as text, times microseconds since the Unix epoch, free objects and lists compact JSON.
-- No COLLATE: SQLite compares text byte by byte, which is the order that every store must have.

CREATE TABLE workspaces (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- What can be large stands last, so that the rest of a row is read without it.
CREATE TABLE users (
    id                   TEXT    NOT NULL PRIMARY KEY,
    revision             INTEGER NOT NULL,
    email                TEXT    NOT NULL,
    email_key            TEXT    NOT NULL,
    verified             INTEGER NOT NULL CHECK (verified IN (0, 1)),
    username             TEXT    NOT NULL,
    username_key         TEXT    NOT NULL,
    full_name            TEXT,
    status               TEXT    NOT NULL CHECK (status IN ('active', 'inactive', 'pending', 'suspended')),
    -- The highest of the roles.
    role                 TEXT    NOT NULL,
    -- A JSON array in the order of rank.
    roles                TEXT    NOT NULL,
    department           TEXT,
    timezone             TEXT,
    locale               TEXT,
    auth_provider        TEXT,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    last_login           INTEGER,
    default_workspace_id TEXT    REFERENCES workspaces (id) ON DELETE SET NULL,
    password_hash        TEXT,
    -- The searched fields, folded.
    search_text          TEXT    NOT NULL,
    avatar_url           TEXT,
    bio                  TEXT,
    preferences          TEXT    NOT NULL,
    settings             TEXT    NOT NULL,
    metadata             TEXT    NOT NULL
) STRICT;

-- The names are those that other stores report when a value is taken. Where both are, the e-mail address is to be reported:
-- SQLite looks at the youngest index first.
CREATE UNIQUE INDEX users_username_key_unique ON users (username_key);
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
CREATE INDEX users_by_role ON users (role, id);

-- One search down the tree finds a workspace's members in the order of a list.
CREATE TABLE memberships (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_user ON memberships (user_id, workspace_id);

CREATE TABLE keys (
    id           TEXT    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    -- The SHA-256 of the secret.
    secret_hash  BLOB    NOT NULL,
    reach        TEXT    NOT NULL CHECK (reach IN ('installation', 'workspace', 'owner')),
    workspace_id TEXT    REFERENCES workspaces (id) ON DELETE CASCADE,
    owner_id     TEXT    REFERENCES users (id) ON DELETE CASCADE,
    -- A JSON array in configured order; NULL for all that the owner has.
    permissions  TEXT,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    CHECK ((reach = 'workspace') = (workspace_id IS NOT NULL))
) STRICT;

CREATE INDEX keys_by_owner ON keys (owner_id);
CREATE INDEX keys_by_workspace ON keys (workspace_id);

CREATE TABLE outbox (
    id         INTEGER NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_by_user ON outbox (user_id);

-- What the installation remembers.
CREATE TABLE facts (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
