package store

import (
	"database/sql/driver"
	"strings"
)

// A statement that may fail with some of its rows written keeps a copy of each page that it writes, unless it is said
// to FAIL: what it has written stays then, and is undone with the request. Of a table whose rows SQLite numbers it does
// so all the same. https://sqlite.org/lang_conflict.html

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
	return in.flushFull(tx)
}

// flushFull inserts what has been added if it fills a statement.
func (in *inserter) flushFull(tx *Tx) error {
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

// same gives a number as a row has it that comes before the one it is for, if it is the same there: a number takes
// memory of its own wherever it becomes a value.
func (r row) same(at int, n int64) driver.Value {
	if at < len(r) {
		if was, is := r[at].(int64); is && was == n {
			return r[at]
		}
	}
	return n
}

// sameText is same for texts.
func (r row) sameText(at int, text string) driver.Value {
	if at < len(r) {
		if was, is := r[at].(string); is && was == text {
			return r[at]
		}
	}
	return text
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
