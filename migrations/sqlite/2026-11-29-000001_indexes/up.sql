-- The index of the searched texts: for each list in which a user stands, that of everyone without a workspace included, the text
-- under a number, and for each three letters in a row the numbers of the texts that have them. A list's numbers lie together, and
-- nearly in the order of the ids, so that a search costs what that list's matches do, and finds the first of them first.
--
-- To put a text into it takes longer than all else that a creation does. So whoever writes to the store does that later, in
-- between, and notes up to which id it is done (the horizon). Triggers note whom the index lacks before that (`search_strays`), and
-- take out what is no longer true. A search looks at the index, at the strays, and at those behind the horizon.

CREATE TABLE search_places (
    -- A list's numbers are those from `place << 40` on.
    place        INTEGER NOT NULL PRIMARY KEY,
    -- Empty for those who are in no workspace.
    workspace_id TEXT    NOT NULL UNIQUE,
    -- Of two texts that stand in the wrong order, the numbers differ by this at most.
    spread       INTEGER NOT NULL,
    -- The greatest id that was put in, or a greater one. Of those in no workspace: the horizon of all lists.
    last_id      TEXT    NOT NULL
) STRICT;

INSERT INTO search_places VALUES (0, '', 0, '');

CREATE TABLE search_index (
    number  INTEGER NOT NULL PRIMARY KEY,
    user_id TEXT    NOT NULL,
    text    TEXT    NOT NULL
) STRICT;

CREATE INDEX search_index_by_user ON search_index (user_id);

-- The texts are folded already, and stand above.
CREATE VIRTUAL TABLE search_grams USING fts5(text, content = '', columnsize = 0, tokenize = 'trigram case_sensitive 1');

CREATE TABLE search_strays (
    workspace_id TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;

-- Taking a row out of the index takes its letters out too.
CREATE TRIGGER search_index_removed AFTER DELETE ON search_index BEGIN
    INSERT INTO search_grams (search_grams, rowid, text) VALUES ('delete', OLD.number, OLD.text);
END;

CREATE TRIGGER search_user_added AFTER INSERT ON users
WHEN NEW.id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO search_strays VALUES ('', NEW.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER search_user_removed AFTER DELETE ON users BEGIN
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = OLD.id;
    DELETE FROM search_index WHERE user_id = OLD.id;
END;

-- Under the numbers that the user has, so that their order stays.
CREATE TRIGGER search_user_changed AFTER UPDATE OF search_text ON users WHEN OLD.search_text <> NEW.search_text BEGIN
    INSERT INTO search_grams (search_grams, rowid, text) SELECT 'delete', number, text FROM search_index WHERE user_id = NEW.id;
    UPDATE search_index SET text = NEW.search_text WHERE user_id = NEW.id;
    INSERT INTO search_grams (rowid, text) SELECT number, text FROM search_index WHERE user_id = NEW.id;
END;

CREATE TRIGGER search_member_added AFTER INSERT ON memberships
WHEN NEW.user_id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO search_strays VALUES (NEW.workspace_id, NEW.user_id) ON CONFLICT DO NOTHING;
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = NEW.user_id;
    DELETE FROM search_index WHERE user_id = NEW.user_id AND number >> 40 = 0;
END;

CREATE TRIGGER search_member_removed AFTER DELETE ON memberships
WHEN OLD.user_id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    DELETE FROM search_strays WHERE workspace_id = OLD.workspace_id AND user_id = OLD.user_id;
    DELETE FROM search_index WHERE user_id = OLD.user_id
        AND number >> 40 = (SELECT place FROM search_places WHERE workspace_id = OLD.workspace_id);
    INSERT INTO search_strays SELECT '', id FROM users WHERE id = OLD.user_id
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE user_id = OLD.user_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER search_member_moved AFTER UPDATE OF workspace_id, user_id ON memberships
WHEN OLD.workspace_id <> NEW.workspace_id OR OLD.user_id <> NEW.user_id BEGIN
    DELETE FROM search_strays WHERE workspace_id = OLD.workspace_id AND user_id = OLD.user_id;
    DELETE FROM search_index WHERE user_id = OLD.user_id
        AND number >> 40 = (SELECT place FROM search_places WHERE workspace_id = OLD.workspace_id);
    INSERT INTO search_strays SELECT '', id FROM users WHERE id = OLD.user_id
        AND id <= (SELECT last_id FROM search_places WHERE place = 0)
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE user_id = OLD.user_id) ON CONFLICT DO NOTHING;
    INSERT INTO search_strays SELECT NEW.workspace_id, NEW.user_id FROM search_places
        WHERE place = 0 AND NEW.user_id <= last_id ON CONFLICT DO NOTHING;
    DELETE FROM search_strays WHERE workspace_id = '' AND user_id = NEW.user_id;
    DELETE FROM search_index WHERE user_id = NEW.user_id AND number >> 40 = 0;
END;

CREATE TRIGGER search_workspace_removed AFTER DELETE ON workspaces BEGIN
    DELETE FROM search_places WHERE workspace_id = OLD.id;
END;

-- Where an offset leads, without a step for each user before it: how many members each stretch of a list has, up to the horizon. The
-- lists are those of the totals, and for each workspace, and for everyone, one of all, whose role stands here as an empty one.

CREATE TABLE list_blocks (
    workspace_id TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    -- A block reaches from this id to that of the next one. The first block begins with the empty id.
    first_id     TEXT    NOT NULL,
    members      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, role, first_id)
) STRICT, WITHOUT ROWID;

-- What is taken away may stand below nothing until the same change adds it.

CREATE TRIGGER block_user_added AFTER INSERT ON users
WHEN NEW.id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO list_blocks VALUES ('', '', '', 0), ('', NEW.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = '' AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = '' AND first_id <= NEW.id);
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = '' AND role = NEW.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = NEW.role AND first_id <= NEW.id);
END;

CREATE TRIGGER block_user_removed AFTER DELETE ON users
WHEN OLD.id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO list_blocks VALUES ('', '', '', 0), ('', OLD.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = '' AND first_id <= OLD.id);
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = OLD.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = OLD.role AND first_id <= OLD.id);
END;

CREATE TRIGGER block_user_moved AFTER UPDATE OF id, role ON users
WHEN OLD.id <> NEW.id OR OLD.role <> NEW.role BEGIN
    INSERT INTO list_blocks VALUES ('', '', '', 0), ('', OLD.role, '', 0) ON CONFLICT DO NOTHING;
    INSERT INTO list_blocks VALUES ('', '', '', 0), ('', NEW.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = '' AND first_id <= OLD.id)
        AND OLD.id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = '' AND role = OLD.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = OLD.role AND first_id <= OLD.id)
        AND OLD.id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = '' AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = '' AND first_id <= NEW.id)
        AND NEW.id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = '' AND role = NEW.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = '' AND role = NEW.role AND first_id <= NEW.id)
        AND NEW.id <= (SELECT last_id FROM search_places WHERE place = 0);
END;

CREATE TRIGGER block_member_added AFTER INSERT ON memberships
WHEN NEW.user_id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO list_blocks VALUES (NEW.workspace_id, '', '', 0), (NEW.workspace_id, NEW.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = NEW.workspace_id AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = NEW.workspace_id AND role = '' AND first_id <= NEW.user_id);
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = NEW.workspace_id AND role = NEW.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = NEW.workspace_id AND role = NEW.role AND first_id <= NEW.user_id);
END;

CREATE TRIGGER block_member_removed AFTER DELETE ON memberships
WHEN OLD.user_id <= (SELECT last_id FROM search_places WHERE place = 0) BEGIN
    INSERT INTO list_blocks VALUES (OLD.workspace_id, '', '', 0), (OLD.workspace_id, OLD.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = OLD.workspace_id AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = OLD.workspace_id AND role = '' AND first_id <= OLD.user_id);
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = OLD.workspace_id AND role = OLD.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = OLD.workspace_id AND role = OLD.role AND first_id <= OLD.user_id);
END;

CREATE TRIGGER block_member_moved AFTER UPDATE OF workspace_id, user_id, role ON memberships
WHEN OLD.workspace_id <> NEW.workspace_id OR OLD.user_id <> NEW.user_id OR OLD.role <> NEW.role BEGIN
    INSERT INTO list_blocks VALUES (OLD.workspace_id, '', '', 0), (OLD.workspace_id, OLD.role, '', 0) ON CONFLICT DO NOTHING;
    INSERT INTO list_blocks VALUES (NEW.workspace_id, '', '', 0), (NEW.workspace_id, NEW.role, '', 0) ON CONFLICT DO NOTHING;
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = OLD.workspace_id AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = OLD.workspace_id AND role = '' AND first_id <= OLD.user_id)
        AND OLD.user_id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members - 1 WHERE workspace_id = OLD.workspace_id AND role = OLD.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = OLD.workspace_id AND role = OLD.role AND first_id <= OLD.user_id)
        AND OLD.user_id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = NEW.workspace_id AND role = '' AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = NEW.workspace_id AND role = '' AND first_id <= NEW.user_id)
        AND NEW.user_id <= (SELECT last_id FROM search_places WHERE place = 0);
    UPDATE list_blocks SET members = members + 1 WHERE workspace_id = NEW.workspace_id AND role = NEW.role AND first_id =
        (SELECT max(first_id) FROM list_blocks WHERE workspace_id = NEW.workspace_id AND role = NEW.role AND first_id <= NEW.user_id)
        AND NEW.user_id <= (SELECT last_id FROM search_places WHERE place = 0);
END;

CREATE TRIGGER block_workspace_removed AFTER DELETE ON workspaces BEGIN
    DELETE FROM list_blocks WHERE workspace_id = OLD.id;
END;
