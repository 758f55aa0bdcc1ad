-- The index of the searched texts, by each three letters in a row. It needs the extension pg_trgm, which is part of PostgreSQL and
-- which the owner of a database may add, where it is installed. Without it, a search reads the texts.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX users_by_search ON users USING gin (search_text gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'searches go without an index: %', SQLERRM;
END $$;
