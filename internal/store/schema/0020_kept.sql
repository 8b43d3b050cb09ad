-- What answers read instead of counting: see held.go and facts_counts.go. What is there by now is filled in by kept.go.

-- Which items works hold: a bit each, 8,192 items a page.
CREATE TABLE held_items (
    page INTEGER PRIMARY KEY,
    bits BLOB NOT NULL
) STRICT;

-- How many items or works have each fact, whatever their cell: 1,000 facts a page.
CREATE TABLE fact_counts (
    page   INTEGER PRIMARY KEY,
    counts BLOB NOT NULL
) STRICT;
