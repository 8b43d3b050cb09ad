package postgres

import (
	"fmt"
	"testing"

	"go.uber.org/zap"
)

// BenchmarkTaken measures how many items a second are taken in, of one source, in groups as long as they may be, with
// PostgreSQL beside it. An operation is a group of 5,000 items.
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
	const group = 5000
	id := int64(0)
	for b.Loop() {
		g := Group{Cursor: fmt.Sprint(id), Changes: make([]Change, group)}
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
