-- The words that items are found by, as internal/store/words makes them. They are derived behind the hub's own feed: see
-- search_index.go.

-- One row: how far words are taken in. Who writes them locks it.
CREATE TABLE search_place (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	upto bigint NOT NULL DEFAULT 0, -- the feed's number up to which items have been taken in
	version bigint NOT NULL DEFAULT 0, -- of what words are: another has all taken in anew
	made bigint NOT NULL DEFAULT 0 -- the number up to which the vocabulary was made
);
INSERT INTO search_place DEFAULT VALUES;

-- The words of items. Each lexeme is a word behind a letter that says the best text it is in: t of titles, n of people
-- and albums, a of paths; and there is one that says of which stretch of ids the item is, so that the index gives the
-- matches among some ids without those among all. Positions tell phrases, weights of which text: see search_words.go.
CREATE TABLE search (
	id bigint PRIMARY KEY,
	length smallint NOT NULL, -- of the title's key, by which matches rank
	digest bigint NOT NULL, -- of all of it: what is as it was is not written again
	words tsvector NOT NULL
);
CREATE INDEX search_words ON search USING gin (words);

-- How many items have a lexeme. Words in which numbers are count by how they begin: see countedAs.
CREATE TABLE lexemes (
	lexeme text COLLATE "C" PRIMARY KEY,
	n bigint NOT NULL
) WITH (fillfactor = 70);

-- The words that others may be taken for, in pages. Page -1 has those that came since the others were made.
CREATE TABLE vocabulary (
	page integer PRIMARY KEY,
	words bytea NOT NULL
);
