-- Nothing changes here: there are no blocks.
SELECT 1;
