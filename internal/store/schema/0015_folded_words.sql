-- Words are folded before the search gets them, so that it takes them as they are. All are derived anew.

DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    title, people, album, path,
    content = '', contentless_delete = 1,
    tokenize = 'ascii'
);
DELETE FROM meta WHERE key = 'indexed';

-- The words that items have, with how many do.
CREATE VIRTUAL TABLE search_terms USING fts5vocab (search, row);

-- The words that others may be taken for, packed: see search_vocabulary.go.
CREATE TABLE vocabulary (
    page  INTEGER PRIMARY KEY,
    words BLOB NOT NULL
) STRICT;
