-- The catalog. Times are Unix nanoseconds, paths and names are bytes.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- File systems, by an identity that outlives reboots (never a device number).
CREATE TABLE volumes (
    id    INTEGER PRIMARY KEY,
    ident TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE roots (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,             -- local, smb
    location    TEXT NOT NULL,
    volume      INTEGER NOT NULL DEFAULT 0, -- 0: never reached yet
    root_inode  INTEGER NOT NULL DEFAULT 0,
    root_birth  INTEGER NOT NULL DEFAULT 0,
    detached_at INTEGER NOT NULL DEFAULT 0, -- 0: configured
    full_polls  INTEGER NOT NULL DEFAULT 0  -- 1: directory stamps proved wrong here, so polls list everything
) STRICT;

CREATE TABLE dirs (
    id         INTEGER PRIMARY KEY,
    root       INTEGER NOT NULL,
    parent     INTEGER NOT NULL,           -- 0: the root directory itself
    path       BLOB NOT NULL,              -- relative to the root, '' for the root itself
    volume     INTEGER NOT NULL,           -- where it was last listed
    stamp      INTEGER NOT NULL DEFAULT 0, -- modification time that proves its names; 0: proves nothing
    digest     BLOB,                       -- of the listing that the rows below equal; NULL: they do not, list and compare
    gone       INTEGER NOT NULL DEFAULT 0, -- proven absent; its items are being marked missing
    recheck_at INTEGER NOT NULL DEFAULT 0  -- look again then, whatever the events say; 0: no need
) STRICT;
CREATE UNIQUE INDEX dirs_path ON dirs (root, path);
CREATE INDEX dirs_parent ON dirs (parent);
CREATE INDEX dirs_recheck ON dirs (recheck_at) WHERE recheck_at > 0;
CREATE INDEX dirs_gone ON dirs (root) WHERE gone = 1;

CREATE TABLE items (
    id          INTEGER PRIMARY KEY,
    dir         INTEGER NOT NULL,
    root        INTEGER NOT NULL,
    name        BLOB NOT NULL,
    volume      INTEGER NOT NULL,
    inode       INTEGER NOT NULL,
    birth       INTEGER NOT NULL,
    links       INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    mtime       INTEGER NOT NULL,
    ctime       INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    state       INTEGER NOT NULL,           -- 0 present, 1 missing, 2 missing and held, 3 of a detached root
    missing_at  INTEGER NOT NULL DEFAULT 0,
    kind        TEXT NOT NULL,
    analysis    INTEGER NOT NULL,           -- 0 pending, 1 done, 2 failed, 3 none
    work        INTEGER NOT NULL,           -- 0 nothing to do, 1 analyse, 2 verify the fingerprint, 3 describe anew
    marked      INTEGER NOT NULL DEFAULT 0, -- the feed's number when something beside it last changed that describes it
    attempts    INTEGER NOT NULL DEFAULT 0,
    retry_at    INTEGER NOT NULL DEFAULT 0, -- of a failed analysis; 0: only when the file changes
    error       TEXT,
    fingerprint INTEGER,
    seq         INTEGER NOT NULL,           -- of its last change
    filter_seq  INTEGER NOT NULL DEFAULT 0, -- of its last change of root or kind
    doc         BLOB,                       -- members of a JSON object: what is known of it
    probed      BLOB                        -- JSON: what its bytes said, to be joined anew when its name changes
) STRICT;
CREATE UNIQUE INDEX items_place ON items (dir, name) WHERE state = 0;
CREATE INDEX items_gone ON items (dir, name) WHERE state > 0;
CREATE UNIQUE INDEX items_seq ON items (seq);
CREATE INDEX items_identity ON items (inode, birth, volume);
CREATE INDEX items_work ON items (root, dir, id) WHERE work > 0;
CREATE INDEX items_companions ON items (dir) WHERE state = 0 AND kind IN ('metadata', 'artwork', 'subtitle');
CREATE INDEX items_retry ON items (retry_at) WHERE retry_at > 0;
CREATE INDEX items_missing ON items (root, missing_at) WHERE state IN (1, 2);

CREATE TABLE tombstones (
    seq        INTEGER PRIMARY KEY,
    id         INTEGER NOT NULL,
    root       INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    filter_seq INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- Identities that an item had until it was rewritten in place: if one turns up elsewhere within the
-- grace, the id follows it.
CREATE TABLE former (
    inode  INTEGER NOT NULL,
    birth  INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    item   INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (inode, birth, volume)
) STRICT, WITHOUT ROWID;

-- Numbers of items, kept with every change, so that no count reads the catalog.
CREATE TABLE tally (
    root     INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    state    INTEGER NOT NULL,
    analysis INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (root, kind, state, analysis)
) STRICT, WITHOUT ROWID;
