-- Items that outran what a program was told: it was told of all up to a number but them, as they had changed again. base is
-- the number up to which it was told of each.
CREATE TABLE outran (
    target TEXT NOT NULL,
    item   INTEGER NOT NULL,
    base   INTEGER NOT NULL,
    PRIMARY KEY (target, item)
) STRICT, WITHOUT ROWID;
