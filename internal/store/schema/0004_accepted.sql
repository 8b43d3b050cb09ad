-- When held removals were last accepted: what was does not count against what vanishes next, in a later process
-- neither.

ALTER TABLE roots ADD COLUMN accepted_at INTEGER NOT NULL DEFAULT 0;
