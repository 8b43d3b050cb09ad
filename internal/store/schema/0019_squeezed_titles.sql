-- Works sort by squeezed keys: see sort_squeezed.go. Those of before are forgotten, and made anew with the works, whose
-- rules are others too. When a work changed last is kept in milliseconds.

DROP INDEX works_title;
UPDATE works SET title = NULL, updated = updated / 1000000;
CREATE INDEX works_title ON works (kind, title) WHERE gone = 0;
