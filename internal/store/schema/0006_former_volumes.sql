-- File systems that a root was on before somebody accepted another in their place, for as long as items of the root are
-- still to be found again on that.

CREATE TABLE former_volumes (
    root   INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    PRIMARY KEY (root, volume)
) STRICT, WITHOUT ROWID;
