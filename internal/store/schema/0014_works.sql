-- Works: what items are to people. They are derived by a consumer of the feed with a cursor of its own (meta 'worked').

CREATE TABLE works (
    id       INTEGER PRIMARY KEY,
    parent   INTEGER NOT NULL,           -- the work above it; 0: none
    kind     INTEGER NOT NULL,           -- see workKinds
    key      INTEGER NOT NULL,           -- a hash of what tells it from all others
    seq      INTEGER NOT NULL,           -- the feed's number of its last change
    gone     INTEGER NOT NULL DEFAULT 0, -- since when no item of it is left; 0: it is there
    updated  INTEGER NOT NULL,           -- when it changed last
    title    BLOB,                       -- a collation key
    added    INTEGER NOT NULL,
    year     INTEGER,
    number   REAL,
    size     INTEGER NOT NULL,
    duration INTEGER,                    -- in milliseconds
    doc      BLOB NOT NULL               -- what else it says of itself: see works_doc.go
) STRICT;
CREATE UNIQUE INDEX works_seq ON works (seq);
CREATE INDEX works_parent ON works (parent, number) WHERE parent > 0 AND gone = 0;
CREATE INDEX works_title ON works (kind, title) WHERE gone = 0;
CREATE INDEX works_added ON works (kind, added) WHERE gone = 0;
CREATE INDEX works_year ON works (kind, year) WHERE gone = 0;
CREATE INDEX works_number ON works (kind, number) WHERE gone = 0;
CREATE INDEX works_size ON works (kind, size) WHERE gone = 0;
CREATE INDEX works_duration ON works (kind, duration) WHERE gone = 0;
CREATE INDEX works_artist ON works (key) WHERE kind = 6;
CREATE INDEX works_gone ON works (key) WHERE gone > 0;
CREATE INDEX works_ended ON works (gone) WHERE gone > 0;

-- Items of works, in playing order. Between two there is room for others: no row is written again for one beside it.
CREATE TABLE members (
    work INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    item INTEGER NOT NULL,
    how  BLOB, -- role, version, part, extra and language; NULL: a main item that is all of the only version
    PRIMARY KEY (work, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_item ON members (item);

-- Which unit an item was in when it was derived last: its folder, or the one above that its folder is a part of.
CREATE TABLE unit_items (
    item INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL -- the id of the unit's directory
) STRICT;

-- What is kept of the parts that a unit had, to know whether they are others now.
CREATE TABLE units (
    id     INTEGER PRIMARY KEY,
    traces BLOB NOT NULL
) STRICT;

-- Hashes of keys that parts of units have, and of those of the parts that works are made of.
CREATE TABLE unit_keys (
    key  INTEGER NOT NULL,
    unit INTEGER NOT NULL,
    PRIMARY KEY (key, unit)
) STRICT, WITHOUT ROWID;
CREATE TABLE work_keys (
    key  INTEGER NOT NULL,
    work INTEGER NOT NULL,
    PRIMARY KEY (key, work)
) STRICT, WITHOUT ROWID;

-- Whom parts are by, each spelling once: artists are made of these.
CREATE TABLE credits (
    id    INTEGER PRIMARY KEY,
    key   INTEGER NOT NULL, -- a hash of the artist's
    party TEXT NOT NULL,    -- the group of the root
    name  TEXT NOT NULL,
    sort  TEXT NOT NULL,
    mbid  TEXT NOT NULL,
    n     INTEGER NOT NULL  -- of parts that say it
) STRICT;
CREATE UNIQUE INDEX credits_said ON credits (key, party, name, sort, mbid);
CREATE INDEX credits_mbid ON credits (party, mbid) WHERE mbid <> '';

CREATE VIRTUAL TABLE work_search USING fts5 (
    title, people,
    content = '', contentless_delete = 1,
    tokenize = 'ascii'
);

-- Items of roots of one group join to works.
ALTER TABLE roots ADD COLUMN party TEXT NOT NULL DEFAULT '';
