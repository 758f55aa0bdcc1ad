DROP INDEX list_blocks_by_members;
