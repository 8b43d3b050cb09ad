-- What sorts and searches: a consumer of the feed with a cursor of its own (meta 'indexed').

CREATE TABLE sort_keys (
    id       INTEGER PRIMARY KEY,
    root     INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    state    INTEGER NOT NULL,
    title    BLOB,
    added    INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    year     INTEGER,
    duration REAL
) STRICT;
CREATE INDEX sort_kind ON sort_keys (kind, root);
CREATE INDEX sort_title ON sort_keys (title, id);
CREATE INDEX sort_added ON sort_keys (added, id);
CREATE INDEX sort_modified ON sort_keys (modified, id);
CREATE INDEX sort_size ON sort_keys (size, id);
CREATE INDEX sort_year ON sort_keys (year, id);
CREATE INDEX sort_duration ON sort_keys (duration, id);

CREATE VIRTUAL TABLE search USING fts5 (
    title, people, album, path,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2'
);
