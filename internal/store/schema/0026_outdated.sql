-- Names say more, and more of what files hold is read, so that all are read and described anew: the index of what is
-- outdated, with the number of the version now. See outdated.go.

DROP INDEX items_outdated;
CREATE INDEX items_outdated ON items (root, described)
    WHERE state = 0 AND work = 0 AND analysis <> 0 AND described < 131075;
