-- The index of the searched texts remembers no user who is gone: where the greatest id that was put in belongs to one, the next lesser
-- id takes its place. Nobody stands between the two, so the index is as far as it was.

CREATE INDEX search_places_by_last_id ON search_places (last_id);

DROP TRIGGER search_user_removed;

CREATE TRIGGER search_user_removed AFTER DELETE ON users BEGIN
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = OLD.id;
    DELETE FROM search_index WHERE user_id = OLD.id;
    UPDATE search_places SET last_id = coalesce((SELECT max(id) FROM users WHERE id < OLD.id), '') WHERE last_id = OLD.id;
END;
