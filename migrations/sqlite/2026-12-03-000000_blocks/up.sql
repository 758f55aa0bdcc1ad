-- Users whose ids are not the newest, as an import brings them, come into blocks that are full. The writer cuts those that have too many
-- members, and finds them by this.

CREATE INDEX list_blocks_by_members ON list_blocks (members);
