-- What a hub holds of its sources. All texts compare by their bytes, whatever the cluster's locale.

-- One row: whose numbers these are, and how far they have come. Who gives numbers locks it until its commit.
CREATE TABLE hub (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	epoch text NOT NULL,
	instance text NOT NULL,
	head bigint NOT NULL DEFAULT 0,
	floor bigint NOT NULL DEFAULT 0 -- tombstones up to here may be gone
);

-- From one start of a hub to the next: its cursors, and the head with which the next one began.
CREATE TABLE runs (
	n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id text NOT NULL UNIQUE,
	upto bigint
);

-- When numbers were given.
CREATE TABLE moments (
	seq bigint PRIMARY KEY,
	at timestamptz NOT NULL
);

-- The catalogs that sources have had: another instance behind a name is another catalog, whose ids are others.
CREATE TABLE catalogs (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source text COLLATE "C" NOT NULL,
	instance text NOT NULL, -- empty: of a daemon too old to say
	cursor text NOT NULL DEFAULT '', -- of the source's feed, in the transaction of what came before it
	loading boolean NOT NULL DEFAULT true, -- not all has come since the load began
	renewing boolean NOT NULL DEFAULT false -- and there are rows from before it: see arrived
);
CREATE INDEX catalogs_source ON catalogs (source);

-- What has come of a load that goes over rows from before: the others go when all has come.
CREATE TABLE arrived (
	id bigint PRIMARY KEY
);

-- Items of sources that could not be taken in, as they came.
CREATE TABLE poison (
	id bigint PRIMARY KEY,
	reason text NOT NULL,
	item bytea NOT NULL,
	at timestamptz NOT NULL DEFAULT now()
);

-- The sources' roots as they last said.
CREATE TABLE roots (
	source text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	said bytea NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (source, name)
);

-- Items, and those that are gone: the state of the feed. An id is the catalog's number and the item's id there.
CREATE TABLE items (
	id bigint PRIMARY KEY,
	seq bigint NOT NULL, -- of its newest change
	filter_seq bigint NOT NULL, -- of its last change of root or kind; 0: never changed
	gone boolean NOT NULL,
	what smallint NOT NULL, -- its newest change did
	was_root text COLLATE "C", -- before it moved
	was_path bytea,
	root text COLLATE "C" NOT NULL, -- SOURCE~ROOT
	path bytea NOT NULL,
	kind text COLLATE "C" NOT NULL,
	state smallint NOT NULL,
	analysis smallint NOT NULL,
	size bigint NOT NULL,
	modified bigint NOT NULL,
	added bigint NOT NULL,
	error bytea,
	fingerprint bigint,
	doc bytea,
	digest bytea, -- of all that came
	title bytea, -- a collation key, as track and episode
	year bigint,
	duration double precision,
	taken bigint,
	track bytea,
	episode bytea,
	height bigint,
	latitude double precision,
	longitude double precision,
	facts text[] COLLATE "C"
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX items_seq ON items (seq);
-- A path may be longer than an index takes.
CREATE INDEX items_path ON items (root, substring(path for 1000), id) WHERE NOT gone;

-- How many items there are of each sort.
CREATE TABLE sums (
	root text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	state smallint NOT NULL,
	analysis smallint NOT NULL,
	n bigint NOT NULL,
	PRIMARY KEY (root, kind, state, analysis)
);

CREATE FUNCTION add_to_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO sums SELECT root, kind, state, analysis, count(*) FROM after WHERE NOT gone
			GROUP BY root, kind, state, analysis
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = sums.n + excluded.n;
	ELSE
		INSERT INTO sums SELECT root, kind, state, analysis, sum(d) FROM (
				SELECT root, kind, state, analysis, 1 AS d FROM after WHERE NOT gone
				UNION ALL SELECT root, kind, state, analysis, -1 FROM before WHERE NOT gone) t
			GROUP BY root, kind, state, analysis HAVING sum(d) <> 0
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = sums.n + excluded.n;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER items_added AFTER INSERT ON items REFERENCING NEW TABLE AS after
	FOR EACH STATEMENT EXECUTE FUNCTION add_to_sums();
CREATE TRIGGER items_changed AFTER UPDATE ON items REFERENCING OLD TABLE AS before NEW TABLE AS after
	FOR EACH STATEMENT EXECUTE FUNCTION add_to_sums();
