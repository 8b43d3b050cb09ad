package store

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// facetFacts are the facets that are a field of facts.
var facetFacts = map[string]factField{
	"analysis": factAnalysis, "year": factYear, "decade": factYear, "genre": factGenre, "artist": factArtist,
	"album_artist": factAlbumArtist, "author": factAuthor, "series": factSeries, "camera": factCamera, "audio": factAudio,
	"subtitles": factSubtitles, "codec": factCodec, "height": factHeight, "hdr": factHDR, "extension": factExtension,
	"added_month": factAddedMonth, "taken_month": factTakenMonth, "folder": factFolder,
}

// keyOfFact is a fact as a facet has it.
func keyOfFact(facet, value string) facetKey {
	switch facet {
	case "year", "height", "decade":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return facetKey{"", jsonNull}
		}
		if facet == "decade" {
			n -= n % 10
		}
		return numberKey(n)
	case "added_month", "taken_month", "folder":
		return facetKey{value, quoted(value)}
	case "audio", "subtitles":
		if value == unknownLanguage {
			return facetKey{"", jsonNull}
		}
		return facetKey{value, quoted(value)}
	case "extension":
		return facetKey{filter.Fold(value), quoted(strings.ToLower(value))}
	}
	return facetKey{filter.Fold(value), quoted(value)}
}

// facetSum is a sum as the catalog keeps it.
func facetSum(n, high, low, milliseconds int64) FacetSum {
	size := min(float64(high)*(1<<32)+float64(low), math.MaxInt64)
	out := FacetSum{Count: n, Size: high<<32 + low, Duration: float64(milliseconds) / 1000}
	if size > math.MaxInt64/2 { // sparse files claim more than any disk has
		out.Size = math.MaxInt64
	}
	return out
}

// without is what is left of a sum.
func (s FacetSum) without(o FacetSum) FacetSum {
	return FacetSum{s.Count - o.Count, s.Size - o.Size, max(0, s.Duration-o.Duration)}
}

// keptSums are what is kept of some cells.
type keptSums struct {
	c      *conn
	fields map[string]factField // of facets
	among  string               // the ids of the cells, as JSON
	all    bool                 // these are all cells that hold anything
}

// sumKept counts whole cells of items by the sums that are kept of them.
func (f *facets) sumKept(c *conn, cells []cell) error {
	of := make(map[int64]*cell, len(cells))
	for i := range cells {
		of[cells[i].id] = &cells[i]
	}
	return f.sumCells(c, facetFacts, "cell > 0", func(id int64, facts *filter.Facts) *View {
		cell := of[id]
		if cell == nil {
			return nil
		}
		v := &View{Root: cell.root, Kind: cell.mediaKind(), State: cell.state}
		rowFacts(facts, v)
		return v
	})
}

// sumKeptWorks counts works of some kinds by the sums that are kept of them; of none: of all.
func (f *facets) sumKeptWorks(c *conn, kinds []string) error {
	return f.sumCells(c, facetWorkFacts, "cell < 0", func(id int64, facts *filter.Facts) *View {
		kind := workKindOf(-id)
		if kind == "" {
			return nil
		}
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			return nil
		}
		facts.Add(filter.Kind, kind)
		return &View{}
	})
}

// sumCells counts cells by the sums that are kept of them. What a cell tells is told by a function, which gives nil
// where it is not asked for.
func (f *facets) sumCells(
	c *conn, fields map[string]factField, which string, tell func(id int64, facts *filter.Facts) *View,
) error {
	k := &keptSums{c: c, fields: fields, all: true}
	ids := []int64{}
	var facts filter.Facts
	err := c.each("SELECT cell, n, high, low, duration FROM fact_sums WHERE fact = 0 AND "+which, func(r row) error {
		facts.Clear()
		v := tell(r.int(0), &facts)
		if v == nil {
			k.all = k.all && r.int(1) == 0
			return nil
		}
		ids = append(ids, r.int(0))
		sum := facetSum(r.int(1), r.int(2), r.int(3), r.int(4))
		f.total.add(sum)
		for i, name := range f.by {
			if fields[name] == 0 {
				for _, of := range f.values(f.keys[:0], name, &facts, v) {
					f.count(i, of, sum)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	among, err := json.Marshal(ids)
	if k.among = string(among); err != nil {
		return err
	}
	for i, name := range f.by {
		if fields[name] != 0 {
			if err := f.sumField(k, i, name); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	sumColumns = "sum(s.n) AS n, sum(s.high) AS high, sum(s.low) AS low, sum(s.duration) AS duration"
	amongCells = "s.cell IN (SELECT value FROM json_each(?3))"
	// largestFacts are those of a field that most have. Those that have several spellings are read by severalFacts: all
	// of them, since only together they are what is counted.
	largestFacts = "SELECT f.value, l.n, l.high, l.low, l.duration FROM (SELECT s.fact, " + sumColumns +
		" FROM fact_sums s WHERE s.fact > ?1 AND s.fact < ?2 AND " + amongCells + " GROUP BY s.fact " +
		"ORDER BY n DESC, high * 4294967296.0 + low DESC LIMIT ?4) l CROSS JOIN facts f ON f.id = l.fact WHERE f.several = 0"
	severalFacts = "SELECT f.value, " + sumColumns + " FROM facts f INDEXED BY facts_several " +
		"CROSS JOIN fact_sums s ON s.fact = f.id WHERE f.several = 1 AND f.id > ?1 AND f.id < ?2 AND " + amongCells +
		" GROUP BY f.id"
	someFacts = "SELECT f.value, " + sumColumns + " FROM json_each(?1) j CROSS JOIN facts f ON f.id = j.value " +
		"CROSS JOIN fact_sums s ON s.fact = f.id WHERE f.several = 0 GROUP BY f.id"
	knownSums = "SELECT " + sumColumns + " FROM fact_sums s WHERE s.fact = ?1 AND s.cell IN (SELECT value FROM json_each(?2))"
)

// sumField counts the values of a field by what is kept of them.
func (f *facets) sumField(k *keptSums, i int, name string) error {
	several := 0
	take := func(r row) error {
		f.count(i, keyOfFact(name, string(r.bytes(0))), facetSum(r.int(1), r.int(2), r.int(3), r.int(4)))
		several++
		return nil
	}
	field := k.fields[name]
	from, to := field.first(), (field + 1).first()
	if err := k.c.each(severalFacts, take, from, to, k.among); err != nil {
		return err
	}
	most := several + facetShown
	if name == "decade" { // of which each is several years
		most = facetKept
	}
	if err := k.largest(field, most, take); err != nil {
		return err
	}
	unknown := f.total
	_, err := k.c.one(knownSums, func(r row) {
		unknown = unknown.without(facetSum(r.int(0), r.int(1), r.int(2), r.int(3)))
	}, from, k.among)
	if unknown.Count > 0 {
		f.count(i, facetKey{"", jsonNull}, unknown)
	}
	return err
}

// largest reads the sums of the facts of a field that most have, of which none has several spellings.
func (k *keptSums) largest(field factField, most int, take func(row) error) error {
	if !k.all {
		return k.c.each(largestFacts, take, field.first(), (field + 1).first(), k.among, int64(most))
	}
	ids, err := largestOf(k.c, field, most)
	if err != nil {
		return err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return k.c.each(someFacts, take, string(list))
}
