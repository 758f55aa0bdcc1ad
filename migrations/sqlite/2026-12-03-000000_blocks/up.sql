-- Users whose ids are not the newest, as an import brings them, come into blocks that are full. The writer cuts those that have too many
-- members, and finds them by this.

CREATE INDEX list_blocks_by_members ON list_blocks (members);

-- Who is deleted leaves the blocks first, and then the horizon may go back: of two triggers SQLite runs the younger one first. Blocks
-- that begin beyond the new horizon have nobody left, and go with it.

DROP TRIGGER search_user_removed;
DROP TRIGGER block_user_removed;

CREATE TRIGGER user_removed AFTER DELETE ON users BEGIN
    INSERT INTO list_blocks VALUES ('', '', '', 0), ('', OLD.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = '' AND first_id <= OLD.id)
        AND OLD.id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = OLD.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = OLD.role AND first_id <= OLD.id)
        AND OLD.id <= (SELECT last_id FROM search_places WHERE place = 0);
    DELETE FROM list_blocks WHERE OLD.id = (SELECT last_id FROM search_places WHERE place = 0)
        AND first_id > coalesce((SELECT max(id) FROM users WHERE id < OLD.id), '');
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = OLD.id;
    DELETE FROM search_index WHERE user_id = OLD.id;
    UPDATE search_places SET last_id = coalesce((SELECT max(id) FROM users WHERE id < OLD.id), '') WHERE last_id = OLD.id;
END;

-- What was counted until now is counted anew; one block for each list, which the writer cuts.

DELETE FROM list_blocks;
INSERT INTO list_blocks SELECT '', '', '', count(*) FROM users WHERE id <= (SELECT last_id FROM search_places WHERE place = 0);
INSERT INTO list_blocks SELECT '', role, '', count(*) FROM users
    WHERE id <= (SELECT last_id FROM search_places WHERE place = 0) GROUP BY role;
INSERT INTO list_blocks SELECT workspace_id, '', '', count(*) FROM memberships
    WHERE user_id <= (SELECT last_id FROM search_places WHERE place = 0) GROUP BY workspace_id;
INSERT INTO list_blocks SELECT workspace_id, role, '', count(*) FROM memberships
    WHERE user_id <= (SELECT last_id FROM search_places WHERE place = 0) GROUP BY workspace_id, role;
