-- Runs of the daemon that gave numbers of the feed: a run begins with its first change. What a run gave above the
-- number with which the next one began is lost, and given again: a cursor tells by its run which of both it means.

CREATE TABLE runs (
    n    INTEGER PRIMARY KEY,
    id   TEXT NOT NULL UNIQUE, -- '': all those of releases that named none
    upto INTEGER               -- the head with which the next one began; NULL: the last one
) STRICT;
INSERT INTO runs (id) VALUES ('');
