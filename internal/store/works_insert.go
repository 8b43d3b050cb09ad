package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// workRows are rows of works on their way into the catalog, many by one statement.
type workRows struct {
	works, units, places *inserter
	members, others      *inserter   // of new works; of works that had members, which may stand where others stood
	intoKeys             [2]intoKeys // by keyTable
	words                []workWords // what works are to be found by
	keys                 []newKey    // of this transaction
	few                  int         // see WorkKeeper.FewKeys
	noted                bool        // they are not in their tables
	sums                 *workSums
	roots                rootNumbers
}

func newWorkRows() *workRows {
	return &workRows{
		sums:     newWorkSums(),
		works:    newInserter("INSERT OR FAIL INTO works (id, "+strings.Join(workRow, ", ")+") VALUES", 1+len(workRow)),
		members:  newInserter("INSERT OR FAIL INTO members (work, rank, item, how) VALUES", 4),
		others:   newInserter("INSERT OR REPLACE INTO members (work, rank, item, how) VALUES", 4),
		units:    newInserter("INSERT OR REPLACE INTO units (id, traces) VALUES", 2),
		places:   newInserter("INSERT OR REPLACE INTO unit_items (item, unit) VALUES", 2),
		intoKeys: [2]intoKeys{unitKeys: newIntoKeys("unit_keys", "unit"), workKeys: newIntoKeys("work_keys", "work")},
	}
}

func (r *workRows) inserters() []*inserter {
	return []*inserter{r.works, r.members, r.others, r.units, r.places}
}

// flush inserts what is not in the catalog yet.
func (r *workRows) flush(tx *Tx) error {
	for _, in := range r.inserters() {
		if err := in.flush(tx); err != nil {
			return err
		}
	}
	return errors.Join(r.flushWords(tx), r.flushKeys(tx))
}

// workWords are the words that a work is found by.
type workWords struct {
	work int64
	text [2]string
}

// flushWords gives the search the words of works, all at once and one after the other: it writes out what it holds
// before any statement that may write several rows, of whatever table, and whenever an id is below the one before it.
func (r *workRows) flushWords(tx *Tx) error {
	slices.SortFunc(r.words, func(a, b workWords) int { return cmp.Compare(a.work, b.work) })
	for i := range r.words {
		w := &r.words[i]
		err := tx.c.exec("INSERT INTO work_search (rowid, title, people) VALUES (?,?,?)", w.work, w.text[0], w.text[1])
		if err != nil {
			return err
		}
	}
	return nil
}

// drop forgets what a transaction that failed has left.
func (r *workRows) drop() {
	for _, in := range r.inserters() {
		in.drop()
	}
	for i := range r.intoKeys {
		r.intoKeys[i].insert.drop()
	}
	clear(r.words)
	r.words, r.keys, r.noted = r.words[:0], r.keys[:0], false
}

// keyOf is a key that something has.
type keyOf struct{ key, id int64 }

// intoKeys puts keys into a table, and takes them out.
type intoKeys struct {
	insert *inserter
	remove string
}

func newIntoKeys(table, column string) intoKeys {
	return intoKeys{insert: newInserter("INSERT OR IGNORE INTO "+table+" (key, "+column+") VALUES", 2),
		remove: "DELETE FROM " + table + " WHERE key = ? AND " + column + " = ?"}
}
