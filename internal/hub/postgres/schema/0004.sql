-- Works: what the items of all sources are to people, by the rules of internal/media/works. They are derived behind the
-- hub's own feed by the hub that leads: see works.go. Numbers of kinds, and what stands in doc and in how, are those of a
-- daemon's catalog: see store.WorkKindOf, store.WorkView.ReadDoc and store.ReadHow.

-- One row: how far works are derived. Who writes works locks it, and only then hub, for their numbers.
CREATE TABLE works_place (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	upto bigint NOT NULL DEFAULT 0, -- the feed's number up to which items have been taken in
	settled bigint NOT NULL DEFAULT 9223372036854775807, -- the last key that may join as many units as any may
	rules bigint NOT NULL DEFAULT 0, -- by which works are derived; others have all derived anew
	generation bigint NOT NULL DEFAULT 0, -- what was read in an earlier one is not written
	last_work bigint NOT NULL DEFAULT 0, -- the highest id that was given; none is given twice
	floor bigint NOT NULL DEFAULT 0 -- works that were gone up to here may be forgotten: who is behind it loads anew
);
INSERT INTO works_place DEFAULT VALUES;

-- Works, and those that are gone, which come back under their id within 30 days. A work has a number of the feed, as
-- items have, and of the same row: it stands behind the newest change of what it is made of.
CREATE TABLE works (
	id bigint PRIMARY KEY, -- its own: it says nothing of items' ids
	parent bigint NOT NULL, -- the work above it; 0: none
	kind smallint NOT NULL, -- see store.WorkKindOf
	key bigint NOT NULL, -- a hash of what tells it from all others
	seq bigint NOT NULL, -- of its newest change
	filter_seq bigint NOT NULL, -- of its last change of roots; 0: never changed
	gone bigint NOT NULL DEFAULT 0, -- since when no item of it is left, in Unix nanoseconds; 0: it is there
	updated bigint NOT NULL, -- when it changed last, in Unix milliseconds
	title bytea, -- a collation key: see store.Sorter.WorkTitleKey
	added bigint NOT NULL, -- of its newest main item, in Unix nanoseconds
	year bigint,
	number double precision,
	size bigint NOT NULL,
	duration bigint, -- in milliseconds
	doc bytea NOT NULL, -- what else it says of itself
	facts bigint[], -- by which filters find it, as items': see facts.go; NULL where it is gone
	facets bigint[] -- what is counted of it, as items': see facet_values.go; NULL where it is gone
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX works_seq ON works (seq);
CREATE INDEX works_parent ON works (parent, number, id) WHERE parent > 0 AND gone = 0;
CREATE INDEX works_title ON works (kind, title, id) WHERE gone = 0;
CREATE INDEX works_added ON works (kind, added, id) WHERE gone = 0;
CREATE INDEX works_year ON works (kind, year, id) WHERE gone = 0;
CREATE INDEX works_number ON works (kind, number, id) WHERE gone = 0;
CREATE INDEX works_size ON works (kind, size, id) WHERE gone = 0;
CREATE INDEX works_duration ON works (kind, duration, id) WHERE gone = 0;
CREATE INDEX works_facts ON works USING gin (facts) WHERE gone = 0;
CREATE INDEX works_artist ON works (key) WHERE kind = 6;
CREATE INDEX works_gone ON works (key) WHERE gone > 0;
CREATE INDEX works_ended ON works (gone) WHERE gone > 0;

-- Items of works, in playing order. Between two there is room for others: no row is written again for one beside it.
-- Of a work that is gone they stay until it is forgotten.
CREATE TABLE members (
	work bigint NOT NULL,
	rank bigint NOT NULL,
	item bigint NOT NULL,
	how bytea, -- role, version, part, extra and language; NULL: a main item that is all of the only version
	PRIMARY KEY (work, rank)
);
CREATE INDEX members_item ON members (item);

-- How much there is of works of each kind, and how much of it has a value of a facet. Value 0: of all.
CREATE TABLE work_sums (
	value bigint NOT NULL,
	kind smallint NOT NULL,
	n bigint NOT NULL,
	size numeric NOT NULL,
	milliseconds numeric NOT NULL,
	PRIMARY KEY (value, kind)
) WITH (fillfactor = 80);

CREATE FUNCTION add_to_work_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
	INSERT INTO work_sums SELECT value, kind, sign * count(*), sign * sum(size), sign * sum(milliseconds) FROM (
			SELECT unnest(0::bigint || facets) AS value, kind, size, coalesce(duration, 0) AS milliseconds
				FROM changed WHERE gone = 0) a
		GROUP BY value, kind ORDER BY value, kind
		ON CONFLICT (value, kind) DO UPDATE SET n = work_sums.n + excluded.n,
			size = work_sums.size + excluded.size, milliseconds = work_sums.milliseconds + excluded.milliseconds;
	RETURN NULL;
END $$;
-- A work that is another is a row that goes and one that comes: none is updated.
CREATE TRIGGER works_added AFTER INSERT ON works REFERENCING NEW TABLE AS changed
	FOR EACH STATEMENT EXECUTE FUNCTION add_to_work_sums();
CREATE TRIGGER works_removed AFTER DELETE ON works REFERENCING OLD TABLE AS changed
	FOR EACH STATEMENT EXECUTE FUNCTION add_to_work_sums();

-- What follows is what works are derived from, and nobody's else.

-- Folders that items of works belong to, with those that are a part of them. An id is a hash of root and folder.
CREATE TABLE units (
	id bigint PRIMARY KEY,
	root text COLLATE "C" NOT NULL,
	dir bytea NOT NULL,
	traces bytea -- of the parts that it had, to know whether they are others now; NULL: it had none
);

-- Which unit an item was in when it was derived last.
CREATE TABLE unit_items (
	item bigint PRIMARY KEY,
	unit bigint NOT NULL
);
CREATE INDEX unit_items_unit ON unit_items (unit);

-- Hashes of keys that parts of units have, and of those of the parts that works are made of.
CREATE TABLE unit_keys (
	key bigint NOT NULL,
	unit bigint NOT NULL,
	PRIMARY KEY (key, unit)
);
CREATE TABLE work_keys (
	key bigint NOT NULL,
	work bigint NOT NULL,
	PRIMARY KEY (key, work)
);

-- Whom parts are by, each spelling once: artists are made of these.
CREATE TABLE credits (
	key bigint NOT NULL, -- a hash of the artist's
	party bytea NOT NULL, -- the group of the root
	name bytea NOT NULL, -- as all of these, whatever bytes files say
	sort bytea NOT NULL,
	mbid bytea NOT NULL,
	n bigint NOT NULL, -- of parts that say it
	said uuid PRIMARY KEY -- a hash of all of it: texts may be longer than an index takes
);
CREATE INDEX credits_key ON credits (key);
CREATE INDEX credits_mbid ON credits (party, substring(mbid for 100)) WHERE length(mbid) > 0;

-- Which group a root was of when works were derived of its items. Where its source says another, all is derived anew.
CREATE TABLE parties (
	root text COLLATE "C" PRIMARY KEY,
	party bytea NOT NULL
);
