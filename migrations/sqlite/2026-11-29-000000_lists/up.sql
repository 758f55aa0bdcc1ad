-- What lists need so that no total and no role has to be counted: the role shown beside each membership, and how many members
-- of each role a workspace has. Triggers keep both, in the transaction of whatever changes them, so that nothing writes past
-- them.

-- Earlier versions had the planner's statistics taken. A store that was small then was read by plans for a small one.
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;

-- The role of the user, for this workspace's lists.
ALTER TABLE memberships ADD COLUMN role TEXT NOT NULL DEFAULT '';
UPDATE memberships SET role = coalesce((SELECT role FROM users WHERE id = user_id), '');

CREATE INDEX memberships_by_role ON memberships (workspace_id, role, user_id);

CREATE TABLE list_totals (
    -- Empty for everyone of the installation.
    workspace_id TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    -- Always 0 here: there is one writer.
    part         INTEGER NOT NULL,
    members      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, role, part)
) STRICT, WITHOUT ROWID;

INSERT INTO list_totals SELECT '', role, 0, count(*) FROM users GROUP BY role;
INSERT INTO list_totals SELECT workspace_id, role, 0, count(*) FROM memberships GROUP BY workspace_id, role;

CREATE TRIGGER users_added AFTER INSERT ON users BEGIN
    INSERT INTO list_totals VALUES ('', NEW.role, 0, 1) ON CONFLICT DO UPDATE SET members = members + 1;
END;

CREATE TRIGGER users_removed AFTER DELETE ON users BEGIN
    UPDATE list_totals SET members = members - 1 WHERE workspace_id = '' AND role = OLD.role;
    DELETE FROM list_totals WHERE workspace_id = '' AND role = OLD.role AND members = 0;
END;

CREATE TRIGGER users_ranked AFTER UPDATE OF role ON users WHEN OLD.role <> NEW.role BEGIN
    INSERT INTO list_totals VALUES ('', NEW.role, 0, 1) ON CONFLICT DO UPDATE SET members = members + 1;
    UPDATE list_totals SET members = members - 1 WHERE workspace_id = '' AND role = OLD.role;
    DELETE FROM list_totals WHERE workspace_id = '' AND role = OLD.role AND members = 0;
    UPDATE memberships SET role = NEW.role WHERE user_id = NEW.id;
END;

CREATE TRIGGER memberships_added AFTER INSERT ON memberships BEGIN
    INSERT INTO list_totals VALUES (NEW.workspace_id, NEW.role, 0, 1) ON CONFLICT DO UPDATE SET members = members + 1;
END;

-- A membership that comes without its role, or with another one, is counted as it comes; then it is changed, which is counted too.
CREATE TRIGGER memberships_unranked AFTER INSERT ON memberships
WHEN NEW.role <> (SELECT role FROM users WHERE id = NEW.user_id) BEGIN
    UPDATE memberships SET role = (SELECT role FROM users WHERE id = NEW.user_id)
        WHERE workspace_id = NEW.workspace_id AND user_id = NEW.user_id;
END;

CREATE TRIGGER memberships_removed AFTER DELETE ON memberships BEGIN
    UPDATE list_totals SET members = members - 1 WHERE workspace_id = OLD.workspace_id AND role = OLD.role;
    DELETE FROM list_totals WHERE workspace_id = OLD.workspace_id AND role = OLD.role AND members = 0;
END;

-- Which of these comes first does not matter: what is taken away stands there below zero until it is added.
CREATE TRIGGER memberships_moved AFTER UPDATE OF workspace_id, role ON memberships
WHEN OLD.workspace_id <> NEW.workspace_id OR OLD.role <> NEW.role BEGIN
    INSERT INTO list_totals VALUES (NEW.workspace_id, NEW.role, 0, 1) ON CONFLICT DO UPDATE SET members = members + 1;
    INSERT INTO list_totals VALUES (OLD.workspace_id, OLD.role, 0, -1) ON CONFLICT DO UPDATE SET members = members - 1;
    DELETE FROM list_totals WHERE workspace_id IN (OLD.workspace_id, NEW.workspace_id)
        AND role IN (OLD.role, NEW.role) AND members = 0;
END;

CREATE TRIGGER memberships_ranked AFTER UPDATE OF user_id, role ON memberships
WHEN NEW.role <> (SELECT role FROM users WHERE id = NEW.user_id) BEGIN
    UPDATE memberships SET role = (SELECT role FROM users WHERE id = NEW.user_id)
        WHERE workspace_id = NEW.workspace_id AND user_id = NEW.user_id;
END;
