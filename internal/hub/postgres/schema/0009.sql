-- The words of items that no work holds, as search has those of all. In most libraries works hold nearly all that words
-- find, and whether they do was looked up of each match. Who writes words or members of works keeps it: see
-- search_unheld.go.
CREATE TABLE search_unheld (
	id bigint PRIMARY KEY,
	length smallint NOT NULL,
	words tsvector NOT NULL
);
INSERT INTO search_unheld SELECT id, length, words FROM search s WHERE NOT EXISTS (
	SELECT FROM members m JOIN works w ON w.id = m.work AND w.gone = 0 WHERE m.item = s.id);
CREATE INDEX search_unheld_words ON search_unheld USING gin (words);

-- Words of works say of what kind these are, and of which roots. Those that were there before are taken in anew.
UPDATE search_place SET works = 0;
