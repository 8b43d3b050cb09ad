-- The words that works are found by, as 0006.sql has those of items: t of the title and the series, n of people. Two
-- columns are enough of them, and nothing is counted: works are fewer, and other words are taken from those of items.
CREATE TABLE work_search (
	id bigint PRIMARY KEY,
	length integer NOT NULL, -- words of the title and the series, by which matches rank
	digest bigint NOT NULL, -- of all of it: what is as it was is not written again
	words tsvector NOT NULL
);
CREATE INDEX work_search_words ON work_search USING gin (words);

-- The feed's number up to which works have been taken in. Those that were there before are, behind what comes.
ALTER TABLE search_place ADD COLUMN works bigint NOT NULL DEFAULT 0;
