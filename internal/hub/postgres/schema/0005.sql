-- Which hub takes in what the sources say. One row; a term is an office, whose holder alone may write: see lead.go.
CREATE TABLE leader (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	term bigint NOT NULL DEFAULT 0,
	name text NOT NULL DEFAULT '',
	since timestamptz
);
INSERT INTO leader DEFAULT VALUES;

-- The term as it is once a transaction holds the lock of those who write: what comes behind the lock is read behind it.
CREATE FUNCTION term_behind(lock bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock_shared(lock);
	RETURN (SELECT term FROM leader);
END $$;

-- How the sources are, as that hub sees them, for the others.
CREATE TABLE standings (
	source text COLLATE "C" PRIMARY KEY,
	said bytea NOT NULL
);
