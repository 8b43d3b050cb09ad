-- What items say of themselves, in numbers: so filters are compared, and values counted, without a document being read.
-- What sorts and searches is derived anew.

-- A value of a field as items spell it: see facts_values.go.
CREATE TABLE facts (
    id      INTEGER PRIMARY KEY,        -- of the field, and which of its values
    same    INTEGER NOT NULL,           -- a hash of the field and the value, the same of all spellings
    several INTEGER NOT NULL DEFAULT 0, -- 1: it has other spellings too
    value   BLOB NOT NULL
) STRICT;
CREATE INDEX facts_same ON facts (same);
CREATE INDEX facts_several ON facts (id) WHERE several = 1;

-- How much has a value, by cell.
CREATE TABLE fact_sums (
    fact     INTEGER NOT NULL, -- 0: whatever there is; of a field alone: what has any of its values
    cell     INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    high     INTEGER NOT NULL, -- size: of each, what is above 32 bits
    low      INTEGER NOT NULL, -- and the rest, so that no sum is too large
    duration INTEGER NOT NULL, -- in milliseconds
    PRIMARY KEY (fact, cell)
) STRICT, WITHOUT ROWID;

ALTER TABLE sort_keys ADD COLUMN facts BLOB; -- those that no other column tells: see facts_values.go
DELETE FROM sort_keys;
DELETE FROM cells;
INSERT INTO search (search) VALUES ('delete-all');
DELETE FROM meta WHERE key = 'indexed';
