DROP INDEX list_blocks_by_members;
DROP TRIGGER user_removed;
CREATE TRIGGER block_user_removed AFTER DELETE ON users
WHEN OLD.id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO list_blocks VALUES ('', '', '', 0), ('', OLD.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = '' AND first_id <= OLD.id);
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = OLD.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = OLD.role AND first_id <= OLD.id);
END;
CREATE TRIGGER search_user_removed AFTER DELETE ON users BEGIN
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = OLD.id;
    DELETE FROM search_index WHERE user_id = OLD.id;
    UPDATE search_places SET last_id = coalesce((SELECT max(id) FROM users WHERE id < OLD.id), '') WHERE last_id = OLD.id;
END;
