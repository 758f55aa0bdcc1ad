DROP INDEX search_places_by_last_id;
DROP TRIGGER search_user_removed;
CREATE TRIGGER search_user_removed AFTER DELETE ON users BEGIN
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = OLD.id;
    DELETE FROM search_index WHERE user_id = OLD.id;
END;
