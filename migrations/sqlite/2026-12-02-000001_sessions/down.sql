DROP TABLE attempts;
DELETE FROM keys WHERE session;
DROP INDEX keys_by_session;
ALTER TABLE keys DROP COLUMN session;
