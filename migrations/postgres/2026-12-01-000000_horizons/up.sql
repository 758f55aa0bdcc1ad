-- Nothing changes here: the index of the searched texts is PostgreSQL's own, and remembers nobody.
SELECT 1;
