-- Works take less. When one changed last is kept as milliseconds since the newest of its items came, which mostly are
-- few. Works say the numbers of their roots, and what those are called stands here once: what works said before stays as
-- it is, and is written so when it changes. A name here is never changed or removed: see works_roots.go.

UPDATE works SET updated = updated - added / 1000000;

CREATE TABLE work_roots (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
