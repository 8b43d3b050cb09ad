package store

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
)

// workRows are rows of works on their way into the catalog, many by one statement.
type workRows struct {
	works, words, members, units, places *inserter
	workKeys, unitKeys                   keyRows
}

func newWorkRows() *workRows {
	return &workRows{
		works:    newInserter("INSERT INTO works (id, "+strings.Join(workRow, ", ")+") VALUES", 1+len(workRow)),
		words:    newInserter("INSERT INTO work_search (rowid, title, people) VALUES", 3),
		members:  newInserter("INSERT OR REPLACE INTO members (work, rank, item, how) VALUES", 4),
		units:    newInserter("INSERT OR REPLACE INTO units (id, traces) VALUES", 2),
		places:   newInserter("INSERT OR REPLACE INTO unit_items (item, unit) VALUES", 2),
		workKeys: newKeyRows("work_keys", "work"),
		unitKeys: newKeyRows("unit_keys", "unit"),
	}
}

func (r *workRows) inserters() []*inserter {
	return []*inserter{r.works, r.words, r.members, r.units, r.places}
}

// flush inserts what is not in the catalog yet.
func (r *workRows) flush(tx *Tx) error {
	for _, in := range r.inserters() {
		if err := in.flush(tx); err != nil {
			return err
		}
	}
	return errors.Join(r.workKeys.flush(tx), r.unitKeys.flush(tx))
}

// drop forgets what a transaction that failed has left.
func (r *workRows) drop() {
	for _, in := range r.inserters() {
		in.drop()
	}
	r.workKeys.drop()
	r.unitKeys.drop()
}

// keyOf is a key that something has.
type keyOf struct{ key, id int64 }

// keyRows are keys on their way into a table. They are hashes: in their order, those of a batch touch few pages.
type keyRows struct {
	insert *inserter
	remove string
	keys   []keyOf
}

func newKeyRows(table, column string) keyRows {
	return keyRows{insert: newInserter("INSERT OR IGNORE INTO "+table+" (key, "+column+") VALUES", 2),
		remove: "DELETE FROM " + table + " WHERE key = ? AND " + column + " = ?"}
}

func (r *keyRows) flush(tx *Tx) error {
	slices.SortFunc(r.keys, func(a, b keyOf) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) })
	for _, k := range r.keys {
		if err := r.insert.add(tx, k.key, k.id); err != nil {
			return err
		}
	}
	r.keys = r.keys[:0]
	return r.insert.flush(tx)
}

func (r *keyRows) drop() {
	r.insert.drop()
	r.keys = r.keys[:0]
}

// rowsAtOnce is how many rows are inserted by one statement where there are as many. To run a statement costs as much
// as two rows do.
const rowsAtOnce = 16

// inserter inserts rows into a table, many by one statement. It belongs to one transaction at a time; what has been
// added is there only after flush.
type inserter struct {
	into    string // INSERT INTO table (columns) VALUES
	columns int
	sql     map[int]string // by how many rows
	values  []driver.Value
}

// newInserter returns an inserter for rows of so many columns. into ends with VALUES.
func newInserter(into string, columns int) *inserter {
	return &inserter{into: into, columns: columns, sql: make(map[int]string)}
}

// add adds a row.
func (in *inserter) add(tx *Tx, values ...driver.Value) error {
	in.values = append(in.values, values...)
	if len(in.values) < rowsAtOnce*in.columns {
		return nil
	}
	return in.flush(tx)
}

// flush inserts what has been added: so many rows at once as a power of two has, so that statements are few.
func (in *inserter) flush(tx *Tx) error {
	left := in.values
	for rows := rowsAtOnce; rows > 0; rows /= 2 {
		for n := rows * in.columns; len(left) >= n; left = left[n:] {
			if err := tx.c.exec(in.statement(rows), left[:n]...); err != nil {
				in.drop()
				return err
			}
		}
	}
	in.drop()
	return nil
}

// drop forgets what has been added.
func (in *inserter) drop() {
	clear(in.values)
	in.values = in.values[:0]
}

func (in *inserter) statement(rows int) string {
	if s := in.sql[rows]; s != "" {
		return s
	}
	one := "(" + marks(in.columns) + ")"
	in.sql[rows] = in.into + " " + one + strings.Repeat(","+one, rows-1)
	return in.sql[rows]
}
