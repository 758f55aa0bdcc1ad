-- Two workspaces, of which one has nearly everyone; few are administrators.
INSERT INTO workspaces VALUES ('big', 'Big', 0), ('small', 'Small', 0);
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
INSERT INTO users (id, revision, email, email_key, verified, username, username_key, status, role, roles, created_at,
    updated_at, search_text, preferences, settings, metadata)
SELECT printf('%08d', n), 1, 'e' || n, 'e' || n, 0, 'u' || n, 'u' || n, 'active', iif(n % 1000, 'user', 'admin'), '[]', 0,
    0, 'u' || n, '{}', '{}', '{}' FROM n;
INSERT INTO memberships (workspace_id, user_id) SELECT 'big', id FROM users;
INSERT INTO memberships (workspace_id, user_id) SELECT 'small', id FROM users LIMIT 20;
INSERT INTO keys (id, name, secret_hash, reach, owner_id, created_at) SELECT 'k' || id, '', x'', 'owner', id, 0 FROM users;
INSERT INTO attempts SELECT 'account:' || id, 0 FROM users;
INSERT INTO usage SELECT id, 20000 + rowid % 30, 'door.x', 1, 0, 0 FROM keys;
INSERT INTO usage_details SELECT id, 20000 + rowid % 30, 'door.x', 'agent', 'x', 1 FROM keys;
INSERT INTO outbox (id, user_id, kind, created_at, attempts, due_at) SELECT 'm' || id, id, 'activation', 0, 0, 0 FROM users;
INSERT INTO tokens SELECT 't' || id, id, 'activation', 'e', 'm' || id, 0, 0 FROM users;
