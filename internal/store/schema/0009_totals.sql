-- How large a file system was that proves nothing by a listing alone (a union of disks, a server's), when all that a
-- root has of it was last found. seen: how large it was when something was missing from it at another size; 0: nothing
-- is in doubt.

CREATE TABLE totals (
    root   INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    dir    BLOB NOT NULL,    -- one on it, by which it is asked
    total  INTEGER NOT NULL, -- bytes; 0: whatever it is next
    seen   INTEGER NOT NULL DEFAULT 0,
    since  INTEGER NOT NULL DEFAULT 0, -- when that began
    PRIMARY KEY (root, volume)
) STRICT, WITHOUT ROWID;
