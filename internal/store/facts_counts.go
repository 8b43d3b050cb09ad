package store

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// Some fields have a hundred thousand values, of which the few that most have are shown. So how many have each stands
// beside the sums too, four bytes a fact: of these the largest are found a hundred times as fast as of the sums.
const (
	countPage  = 512 // facts of which a page of fact_counts tells
	countBytes = 4
)

// factCounts are changes of how many have facts. They belong to one transaction.
type factCounts struct {
	c     *conn
	pages map[int64][]byte
}

func (k *factCounts) add(id, n int64) (err error) {
	at := id / countPage
	page, known := k.pages[at]
	if !known {
		_, err = k.c.one("SELECT counts FROM fact_counts WHERE page = ?",
			func(r row) { page = r.bytes(0) }, at)
		if len(page) != countPage*countBytes {
			page = make([]byte, countPage*countBytes)
		}
		k.pages[at] = page
	}
	count := page[id%countPage*countBytes:]
	sum := int64(binary.LittleEndian.Uint32(count)) + n
	binary.LittleEndian.PutUint32(count, uint32(max(0, min(sum, math.MaxUint32)))) //nolint:gosec // as small
	return err
}

func (k *factCounts) save() error {
	for at, page := range k.pages {
		var err error
		if slices.ContainsFunc(page, func(b byte) bool { return b != 0 }) {
			err = k.c.exec("INSERT OR REPLACE INTO fact_counts (page, counts) VALUES (?, ?)", at, page)
		} else {
			err = k.c.exec("DELETE FROM fact_counts WHERE page = ?", at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func fillCounts(c *conn) error {
	if err := c.script("DELETE FROM fact_counts"); err != nil {
		return err
	}
	counts := &factCounts{c: c, pages: map[int64][]byte{}}
	err := c.each("SELECT fact, sum(n) FROM fact_sums WHERE fact > 0 GROUP BY fact",
		func(r row) error { return counts.add(r.int(0), r.int(1)) })
	if err != nil {
		return err
	}
	return counts.save()
}

// eachCount calls fn with the facts of a field that anything has, and with how much has each.
func eachCount(c *conn, field factField, fn func(id, n int64)) error {
	return c.each("SELECT page, counts FROM fact_counts WHERE page >= ? AND page < ?", func(r row) error {
		id, counts := r.int(0)*countPage, r.bytes(1)
		for ; len(counts) >= countBytes; id, counts = id+1, counts[countBytes:] {
			if n := binary.LittleEndian.Uint32(counts); n > 0 && id != field.first() {
				fn(id, int64(n))
			}
		}
		return nil
	}, field.first()/countPage, (field+1).first()/countPage)
}

// largestOf are the facts of a field that most have, at most so many; of those that as many have, the oldest.
func largestOf(c *conn, field factField, most int) (ids []int64, err error) {
	having := map[int64]int{} // how many facts so many have
	if err := eachCount(c, field, func(_, n int64) { having[n]++ }); err != nil {
		return nil, err
	}
	counts := slices.Sorted(maps.Keys(having))
	least, room := int64(0), most // what more have is among the largest; of what so many have, what there is room for
	for _, n := range slices.Backward(counts) {
		if having[n] >= room {
			least = n
			break
		}
		room -= having[n]
	}
	err = eachCount(c, field, func(id, n int64) {
		if n > least {
			ids = append(ids, id)
		} else if n == least && room > 0 {
			ids, room = append(ids, id), room-1
		}
	})
	return ids, err
}
