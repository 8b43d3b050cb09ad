package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Keys of works are hashes: each that is put into unit_keys or work_keys writes a page of its own. Those of a large
// batch are therefore noted beside, a row a batch, and known in memory; when they are many, all are put into their
// tables in order, so that each page is written once for many of them.

const (
	fewKeys  = 64      // see WorkKeeper.FewKeys
	mostKeys = 48_000  // so many are noted at most
	seenKeys = 1 << 23 // of the filter of keys: it takes 1 MiB, and lets one of 1,000 through at 360,000 keys
)

// keyTable is one of the two tables of keys.
type keyTable uint8

const (
	unitKeys keyTable = iota
	workKeys
)

// newKey is a key that something has, or has no more.
type newKey struct {
	table keyTable
	gone  bool
	keyOf
}

// newKeys are the keys that are noted and not in their tables. They belong to the one goroutine that derives works: it
// reads them, and they change when what it writes is written.
type newKeys struct {
	n    int
	ids  [2]map[int64]int64   // what has a key
	more [2]map[int64][]int64 // what else has it: few keys are had twice
	gone [2]map[keyOf]bool
	seen []uint64 // a filter of all keys of a catalog whose first ones are being written; nil: it is not known
}

// loadKeys reads the keys that are noted.
func loadKeys(c *conn) (*newKeys, error) {
	k := new(newKeys)
	k.clear()
	err := c.each("SELECT keys FROM new_keys ORDER BY id", func(r row) error {
		list, err := readKeys(r.bytes(0))
		for _, one := range list {
			k.note(one)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	some, err := c.number("SELECT EXISTS (SELECT 1 FROM unit_keys WHERE key >= ?) + "+
		"EXISTS (SELECT 1 FROM work_keys WHERE key >= ?)", int64(math.MinInt64), int64(math.MinInt64))
	if err == nil && some == 0 && k.n == 0 {
		k.seen = make([]uint64, seenKeys/64)
	}
	return k, err
}

func (k *newKeys) clear() {
	k.n = 0
	for table := range k.ids {
		k.ids[table], k.more[table] = make(map[int64]int64), make(map[int64][]int64)
		k.gone[table] = make(map[keyOf]bool)
	}
}

// note takes in what was noted of a key.
func (k *newKeys) note(one newKey) {
	k.n++
	if one.gone {
		k.remove(one)
		k.gone[one.table][one.keyOf] = true // it may be in the table as well
		return
	}
	delete(k.gone[one.table], one.keyOf)
	k.see(one.key)
	ids, more := k.ids[one.table], k.more[one.table]
	switch id, known := ids[one.key]; {
	case !known:
		ids[one.key] = one.id
	case id != one.id && !slices.Contains(more[one.key], one.id):
		more[one.key] = append(more[one.key], one.id)
	}
}

// remove forgets that something has a key.
func (k *newKeys) remove(one newKey) {
	ids, more := k.ids[one.table], k.more[one.table]
	id, known := ids[one.key]
	others := more[one.key]
	at := slices.Index(others, one.id)
	switch {
	case !known || id != one.id && at < 0:
		return
	case len(others) == 0:
		delete(ids, one.key)
		return
	case id == one.id:
		at = 0
		ids[one.key] = others[0]
	}
	if more[one.key] = slices.Delete(others, at, at+1); len(more[one.key]) == 0 {
		delete(more, one.key)
	}
}

// having appends what is noted to have a key.
func (k *newKeys) having(out []int64, table keyTable, key int64) []int64 {
	if id, known := k.ids[table][key]; known {
		out = append(append(out, id), k.more[table][key]...)
	}
	return out
}

// see notes that something has a key.
func (k *newKeys) see(key int64) {
	if k.seen == nil {
		return
	}
	for _, bit := range seenAt(key) {
		k.seen[bit/64] |= 1 << (bit % 64)
	}
}

// mayHave reports whether anything may have a key.
func (k *newKeys) mayHave(key int64) bool {
	if k.seen == nil {
		return true
	}
	for _, bit := range seenAt(key) {
		if k.seen[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// seenAt are the bits of a key, which is a hash.
func seenAt(key int64) [3]uint64 {
	h := uint64(key) //nolint:gosec // as it is
	return [3]uint64{h % seenKeys, h >> 20 % seenKeys, h >> 40 % seenKeys}
}

var errEnough = errors.New("enough is read")

// with reads what has a key, at most so many, or all where most is 0.
func (k *newKeys) with(r *UnitReader, table keyTable, key int64, most int) ([]int64, error) {
	if !k.mayHave(key) {
		return nil, nil
	}
	out := k.having(nil, table, key)
	noted := len(out)
	sql := "SELECT unit FROM unit_keys WHERE key = ?"
	if table == workKeys {
		sql = "SELECT work FROM work_keys WHERE key = ?"
	}
	err := r.c.each(sql, func(row row) error {
		if id := row.int(0); !k.gone[table][keyOf{key, id}] && !slices.Contains(out[:noted], id) {
			out = append(out, id)
		}
		if most > 0 && len(out) >= most {
			return errEnough
		}
		return nil
	}, key)
	if errors.Is(err, errEnough) {
		err = nil
	}
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	return out, err
}

// appendKeys encodes what is noted.
func appendKeys(b []byte, list []newKey) []byte {
	for _, one := range list {
		how := byte(one.table) << 1
		if one.gone {
			how |= 1
		}
		b = binary.LittleEndian.AppendUint64(append(b, how), uint64(one.key)) //nolint:gosec // as it is
		b = binary.AppendVarint(b, one.id)
	}
	return b
}

// readKeys decodes what appendKeys encoded.
func readKeys(b []byte) (out []newKey, err error) {
	for len(b) > 0 {
		if len(b) < 10 || b[0] > 3 {
			return nil, fmt.Errorf("%w: what is noted of keys of works cannot be read: %s", ErrCorrupt, mendCatalog)
		}
		one := newKey{table: keyTable(b[0] >> 1), gone: b[0]&1 == 1}
		one.key = int64(binary.LittleEndian.Uint64(b[1:])) //nolint:gosec // as it is
		id, n := binary.Varint(b[9:])
		if n <= 0 {
			return nil, fmt.Errorf("%w: what is noted of keys of works cannot be read: %s", ErrCorrupt, mendCatalog)
		}
		one.id, b = id, b[9+n:]
		out = append(out, one)
	}
	return out, nil
}

// putKeys writes which keys something has.
func (r *workRows) putKeys(table keyTable, id int64, old, is []int64) {
	EachChangedKey(old, is, func(key int64, gone bool) {
		r.keys = append(r.keys, newKey{table, gone, keyOf{key, id}})
	})
}

// EachChangedKey calls fn with what differs between two lists of keys, each once and in order: those that are gone, and
// those that have come. Of a folder of very many files there are very many, most of them the same.
func EachChangedKey(old, is []int64, fn func(key int64, gone bool)) {
	old, is = sortedKeys(old), sortedKeys(is)
	for len(old)+len(is) > 0 {
		switch {
		case len(is) == 0 || len(old) > 0 && old[0] < is[0]:
			fn(old[0], true)
			old = old[1:]
		case len(old) == 0 || is[0] < old[0]:
			fn(is[0], false)
			is = is[1:]
		default:
			old, is = old[1:], is[1:]
		}
	}
}

// sortedKeys are keys in their order, each once. The list that is given stays as it is.
func sortedKeys(keys []int64) []int64 {
	for i := 1; i < len(keys); i++ {
		if keys[i-1] >= keys[i] {
			return slices.Compact(slices.Sorted(slices.Values(keys)))
		}
	}
	return keys
}

// flushKeys notes the keys of a batch, or puts them into their tables where they are few.
func (r *workRows) flushKeys(tx *Tx) error {
	switch {
	case len(r.keys) == 0:
		return nil
	case tx.s.keys != nil && (tx.s.keys.n > 0 || len(r.keys) > r.few):
		r.noted = true
		return tx.c.exec("INSERT INTO new_keys (keys) VALUES (?)", appendKeys(nil, r.keys))
	}
	return r.sortIn(tx, r.keys)
}

// noteKeys takes in what a transaction that is committed has put, and reports whether so much is noted that it is to be
// sorted in.
func (r *workRows) noteKeys(k *newKeys) bool {
	if k == nil {
		return false
	}
	for _, one := range r.keys {
		if r.noted {
			k.note(one)
		} else if !one.gone {
			k.see(one.key)
		}
	}
	return k.n >= mostKeys
}

// sortIn puts keys into their tables in order, and takes out those that are gone. The last that is said of one holds.
// The list is in that order then.
func (r *workRows) sortIn(tx *Tx, list []newKey) error {
	slices.SortStableFunc(list, func(a, b newKey) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
	})
	for i, one := range list {
		if i+1 < len(list) && list[i+1].table == one.table && list[i+1].keyOf == one.keyOf {
			continue
		}
		into := r.intoKeys[one.table]
		var err error
		if one.gone {
			err = tx.c.exec(into.remove, one.key, one.id)
		} else {
			err = into.insert.add(tx, one.key, one.id)
		}
		if err != nil {
			return err
		}
	}
	for i := range r.intoKeys {
		if err := r.intoKeys[i].insert.flush(tx); err != nil {
			return err
		}
	}
	return nil
}

// all are the keys that are noted.
func (k *newKeys) all() []newKey {
	out := make([]newKey, 0, k.n)
	for table := range k.ids {
		for one := range k.gone[table] {
			out = append(out, newKey{keyTable(table), true, one}) //nolint:gosec // there are two
		}
		var ids []int64
		for key := range k.ids[table] {
			ids = k.having(ids[:0], keyTable(table), key) //nolint:gosec // there are two
			for _, id := range ids {
				out = append(out, newKey{keyTable(table), false, keyOf{key, id}}) //nolint:gosec // likewise
			}
		}
	}
	return out
}
