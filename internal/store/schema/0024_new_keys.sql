-- What deriving works writes is less: a row of unit_items only where an item was in another unit than its directory, and
-- the keys of a large batch together, before they are sorted into unit_keys and work_keys with those of others: each is a
-- hash, which there writes a page of its own. See works_keys.go.

DELETE FROM unit_items WHERE unit = (SELECT dir FROM items WHERE id = unit_items.item);

CREATE TABLE new_keys (
    id   INTEGER PRIMARY KEY,
    keys BLOB NOT NULL
) STRICT;
