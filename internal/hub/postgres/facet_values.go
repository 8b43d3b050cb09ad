package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// facetNames are the facets of which it is kept how much has each value, by the numbers that they have in the database:
// a number keeps its meaning.
var facetNames = []string{1: "year", 2: "genre", 3: "artist", 4: "album_artist", 5: "author", 6: "series", 7: "camera",
	8: "audio", 9: "subtitles", 10: "codec", 11: "height", 12: "hdr", 13: "extension", 14: "added_month",
	15: "taken_month", 16: "folder", 17: "root", 18: "state"}

// valueBits are those of a value's number; its facet's stands above them.
const valueBits = 58

// facetNumber is that of a facet of items; a decade is that of a year. 0: a column tells it.
func facetNumber(name string) int64 {
	if name == "root" || name == "state" {
		return 0
	}
	return workFacetNumber(name)
}

// workFacetNumber is that of a facet of works; 0: a column tells it.
func workFacetNumber(name string) int64 {
	if name == "decade" {
		name = "year"
	}
	return int64(max(0, slices.Index(facetNames, name)))
}

// Of some facets an item may have several values, or a work: that it has any is counted beside these.
var (
	hasSeveral = map[string]bool{"genre": true, "artist": true, "author": true, "audio": true, "subtitles": true,
		"codec": true, "hdr": true}
	workHasSeveral = map[string]bool{"genre": true, "artist": true, "author": true, "audio": true, "subtitles": true,
		"root": true, "series": true}
)

// anyValue stands for having a value of a facet, whichever it is.
func anyValue(facet int64) int64 { return facet << valueBits }

// valueID is the number of a value, in whatever spelling.
func valueID(facet int64, compared string) int64 {
	hash := int64(xxh3.HashString(compared) & (1<<valueBits - 1)) //nolint:gosec // 58 bits
	return anyValue(facet) | max(hash, 1)
}

// noteValues writes how values are shown; of several spellings always the same.
const noteValues = `INSERT INTO facet_values SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT (id) DO UPDATE
	SET shown = excluded.shown WHERE excluded.shown < facet_values.shown`

// shownKept is how many values are remembered of a source.
const shownKept = 100_000

// facetValues give values their numbers.
type facetValues struct {
	of    map[int64]string // as they are written, or about to be
	fresh []int64          // of them, not told by news yet
	ids   []int64
}

// take gives what an item has of all facets.
func (f *facetValues) take(v *store.View, facts *filter.Facts) []int64 {
	f.ids = f.ids[:0]
	v.EachFacet(facts, func(name, compared, shown string) { f.add(name, compared, shown, hasSeveral[name]) })
	return slices.Clone(f.ids)
}

// takeWork gives what a work has of all facets but its kind.
func (f *facetValues) takeWork(w *store.WorkView, facts *filter.Facts) []int64 {
	f.ids = f.ids[:0]
	w.EachFacet(facts, func(name, compared, shown string) { f.add(name, compared, shown, workHasSeveral[name]) })
	return slices.Clone(f.ids)
}

func (f *facetValues) add(name, compared, shown string, mayBeSeveral bool) {
	facet := workFacetNumber(name)
	if facet == 0 {
		return // of a later version
	}
	id := valueID(facet, compared)
	if slices.Contains(f.ids, id) {
		return
	}
	if n := len(f.ids); mayBeSeveral && (n == 0 || f.ids[n-1]>>valueBits != facet) {
		f.ids = append(f.ids, anyValue(facet))
	}
	f.ids = append(f.ids, id)
	if was, known := f.of[id]; !known || shown < was {
		f.of[id] = shown
		f.fresh = append(f.fresh, id)
	}
}

// news are the values that were met since the last call, or in a spelling that comes first.
func (f *facetValues) news() (out shownValues) {
	slices.Sort(f.fresh) // several write them, who are not to wait for each other
	for _, id := range slices.Compact(f.fresh) {
		out.ids, out.shown = append(out.ids, id), append(out.shown, f.of[id])
	}
	if f.fresh = f.fresh[:0]; len(f.of) > shownKept {
		clear(f.of)
	}
	return out
}

// shownValues are values as they are shown.
type shownValues struct {
	ids   []int64
	shown []string
}

func (v *shownValues) write(ctx context.Context, tx pgx.Tx) error {
	if len(v.ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, noteValues, v.ids, v.shown)
	return err
}
