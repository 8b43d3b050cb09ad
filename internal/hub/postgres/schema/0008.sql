-- How much has a value of a facet, of all roots and states together: of each kind, and of all kinds, which is kind ''.
-- Facets that are narrowed by nothing or a kind are answered by these rows as they are: nothing is summed up for an answer.
-- Of each facet, the value that stands for any says how much has one.
CREATE TABLE facet_totals (
	value bigint NOT NULL,
	kind text COLLATE "C" NOT NULL,
	n bigint NOT NULL,
	size numeric NOT NULL,
	milliseconds numeric NOT NULL,
	PRIMARY KEY (value, kind)
) WITH (fillfactor = 80);

-- Facets of which an item has one value, or none: those of others are told by facet_sums.
CREATE FUNCTION is_single(value bigint) RETURNS boolean IMMUTABLE LANGUAGE sql AS
	'SELECT value >> 58 IN (1, 4, 6, 7, 11, 13, 14, 15, 16)';

INSERT INTO facet_totals SELECT v, coalesce(kind, ''), sum(n), sum(size), sum(milliseconds) FROM (
		SELECT value AS v, kind, n, size, milliseconds FROM facet_sums
		UNION ALL SELECT value >> 58 << 58, kind, n, size, milliseconds FROM facet_sums WHERE is_single(value)) t
	GROUP BY GROUPING SETS ((v, kind), (v));

CREATE OR REPLACE FUNCTION add_to_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO sums SELECT root, kind, state, analysis, count(*), sum(size), sum(milliseconds(duration))
			FROM after WHERE NOT gone GROUP BY root, kind, state, analysis
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = sums.n + excluded.n,
				size = sums.size + excluded.size, milliseconds = sums.milliseconds + excluded.milliseconds;
		WITH changed AS MATERIALIZED (
			SELECT value, root, kind, state, count(*) AS n, sum(size) AS size, sum(milliseconds) AS milliseconds FROM (
				SELECT unnest(facets) AS value, root, kind, state, size, milliseconds FROM (
					SELECT facets, root, kind, state, size, milliseconds(duration) AS milliseconds FROM after WHERE NOT gone
					OFFSET 0) a) b -- offset: once of each item
			GROUP BY value, root, kind, state
		), summed AS (
			INSERT INTO facet_sums SELECT * FROM changed
			ON CONFLICT (value, root, kind, state) DO UPDATE SET n = facet_sums.n + excluded.n,
				size = facet_sums.size + excluded.size, milliseconds = facet_sums.milliseconds + excluded.milliseconds
		)
		INSERT INTO facet_totals SELECT v, coalesce(kind, ''), sum(n), sum(size), sum(milliseconds) FROM (
				SELECT value AS v, kind, n, size, milliseconds FROM changed
				UNION ALL SELECT value >> 58 << 58, kind, n, size, milliseconds FROM changed WHERE is_single(value)) t
			GROUP BY GROUPING SETS ((v, kind), (v))
			ON CONFLICT (value, kind) DO UPDATE SET n = facet_totals.n + excluded.n,
				size = facet_totals.size + excluded.size, milliseconds = facet_totals.milliseconds + excluded.milliseconds;
		PERFORM count_same(array_agg(fingerprint), array_agg(size)) FROM (SELECT DISTINCT fingerprint, size FROM after
			WHERE NOT gone AND state = 0 AND fingerprint IS NOT NULL) t;
	ELSE
		INSERT INTO sums SELECT root, kind, state, analysis, sum(d), sum(d * size), sum(d * milliseconds(duration)) FROM (
				SELECT root, kind, state, analysis, size, duration, 1 AS d FROM after WHERE NOT gone
				UNION ALL SELECT root, kind, state, analysis, size, duration, -1 FROM before WHERE NOT gone) t
			GROUP BY root, kind, state, analysis
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = sums.n + excluded.n,
				size = sums.size + excluded.size, milliseconds = sums.milliseconds + excluded.milliseconds;
		WITH changed AS MATERIALIZED (
			SELECT value, root, kind, state, sum(d) AS n, sum(d * size) AS size, sum(d * milliseconds) AS milliseconds FROM (
				SELECT unnest(facets) AS value, root, kind, state, size, milliseconds, d FROM (
					SELECT facets, root, kind, state, size, milliseconds(duration) AS milliseconds, 1 AS d
						FROM after WHERE NOT gone
					UNION ALL SELECT facets, root, kind, state, size, milliseconds(duration), -1
						FROM before WHERE NOT gone
					OFFSET 0) a) b
			GROUP BY value, root, kind, state
			HAVING sum(d) <> 0 OR sum(d * size) <> 0 OR sum(d * milliseconds) <> 0
		), summed AS (
			INSERT INTO facet_sums SELECT * FROM changed
			ON CONFLICT (value, root, kind, state) DO UPDATE SET n = facet_sums.n + excluded.n,
				size = facet_sums.size + excluded.size, milliseconds = facet_sums.milliseconds + excluded.milliseconds
		)
		INSERT INTO facet_totals SELECT v, coalesce(kind, ''), sum(n), sum(size), sum(milliseconds) FROM (
				SELECT value AS v, kind, n, size, milliseconds FROM changed
				UNION ALL SELECT value >> 58 << 58, kind, n, size, milliseconds FROM changed WHERE is_single(value)) t
			GROUP BY GROUPING SETS ((v, kind), (v))
			HAVING sum(n) <> 0 OR sum(size) <> 0 OR sum(milliseconds) <> 0
			ON CONFLICT (value, kind) DO UPDATE SET n = facet_totals.n + excluded.n,
				size = facet_totals.size + excluded.size, milliseconds = facet_totals.milliseconds + excluded.milliseconds;
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

-- So it is with works of all kinds. Those of a kind are answered by work_sums.
CREATE TABLE work_totals (
	value bigint PRIMARY KEY,
	n bigint NOT NULL,
	size numeric NOT NULL,
	milliseconds numeric NOT NULL
) WITH (fillfactor = 80);
INSERT INTO work_totals SELECT value, sum(n), sum(size), sum(milliseconds) FROM work_sums GROUP BY value;

CREATE OR REPLACE FUNCTION add_to_work_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
	WITH news AS MATERIALIZED (
		SELECT value, kind, sign * count(*) AS n, sign * sum(size) AS size, sign * sum(milliseconds) AS milliseconds FROM (
			SELECT unnest(0::bigint || facets) AS value, kind, size, coalesce(duration, 0) AS milliseconds
				FROM changed WHERE gone = 0) a
		GROUP BY value, kind
	), summed AS (
		INSERT INTO work_sums SELECT * FROM news ORDER BY value, kind
		ON CONFLICT (value, kind) DO UPDATE SET n = work_sums.n + excluded.n,
			size = work_sums.size + excluded.size, milliseconds = work_sums.milliseconds + excluded.milliseconds
	)
	INSERT INTO work_totals SELECT value, sum(n), sum(size), sum(milliseconds) FROM news GROUP BY value ORDER BY value
		ON CONFLICT (value) DO UPDATE SET n = work_totals.n + excluded.n,
			size = work_totals.size + excluded.size, milliseconds = work_totals.milliseconds + excluded.milliseconds;
	RETURN NULL;
END $$;
