package store

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// keyFields are the fields of filters that the rows of sort_keys decide. Ids are there as hashes: what has none of one's
// has not got it.
func keyFields(f filter.Field) bool {
	switch f {
	case filter.Artist, filter.Year, filter.Added, filter.Size, filter.Duration, filter.Modified, filter.Taken, filter.Height,
		filter.Fingerprint:
		return true
	}
	for i := range textFields {
		if textFields[i].of == f {
			return true
		}
	}
	return false
}

// keyColumns are what a rowCheck reads.
const keyColumns = "k.added, k.modified, k.size, k.year, k.duration, k.taken, k.fingerprint, k.facts"

// rowCheck compares rows of sort_keys with filters: without an item's document, which takes ten times as long.
type rowCheck struct {
	c      *conn
	set    *filter.Set
	partly filter.Partly
	found  map[int64]filter.Found // by facts, at most rowsKnown
	hashes map[string]filter.Found
	needed uint64 // fields of facts that are compared, a bit for each
	folder int64  // the fact of the folder at the root that has to be theirs; 0: any
}

const rowsKnown = 10_000

// nobodys is the fact that nothing has.
const nobodys = -1

func newRowCheck(c *conn, set *filter.Set, under string) (*rowCheck, error) {
	k := &rowCheck{c: c, set: set, partly: set.Partly(keyFields, filter.IDs), found: map[int64]filter.Found{}}
	k.hashes = map[string]filter.Found{}
	for _, id := range set.Values(filter.IDs) {
		k.hashes[idHash(id)] |= set.FoundBy(filter.IDs, id)
	}
	for field := factAnalysis; field < ofColumns; field++ {
		if of, compared := field.filterField(); compared && set.Needs(of) {
			k.needed |= 1 << field
		}
	}
	if under == "" {
		return k, nil
	}
	top, _, _ := strings.Cut(under, "/")
	err := k.c.each("SELECT id FROM facts INDEXED BY facts_same WHERE same = ? AND value = ?", func(r row) error {
		if id := r.int(0); factField(id>>factNumbers) == factFolder {
			k.folder = id
		}
		return nil
	}, (&fact{factFolder, top}).same(), []byte(top))
	if k.folder == 0 {
		k.folder = nobodys
	}
	return k, err
}

// look says what the keyColumns of a row tell, which begin at a place.
func (k *rowCheck) look(r row, at int) (filter.Verdict, error) {
	found := k.set.FoundByNumber(filter.Added, r.int(at)) | k.set.FoundByNumber(filter.Modified, r.int(at+1)) |
		k.set.FoundByNumber(filter.Size, r.int(at+2))
	if year, known := r[at+3].(int64); known {
		found |= k.set.FoundByNumber(filter.Year, year)
	}
	if seconds, known := r[at+4].(float64); known {
		found |= k.set.FoundByNumber(filter.Duration, filter.Seconds(seconds))
	}
	if taken, known := r[at+5].(int64); known {
		found |= k.set.FoundByNumber(filter.Taken, taken)
	}
	if print, known := r[at+6].(int64); known && k.set.Needs(filter.Fingerprint) {
		found |= k.set.FoundBy(filter.Fingerprint, fingerprintText(print))
	}
	var failed error
	isThere := k.folder == 0
	eachFact(r.bytes(at+7), func(id int64) {
		isThere = isThere || id == k.folder
		if k.needed&(1<<(id>>factNumbers)) == 0 {
			return
		}
		of, known := k.found[id]
		if !known {
			var err error
			if of, err = k.foundBy(id); err != nil {
				failed = err
			}
			if len(k.found) == rowsKnown {
				clear(k.found)
			}
			k.found[id] = of
		}
		found |= of
	})
	if !isThere {
		return filter.Fails, failed
	}
	return k.partly.Verdict(found), failed
}

// filterField is the field of filters that a field of facts is compared by.
func (f factField) filterField() (of filter.Field, compared bool) {
	switch f {
	case factArtist, factArtists:
		return filter.Artist, true
	case factHeight:
		return filter.Height, true
	case factIDs:
		return filter.IDs, true
	case factYear:
		return filter.Year, true
	}
	for i := range textFields {
		if textFields[i].fact == f {
			return textFields[i].of, true
		}
	}
	return 0, false
}

// foundBy are the conditions that a fact is found by.
func (k *rowCheck) foundBy(id int64) (filter.Found, error) {
	value, err := factValue(k.c, id)
	if err != nil {
		return 0, err
	}
	return k.foundByValue(fact{factField(id >> factNumbers), value})
}

func (k *rowCheck) foundByValue(f fact) (filter.Found, error) {
	of, _ := f.field.filterField()
	switch of {
	case filter.Height, filter.Year:
		n, err := strconv.ParseInt(f.value, 10, 64)
		return k.set.FoundByNumber(of, n), err
	case filter.IDs:
		return k.hashes[f.value], nil
	}
	return k.set.FoundBy(of, f.value), nil
}

func factValue(c *conn, id int64) (value string, err error) {
	found, err := c.one("SELECT value FROM facts WHERE id = ?", func(r row) { value = string(r.bytes(0)) }, id)
	if err == nil && !found {
		err = fmt.Errorf("find fact %d: an item has it, and the catalog does not", id)
	}
	return value, err
}
