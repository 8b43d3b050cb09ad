//nolint:misspell // misspelled words are what is looked for
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// millionItems fills a catalog by SQL: root 1 holds films in a directory each with subtitles and posters,
// root 2 music in albums, added before the films, and some photos.
func millionItems(b *testing.B, n int) *Store {
	b.Helper()
	st, err := Open(b.Context(), b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	script := fmt.Sprintf(`
PRAGMA synchronous = OFF;
BEGIN;
INSERT INTO roots (id, name, kind, location) VALUES (1, 'films', 'local', '/films'), (2, 'music', 'local', '/music');
CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY);
INSERT INTO numbers WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n+1 FROM c WHERE n+1 < %[1]d) SELECT n FROM c;
INSERT INTO dirs (id, root, parent, path, volume) VALUES (1, 1, 0, x'', 1), (2, 2, 0, x'', 1);
-- Films come in threes, tracks in twelves; 1 to 2/5 of all are films and what lies beside them.
INSERT INTO dirs (id, root, parent, path, volume)
	SELECT 10 + n/3, 1, 1, CAST(printf('%%s/Film %%d (%%d)', char(97 + (n/3)*7919 %% 26), (n/3)*7919 %% 1000003, 1920 + n %% 105) AS BLOB), 1 FROM numbers WHERE n < %[1]d*2/5 AND n %% 3 = 0;
INSERT INTO dirs (id, root, parent, path, volume)
	SELECT 1000000 + n/12, 2, 2, CAST(printf('%%s/Artist %%d/Album %%d', char(97 + (n/12) %% 26), (n/12)/8, n/12) AS BLOB), 1 FROM numbers WHERE n >= %[1]d*2/5 AND n %% 12 = 0;
INSERT OR IGNORE INTO dirs (id, root, parent, path, volume) SELECT 1000000 + n/12, 2, 2, CAST('rest ' || n AS BLOB), 1 FROM numbers WHERE n = %[1]d*2/5;
INSERT INTO items (id, dir, root, name, volume, inode, birth, links, size, mtime, ctime, added, state, kind, analysis, work, seq, doc)
	SELECT n+1, CASE WHEN n < %[1]d*2/5 THEN 10 + n/3 ELSE 1000000 + n/12 END, 1 + (n >= %[1]d*2/5),
	CAST(printf('%%03d some name.ext', n %% 12) AS BLOB), 1, n+1, 0, 1, (n*7919) %% 1000003, n * 1000, 0, CASE WHEN n < %[1]d*2/5 THEN 1e15+n ELSE n END,
	0, CASE WHEN n < %[1]d*2/5 THEN CASE n %% 3 WHEN 0 THEN 'movie' WHEN 1 THEN 'subtitle' ELSE 'artwork' END WHEN n %% 1000 = 7 THEN 'photo' ELSE 'track' END,
	1, 0, n+1, CAST(printf('"title":"Title %%d of the world","year":%%d,"media":{"container":"matroska","duration_seconds":%%d,"video":[{"codec":"hevc","width":1920,"height":1080}]}', (n*7919) %% 1000003, 1920 + n %% 105, n %% 9000) AS BLOB)
	FROM numbers;
INSERT INTO cells (root, kind, state) SELECT DISTINCT root, kind, state FROM items;
INSERT INTO sort_keys (id, cell, title, added, modified, size, year, duration)
	SELECT i.id, (SELECT c.id FROM cells c WHERE c.root = i.root AND c.kind = i.kind AND c.state = i.state),
	CASE WHEN i.id %% 10 THEN CAST(printf('title %%010d of the world', (i.id*7919) %% 1000003) AS BLOB) END, i.added, i.mtime, i.size,
	CASE WHEN i.id %% 3 THEN 1920 + i.id %% 105 END, CASE WHEN i.id %% 2 THEN i.id %% 9000 + 0.5 END FROM items i;
INSERT INTO tally (root, kind, state, analysis, n) SELECT root, kind, state, analysis, count(*) FROM items GROUP BY 1, 2, 3, 4;
INSERT INTO search (rowid, title, people, album, path)
	SELECT i.id, lower(printf('Title %%d of the world', i.id)) || CASE WHEN i.id %% 50000 = 1 THEN ' lantern' WHEN i.id %% 50000 = 2 THEN ' 東京 京' ELSE '' END,
	(SELECT group_concat(substr('babecidofugahejikolumanepiroqusatevixazo', 1 + 2 * (i.id / part %% 20), 2), '')
		FROM (SELECT 1 AS part UNION ALL SELECT 20 UNION ALL SELECT 400 UNION ALL SELECT 8000)), '',
	lower(CAST(d.path || '/' || i.name AS TEXT)) FROM items i JOIN dirs d ON d.id = i.dir;
INSERT OR REPLACE INTO meta (key, value) VALUES ('head', %[1]d), ('last_id', %[1]d), ('indexed', %[1]d);
COMMIT;
ANALYZE;
DELETE FROM sqlite_stat1; -- the daemon has no statistics
`, n)
	if err := st.writer.script(script); err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(st.loadRootNames(st.writer), st.loadTallies(st.writer)); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-st.Stopped() })
	began := processTime()
	if err := st.makeVocabulary(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("vocabulary made in %v of CPU", processTime()-began)
	return st
}

// BenchmarkItems measures pages of a thousand items: the first, and one from the middle. What a person
// waits for at a million items is at most 300 ms. CATALOG_ITEMS makes the catalog smaller.
func BenchmarkItems(b *testing.B) {
	n := 1_000_000
	if text := os.Getenv("CATALOG_ITEMS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	st := millionItems(b, n)
	filters := []struct {
		name string
		q    Query
	}{
		{"all", Query{}},
		{"kind=track", Query{Kinds: []string{"track"}}},
		{"kind=photo", Query{Kinds: []string{"photo"}}},
		{"root=music", Query{Roots: []string{"music"}}},
		{"state=missing", Query{State: "missing"}},
		{"under=album", Query{Roots: []string{"music"}, Under: "k/Artist 5000"}},
		{"under=letter", Query{Under: "k"}},
		{"under=letter,kind=movie", Query{Under: "k", Kinds: []string{"movie"}}},
	}
	for _, f := range filters {
		for _, sort := range columns {
			for _, descending := range []bool{false, true} {
				q := f.q
				q.Sort, q.Descending, q.Limit = sort, descending, 1000
				measure(b, st, f.name, q)
			}
		}
	}
	for _, text := range benchSearches {
		for _, sort := range append([]string{""}, columns...) {
			for _, descending := range []bool{false, true}[:min(len(sort)+1, 2)] {
				measure(b, st, "q="+text, Query{Text: text, Limit: 100, Sort: sort, Descending: descending})
			}
		}
		measure(b, st, "q="+text+",kind=photo", Query{Text: text, Limit: 100, Kinds: []string{"photo"}})
		measure(b, st, "q="+text+",under=letter", Query{Text: text, Limit: 100, Under: "k"})
	}
}

// benchSearches are for words that all have, some and none, whole, begun, inside of others and misspelled.
var benchSearches = []string{
	"world", "the world", "wor", "w", "0", "t", "title 4711", "film 19", "artist 50 k", "title w", "nothing", "world nothing",
	"lantern", "anter", "lantren", "ntern wrold", "京", "東京", "babaciba", "abaciba", "babacbia",
}

func measure(b *testing.B, st *Store, name string, q Query) {
	page := func(b *testing.B, q Query) Result {
		b.Helper()
		res, err := st.Query(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		return res
	}
	order := q.Sort
	if q.Descending {
		order = "-" + order
	}
	b.Run(name+"/"+order, func(b *testing.B) {
		worst, pages, cpu := time.Duration(0), 0, processTime()
		for b.Loop() {
			q.After = ""
			for range 3 { // the first pages
				began := time.Now()
				res := page(b, q)
				worst, pages = max(worst, time.Since(began)), pages+1
				if q.After = res.Next; res.Next == "" {
					break
				}
			}
		}
		b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms/page")
		b.ReportMetric(float64((processTime()-cpu).Microseconds())/1000/float64(pages), "cpu-ms/page")
	})
}

// processTime is what the process has used of the CPUs: on a busy machine it says more than the clock.
func processTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
