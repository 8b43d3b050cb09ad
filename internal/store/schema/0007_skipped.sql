-- What is not followed in a directory, by kind, and the names of some of it.

ALTER TABLE dirs ADD COLUMN mounts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dirs ADD COLUMN links INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dirs ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dirs ADD COLUMN skipped BLOB; -- each a letter for the kind and the name, NUL between them
CREATE INDEX dirs_skipped ON dirs (root, path, mounts, links, unreadable) WHERE skipped IS NOT NULL;
