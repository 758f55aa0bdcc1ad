DROP TABLE facts;
DROP TABLE outbox;
DROP TABLE keys;
DROP TABLE memberships;
DROP TABLE users;
DROP TABLE workspaces;
