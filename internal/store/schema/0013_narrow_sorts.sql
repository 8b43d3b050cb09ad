-- Sorts do not repeat paths: the order of paths is read from the directories. What sorts and searches is derived anew.

DROP TABLE sort_keys;
CREATE TABLE sort_keys (
    id       INTEGER PRIMARY KEY,
    cell     INTEGER NOT NULL,
    title    BLOB,              -- a collation key
    added    INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    year     INTEGER,
    duration REAL,
    words    INTEGER            -- what the search has of it, in short; NULL: not known
) STRICT;
CREATE INDEX sort_title ON sort_keys (cell, title);
CREATE INDEX sort_added ON sort_keys (cell, added);
CREATE INDEX sort_modified ON sort_keys (cell, modified);
CREATE INDEX sort_size ON sort_keys (cell, size);
CREATE INDEX sort_year ON sort_keys (cell, year);
CREATE INDEX sort_duration ON sort_keys (cell, duration);
DELETE FROM cells;
INSERT INTO search (search) VALUES ('delete-all');
DELETE FROM meta WHERE key = 'indexed';

-- A directory and all below it lie beside each other in this order, as what they hold does in that of paths.
CREATE INDEX dirs_order ON dirs (root, CAST(path || '/' AS BLOB));
