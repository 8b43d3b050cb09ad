package store

import (
	"cmp"
	"database/sql/driver"
	"encoding/binary"
	"math"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// places are the keys of orders that only some items have: when a picture was taken, the place in an album and that in
// a series. Those that are unknown are nil.
func (k *known) places(keys *sorter) (taken, track, episode driver.Value) {
	if ns, is := filter.Clock(k.TakenAt); is {
		taken = ns
	}
	if k.Album != "" || k.Track != 0 {
		by := cmp.Or(k.AlbumArtistSort, k.AlbumArtist, k.ArtistSort, k.Artist)
		album := cmp.Or(k.AlbumSort, k.Album)
		track = place4(keys.partKey(by), keys.partKey(album), cmp.Or(k.Disc, 1), orLast(k.Track, k.Track != 0))
	}
	if k.Series != "" {
		season, first := math.MaxUint16, math.MaxUint16
		if k.Season != nil {
			season = *k.Season
		}
		if len(k.Episodes) > 0 {
			first = slices.Min(k.Episodes)
		}
		episode = place4(keys.partKey(k.Series), nil, season, first)
	}
	return taken, track, episode
}

func orLast(n int, known bool) int {
	if !known {
		return math.MaxUint16
	}
	return n
}

// place4 is a key that sorts by two texts and two numbers. The texts are keys of titles, of which each that is longer
// goes on with a byte above zero.
func place4(a, b []byte, m, n int) []byte {
	out := make([]byte, 0, len(a)+len(b)+6)
	out = append(append(append(append(out, a...), 0), b...), 0)
	for _, number := range []int{m, n} {
		out = binary.BigEndian.AppendUint16(out, uint16(min(max(number, 0), math.MaxUint16))) //nolint:gosec // bounded
	}
	return out
}

// isOfSome reports whether only the items with a value stand in a column's index.
func isOfSome(column string) bool {
	return column == "taken" || column == "track" || column == "episode"
}

// unknownRead is how many items are read at once that may have no value.
const unknownRead = 1000

// unknownOfSome appends to out the items that have no value in such a column, by id, until it holds more than a page.
func unknownOfSome(c *conn, q *Query, cells []cell, from *entry, out []entry, p *pace) ([]entry, error) {
	roots := make(map[int64]string, len(cells))
	for _, cell := range cells {
		roots[cell.id] = cell.root
	}
	than, dir, last := ">", "", int64(0)
	if q.Descending {
		than, dir, last = "<", " DESC", math.MaxInt64
	}
	if from != nil {
		last = from.id
	}
	sql := "SELECT id, cell, " + q.Sort + " IS NULL" + q.keyColumns() + " FROM sort_keys k WHERE id " + than + " ? " +
		"ORDER BY id" + dir + " LIMIT ?"
	for {
		read := make([]entry, 0, unknownRead)
		n := 0
		err := c.each(sql, func(r row) error {
			n++
			last = r.int(0)
			if root, wanted := roots[r.int(1)]; wanted && r.int(2) != 0 {
				read = append(read, entry{id: last, root: root})
				return q.judge(&read[len(read)-1], r, 3)
			}
			return nil
		}, last, int64(unknownRead))
		if err != nil {
			return nil, err
		}
		for i := range read {
			passes, err := q.passes(c, &read[i])
			if err != nil {
				return nil, err
			}
			if passes {
				if out = append(out, read[i]); len(out) > q.Limit {
					return out, nil
				}
			}
			if p.isOver(&read[i]) {
				return out, nil
			}
		}
		if n < unknownRead {
			return out, nil
		}
		p.endIfLate(&entry{id: last})
		if p.end != nil {
			return out, nil
		}
	}
}
