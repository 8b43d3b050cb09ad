-- Missing and held items apart, each in the order in which they vanished: a batch is read without those before it.

DROP INDEX items_missing;
CREATE INDEX items_missing ON items (root, state, missing_at) WHERE state IN (1, 2);
