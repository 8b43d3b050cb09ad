package postgres

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
)

var benchGroup = flag.Int("group", 1500, "how many items a group has that is taken in")

// BenchmarkTaken measures how many items a second are taken in, of one source, in groups as long as they may be or as
// -group says, with PostgreSQL beside it. An operation is a group.
func BenchmarkTaken(b *testing.B) {
	s, err := Open(b.Context(), shared.Database(b), "", zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	lead(b, s)
	c, err := s.Begin(b.Context(), "attic", "i1", nil)
	if err != nil {
		b.Fatal(err)
	}
	id := int64(0)
	for b.Loop() {
		g := Group{Cursor: fmt.Sprint(id), Changes: make([]Change, *benchGroup)}
		for i := range g.Changes {
			id++
			path := fmt.Sprintf("Some Artist %d/An Album (%d)/%02d Title.flac", id/500, 1950+id/10%70, id%10)
			g.Changes[i] = item(id, path,
				`"title":"A Title of Some Length"`, `"artist":"Some Artist"`, `"album":"An Album"`,
				`"genres":["Rock","Pop"]`, fmt.Sprintf(`"fingerprint":"%016x"`, id),
				`"year":1999`, `"media":{"container":"flac","duration_seconds":201.5,`+
					`"audio":[{"codec":"flac","channels":2}]}`)
		}
		if _, err := c.Apply(b.Context(), c.Prepare(g)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(id)/b.Elapsed().Seconds(), "items/s")
}

// BenchmarkDerived measures how many items a second works are derived of, of one source's library that is there: films,
// series and albums, 100,000 items or as many as HUB_WORKS says.
func BenchmarkDerived(b *testing.B) {
	n := int64(100_000)
	if text := os.Getenv("HUB_WORKS"); text != "" {
		var err error
		if n, err = strconv.ParseInt(text, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	s := open(b)
	c, err := s.Begin(b.Context(), "attic", "i1", nil)
	if err != nil {
		b.Fatal(err)
	}
	const group = 5000
	for id := int64(1); id <= n; {
		g := Group{Cursor: fmt.Sprint(id)}
		for range group {
			g.Changes = append(g.Changes, stocked(id))
			id++
		}
		if _, err := c.Apply(b.Context(), c.Prepare(g)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		b.StopTimer()
		for _, table := range []string{"works", "members", "units", "unit_items", "unit_keys", "work_keys", "credits"} {
			if _, err := s.pool.Exec(b.Context(), "DELETE FROM "+table); err != nil {
				b.Fatal(err)
			}
		}
		const anew = "UPDATE works_place SET upto = 0, generation = generation + 1"
		if _, err := s.pool.Exec(b.Context(), anew); err != nil {
			b.Fatal(err)
		}
		if err := s.readHead(b.Context()); err != nil {
			b.Fatal(err)
		}
		l := librarian.NewOf(librarian.Config{AtOnce: 2000}, s.Library(), zap.NewNop())
		b.StartTimer()
		if err := l.CatchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	var works int
	if err := s.pool.QueryRow(b.Context(), "SELECT count(*) FROM works").Scan(&works); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "items/s")
	b.ReportMetric(float64(works), "works")
}

// stocked is an item of a library: of twenty, two are films, six episodes and twelve songs.
func stocked(id int64) Change {
	more := []string{`"year":1999`, fmt.Sprintf(`"fingerprint":"%016x"`, id),
		`"media":{"container":"mkv","duration_seconds":2201.5,"video":[{"codec":"h264","height":1080}],` +
			`"audio":[{"codec":"aac","channels":2,"language":"de"}]}`}
	set, n := id/20, id%20
	switch {
	case n < 2:
		more = append(more, fmt.Sprintf(`"title":"Film %d"`, id))
		return item(id, fmt.Sprintf("Films/Film %d (1999)/Film %d (1999).mkv", id, id), more...)
	case n < 8:
		show, season := set/10, set%10+1
		more = append(more, fmt.Sprintf(`"title":"Show %d","series":"Show %d","season":%d,"episodes":[%d]`, show, show,
			season, n-1), `"kind":"episode"`)
		name := fmt.Sprintf("Shows/Show %d/Season %d/Show %d S%02dE%02d.mkv", show, season, show, season, n-1)
		return item(id, name, more...)
	}
	more = append(more, fmt.Sprintf(`"title":"Song %d","artist":"Artist %d"`, n, set/8),
		fmt.Sprintf(`"album":"Album %d","track":%d`, set, n-7), `"kind":"track"`, `"genres":["Rock","Pop"]`)
	return item(id, fmt.Sprintf("Music/Artist %d/Album %d/%02d Song.flac", set/8, set, n-7), more...)
}
