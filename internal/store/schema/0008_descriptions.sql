-- Which version of the analyzer an item was described by: those of an older one are described anew when there is
-- nothing else to do. 0: before there was a number.

ALTER TABLE items ADD COLUMN described INTEGER NOT NULL DEFAULT 0;
CREATE INDEX items_outdated ON items (root, described) WHERE state = 0 AND work = 0 AND analysis <> 0;
