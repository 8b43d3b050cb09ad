-- What changes did: where items were before they moved and where deleted ones were last, and when numbers of the feed
-- were given. A new item's filter_seq is its first number below zero, until its root or kind changes.

ALTER TABLE tombstones ADD COLUMN path BLOB; -- NULL: not known

CREATE TABLE vacated (
    item INTEGER NOT NULL,
    seq  INTEGER NOT NULL, -- the feed's number of the change
    root INTEGER,          -- where it was before; NULL: it stayed, and the file holds something else
    path BLOB,
    PRIMARY KEY (item, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) SELECT 'vacated_floor', value FROM meta WHERE key = 'head';

-- From a time on, until a change is made, this was the feed's last number.
CREATE TABLE moments (
    seq INTEGER PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT;

-- Other programs that are told of changes.
CREATE TABLE targets (
    name    TEXT PRIMARY KEY,
    epoch   TEXT NOT NULL,                -- of the catalog that it was told of
    seq     INTEGER NOT NULL,             -- the feed's number up to which it was told
    refresh INTEGER NOT NULL DEFAULT 0,   -- 1: more has changed than is kept for it, and it is to look at everything
    upto    INTEGER NOT NULL DEFAULT 0,   -- the number up to which the message tells that is on its way; 0: none is
    message BLOB,
    off     TEXT NOT NULL DEFAULT ''      -- what it was called by when it wanted no more
) STRICT, WITHOUT ROWID;
