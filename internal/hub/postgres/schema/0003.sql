-- What lists are narrowed by, and what is counted of them, in numbers: see facts.go and facets.go. Items that are held
-- have neither until they have come again, which they do at the next start.
ALTER TABLE items DROP COLUMN facts;
ALTER TABLE items ADD COLUMN facts bigint[], ADD COLUMN facets bigint[];
UPDATE catalogs SET cursor = '', loading = true, renewing = true;
CREATE INDEX items_facts ON items USING gin (facts) WHERE NOT gone;
CREATE INDEX items_same ON items (fingerprint, size) WHERE NOT gone AND fingerprint IS NOT NULL;
CREATE INDEX items_place ON items (latitude, longitude) WHERE NOT gone AND latitude IS NOT NULL;

-- The values of facets, each in one of its spellings, as JSON.
CREATE TABLE facet_values (
	id bigint PRIMARY KEY,
	shown text COLLATE "C" NOT NULL
);

-- How much there is of each sort. Sizes of sparse files may add up to more than any disk has.
DROP TABLE sums;
CREATE TABLE sums (
	root text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	state smallint NOT NULL,
	analysis smallint NOT NULL,
	n bigint NOT NULL,
	size numeric NOT NULL,
	milliseconds numeric NOT NULL,
	PRIMARY KEY (root, kind, state, analysis)
);

-- And how much of it has a value of a facet.
CREATE TABLE facet_sums (
	value bigint NOT NULL,
	root text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	state smallint NOT NULL,
	n bigint NOT NULL,
	size numeric NOT NULL,
	milliseconds numeric NOT NULL,
	PRIMARY KEY (value, root, kind, state)
) WITH (fillfactor = 80);

-- Present items of the same size and fingerprint, where there are several.
CREATE TABLE same (
	fingerprint bigint NOT NULL,
	size bigint NOT NULL,
	n bigint NOT NULL,
	wasted bigint NOT NULL,
	PRIMARY KEY (fingerprint, size)
);
CREATE INDEX same_wasted ON same (wasted, size, fingerprint);

CREATE FUNCTION milliseconds(seconds double precision) RETURNS bigint IMMUTABLE LANGUAGE sql AS
	'SELECT least(round(coalesce(seconds, 0) * 1000), 1099511627776)::bigint';

CREATE FUNCTION count_same(fingerprints bigint[], sizes bigint[]) RETURNS void LANGUAGE plpgsql
	-- Few of many are touched, whatever is thought of that: a plan is kept that may have been made of an empty table.
	SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET enable_seqscan = off AS $$
BEGIN
	IF fingerprints IS NULL THEN
		RETURN;
	END IF;
	DELETE FROM same s USING unnest(fingerprints, sizes) AS t (fingerprint, size)
		WHERE s.fingerprint = t.fingerprint AND s.size = t.size;
	INSERT INTO same SELECT t.fingerprint, t.size, of.n, least(t.size::numeric * (of.n - 1), 9223372036854775807)::bigint
		FROM unnest(fingerprints, sizes) AS t (fingerprint, size), LATERAL (
			SELECT count(*) AS n FROM items i WHERE i.fingerprint = t.fingerprint AND i.size = t.size
				AND NOT i.gone AND i.fingerprint IS NOT NULL AND i.state = 0) of
		WHERE of.n > 1;
END $$;

CREATE OR REPLACE FUNCTION add_to_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO sums SELECT root, kind, state, analysis, count(*), sum(size), sum(milliseconds(duration))
			FROM after WHERE NOT gone GROUP BY root, kind, state, analysis
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = sums.n + excluded.n,
				size = sums.size + excluded.size, milliseconds = sums.milliseconds + excluded.milliseconds;
		INSERT INTO facet_sums SELECT value, root, kind, state, count(*), sum(size), sum(milliseconds) FROM (
				SELECT unnest(facets) AS value, root, kind, state, size, milliseconds FROM (
					SELECT facets, root, kind, state, size, milliseconds(duration) AS milliseconds FROM after WHERE NOT gone
					OFFSET 0) a) b -- offset: once of each item
			GROUP BY value, root, kind, state
			ON CONFLICT (value, root, kind, state) DO UPDATE SET n = facet_sums.n + excluded.n,
				size = facet_sums.size + excluded.size, milliseconds = facet_sums.milliseconds + excluded.milliseconds;
		PERFORM count_same(array_agg(fingerprint), array_agg(size)) FROM (SELECT DISTINCT fingerprint, size FROM after
			WHERE NOT gone AND state = 0 AND fingerprint IS NOT NULL) t;
	ELSE
		INSERT INTO sums SELECT root, kind, state, analysis, sum(d), sum(d * size), sum(d * milliseconds(duration)) FROM (
				SELECT root, kind, state, analysis, size, duration, 1 AS d FROM after WHERE NOT gone
				UNION ALL SELECT root, kind, state, analysis, size, duration, -1 FROM before WHERE NOT gone) t
			GROUP BY root, kind, state, analysis
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = sums.n + excluded.n,
				size = sums.size + excluded.size, milliseconds = sums.milliseconds + excluded.milliseconds;
		INSERT INTO facet_sums SELECT value, root, kind, state, sum(d), sum(d * size), sum(d * milliseconds) FROM (
				SELECT unnest(facets) AS value, root, kind, state, size, milliseconds, d FROM (
					SELECT facets, root, kind, state, size, milliseconds(duration) AS milliseconds, 1 AS d
						FROM after WHERE NOT gone
					UNION ALL SELECT facets, root, kind, state, size, milliseconds(duration), -1
						FROM before WHERE NOT gone
					OFFSET 0) a) b
			GROUP BY value, root, kind, state
			HAVING sum(d) <> 0 OR sum(d * size) <> 0 OR sum(d * milliseconds) <> 0
			ON CONFLICT (value, root, kind, state) DO UPDATE SET n = facet_sums.n + excluded.n,
				size = facet_sums.size + excluded.size, milliseconds = facet_sums.milliseconds + excluded.milliseconds;
		PERFORM count_same(array_agg(fingerprint), array_agg(size)) FROM (
			SELECT fingerprint, size FROM (
				SELECT id, fingerprint, size, gone, state FROM after
				EXCEPT SELECT id, fingerprint, size, gone, state FROM before) a WHERE fingerprint IS NOT NULL
			UNION SELECT fingerprint, size FROM (
				SELECT id, fingerprint, size, gone, state FROM before
				EXCEPT SELECT id, fingerprint, size, gone, state FROM after) b WHERE fingerprint IS NOT NULL) t;
	END IF;
	RETURN NULL;
END $$;

INSERT INTO sums SELECT root, kind, state, analysis, count(*), sum(size), sum(milliseconds(duration))
	FROM items WHERE NOT gone GROUP BY root, kind, state, analysis;
INSERT INTO same SELECT fingerprint, size, count(*), least(size::numeric * (count(*) - 1), 9223372036854775807)::bigint
	FROM items WHERE NOT gone AND fingerprint IS NOT NULL AND state = 0 GROUP BY fingerprint, size HAVING count(*) > 1;
