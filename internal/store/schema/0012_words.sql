-- What the search has of an item, in short: where that stays as it is, so does the search. NULL: not known.

ALTER TABLE sort_keys ADD COLUMN words INTEGER;
