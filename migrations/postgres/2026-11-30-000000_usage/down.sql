DROP TABLE usage_details;
DROP TABLE usage;
ALTER TABLE keys DROP COLUMN plan;
ALTER TABLE keys DROP COLUMN pinned;
