-- What lists need so that no total and no role has to be counted: the role shown beside each membership, and how many members
-- of each role a workspace has. Triggers keep both, in the transaction of whatever changes them, so that nothing writes past
-- them.

-- The role of the user, for this workspace's lists.
ALTER TABLE memberships ADD COLUMN role TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE memberships SET role = users.role FROM users WHERE users.id = memberships.user_id;

CREATE INDEX memberships_by_role ON memberships (workspace_id, role, user_id);

CREATE TABLE list_totals (
    -- Empty for everyone of the installation.
    workspace_id TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    -- Every connection counts in a part of its own, as a rule, so that those who create do not wait for one another. A total
    -- is the sum of its parts, each of which may be below zero.
    part         BIGINT           NOT NULL,
    members      BIGINT           NOT NULL,
    PRIMARY KEY (workspace_id, role, part)
) WITH (fillfactor = 50);

INSERT INTO list_totals SELECT '', role, 0, count(*) FROM users GROUP BY role;
INSERT INTO list_totals SELECT workspace_id, role, 0, count(*) FROM memberships GROUP BY workspace_id, role;

-- The search path of those who write is theirs; these functions keep the one that the tables were made in.

CREATE FUNCTION count_on_list(list TEXT, shown TEXT, difference BIGINT) RETURNS VOID
LANGUAGE sql SET search_path FROM CURRENT AS $$
    INSERT INTO list_totals AS totals VALUES (list, shown, pg_catalog.pg_backend_pid() % 256, difference)
        ON CONFLICT (workspace_id, role, part) DO UPDATE SET members = totals.members + excluded.members;
$$;

CREATE FUNCTION count_users() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_on_list('', role, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END)
        FROM changed GROUP BY role ORDER BY role;
    RETURN NULL;
END $$;

CREATE TRIGGER users_added AFTER INSERT ON users
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users();
CREATE TRIGGER users_removed AFTER DELETE ON users
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE FUNCTION count_members() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_on_list(workspace_id, role, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END)
        FROM changed GROUP BY workspace_id, role ORDER BY workspace_id, role;
    RETURN NULL;
END $$;

CREATE TRIGGER memberships_added AFTER INSERT ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_members();
CREATE TRIGGER memberships_removed AFTER DELETE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_members();

-- A role seldom changes, so its changes are counted one by one.

CREATE FUNCTION users_ranked() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_on_list('', OLD.role, -1);
    PERFORM count_on_list('', NEW.role, 1);
    UPDATE memberships SET role = NEW.role WHERE user_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER users_ranked AFTER UPDATE OF role ON users
    FOR EACH ROW WHEN (OLD.role <> NEW.role) EXECUTE FUNCTION users_ranked();

CREATE FUNCTION memberships_moved() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_on_list(OLD.workspace_id, OLD.role, -1);
    PERFORM count_on_list(NEW.workspace_id, NEW.role, 1);
    RETURN NULL;
END $$;

-- Without a list of columns: what counts is what the row has become, also by the trigger below.
CREATE TRIGGER memberships_moved AFTER UPDATE ON memberships
    FOR EACH ROW WHEN (OLD.workspace_id <> NEW.workspace_id OR OLD.role <> NEW.role) EXECUTE FUNCTION memberships_moved();

-- Whatever role a membership is written with, it gets the user's. Who changes that role at the same time waits for this one or
-- is waited for: then this reads what the other has left, or the other finds this membership.
CREATE FUNCTION take_role() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    SELECT users.role INTO NEW.role FROM users WHERE users.id = NEW.user_id FOR SHARE;
    NEW.role := coalesce(NEW.role, '');
    RETURN NEW;
END $$;

CREATE TRIGGER memberships_ranked BEFORE INSERT OR UPDATE OF user_id, role ON memberships
    FOR EACH ROW EXECUTE FUNCTION take_role();

CREATE FUNCTION forget_totals() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM list_totals WHERE (workspace_id = '') = (TG_TABLE_NAME = 'users');
    RETURN NULL;
END $$;

CREATE TRIGGER users_emptied AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION forget_totals();
CREATE TRIGGER memberships_emptied AFTER TRUNCATE ON memberships FOR EACH STATEMENT EXECUTE FUNCTION forget_totals();
