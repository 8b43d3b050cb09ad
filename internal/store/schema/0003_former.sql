-- Where an identity alone proves nothing, a file that bears a former one must have the size and the time that
-- its file had. What the table held is of use for seconds only.

DROP TABLE former;
CREATE TABLE former (
    inode  INTEGER NOT NULL,
    birth  INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    item   INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    mtime  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (inode, birth, volume)
) STRICT, WITHOUT ROWID;
