-- What sorts and searches: a consumer of the feed with a cursor of its own (meta 'indexed').

-- Lists are narrowed to a root, kinds and a state by reading only the cells that match, each in order: so a
-- page costs the same whatever is filtered out.
CREATE TABLE cells (
    id    INTEGER PRIMARY KEY,
    root  INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    state INTEGER NOT NULL,
    UNIQUE (root, kind, state)
) STRICT;

CREATE TABLE sort_keys (
    id       INTEGER PRIMARY KEY,
    cell     INTEGER NOT NULL,
    path     BLOB NOT NULL,
    title    BLOB,              -- a collation key
    added    INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    year     INTEGER,
    duration REAL
) STRICT;
CREATE INDEX sort_path ON sort_keys (cell, path);
CREATE INDEX sort_title ON sort_keys (cell, title);
CREATE INDEX sort_added ON sort_keys (cell, added);
CREATE INDEX sort_modified ON sort_keys (cell, modified);
CREATE INDEX sort_size ON sort_keys (cell, size);
CREATE INDEX sort_year ON sort_keys (cell, year);
CREATE INDEX sort_duration ON sort_keys (cell, duration);

CREATE VIRTUAL TABLE search USING fts5 (
    title, people, album, path,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2'
);
