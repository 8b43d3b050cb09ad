-- Sorts by when a picture was taken, by place in an album and by place in a series, and what finds files of the same
-- content. Those that have no such value do not stand in its index. What sorts and searches is derived anew.

ALTER TABLE sort_keys ADD COLUMN taken INTEGER;       -- by the camera's clock, as if it stood in Greenwich
ALTER TABLE sort_keys ADD COLUMN track BLOB;          -- album artist, album, disc, track
ALTER TABLE sort_keys ADD COLUMN episode BLOB;        -- series, season, episode
ALTER TABLE sort_keys ADD COLUMN fingerprint INTEGER;
CREATE INDEX sort_taken ON sort_keys (cell, taken) WHERE taken IS NOT NULL;
CREATE INDEX sort_track ON sort_keys (cell, track) WHERE track IS NOT NULL;
CREATE INDEX sort_episode ON sort_keys (cell, episode) WHERE episode IS NOT NULL;
CREATE INDEX sort_same ON sort_keys (size, fingerprint) WHERE fingerprint IS NOT NULL;
DELETE FROM sort_keys;
DELETE FROM cells;
INSERT INTO search (search) VALUES ('delete-all');
DELETE FROM meta WHERE key = 'indexed';
