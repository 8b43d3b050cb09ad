-- All that sorts by titles has squeezed keys, those of works others than before: see sort_squeezed.go. They are derived
-- anew, and the works with theirs.

DROP INDEX sort_title;
DROP INDEX sort_track;
DROP INDEX sort_episode;
UPDATE sort_keys SET title = NULL, track = NULL, episode = NULL;
CREATE INDEX sort_title ON sort_keys (cell, title);
CREATE INDEX sort_track ON sort_keys (cell, track) WHERE track IS NOT NULL;
CREATE INDEX sort_episode ON sort_keys (cell, episode) WHERE episode IS NOT NULL;
DELETE FROM meta WHERE key IN ('indexed', 'vocabulary');
DROP INDEX works_title;
UPDATE works SET title = NULL;
CREATE INDEX works_title ON works (kind, title) WHERE gone = 0;
DELETE FROM meta WHERE key = 'works_rules';
