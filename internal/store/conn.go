package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// conn is one connection to SQLite with its prepared statements. It speaks to the driver directly: at
// a hundred thousand rows a second the conversions and locks of database/sql are most of the cost.
// It belongs to one goroutine at a time.
type conn struct {
	c     *sqlite3.SQLiteConn
	stmts map[string]*statement
	ctx   context.Context // what runs is interrupted when it ends; nil: nothing ends it
	known *words.Meanings // of the store; nil: what is found is not kept

	workRoots map[int64]string // see workRoot
}

type statement struct {
	s     *sqlite3.SQLiteStmt
	dest  []driver.Value
	named []driver.NamedValue
	busy  bool
}

// row is one result row; its accessors give the zero value for NULL.
type row []driver.Value

func (r row) int(i int) int64 { v, _ := r[i].(int64); return v }

func (r row) bytes(i int) []byte { v, _ := r[i].([]byte); return v }

func (r row) text(i int) string {
	switch v := r[i].(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

func (r row) null(i int) bool { return r[i] == nil }

// busyTimeout is how long a connection waits for a lock of another.
const busyTimeout = 5 * time.Second

// distrust is said to every connection. A schema is compared with our own before it is used; what a stranger puts into
// one afterwards may call no function that could do harm.
const distrust = "trusted_schema=OFF"

// wary is said to every connection too: a page is checked cell by cell when it is first read, so that a broken one is
// called so and not half read.
const wary = "cell_size_check=ON"

// dial opens a connection.
func dial(path string, readOnly bool, pragmas ...string) (*conn, error) {
	if readOnly {
		return dialMode(path, "ro", pragmas...)
	}
	return dialMode(path, "rwc", pragmas...)
}

// dialMode opens a connection in a mode of SQLite's URIs, with what further parameters follow it. The name goes in as a
// URI, so that no character of the path is special.
func dialMode(path, mode string, pragmas ...string) (*conn, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", path, err)
	}
	// A connection belongs to one goroutine at a time, and needs no lock of SQLite's own: that is a fiftieth of a first
	// scan. To interrupt one is safe from any thread. https://sqlite.org/threadsafe.html
	dsn := fmt.Sprintf("file:%s?_busy_timeout=%d&mode=%s&_mutex=no", (&url.URL{Path: abs}).EscapedPath(),
		busyTimeout.Milliseconds(), mode)
	honestReads()
	dc, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &conn{c: dc.(*sqlite3.SQLiteConn), stmts: make(map[string]*statement)}
	for _, p := range append([]string{distrust, wary}, pragmas...) {
		if err := c.script("PRAGMA " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("pragma %s: %w", p, err), c.close())
		}
	}
	return c, nil
}

func (c *conn) close() error {
	var errs []error
	for _, st := range c.stmts {
		errs = append(errs, st.s.Close())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.c.Close())...)
}

// script runs SQL of any number of statements, without arguments.
func (c *conn) script(sql string) error {
	_, err := c.c.Exec(sql, nil)
	return err
}

// prepare gives the statement of an SQL text, in which constants stand by name: see sqlNames.
func (c *conn) prepare(sql string) (*statement, error) {
	if st, ok := c.stmts[sql]; ok {
		return st, nil
	}
	ds, err := c.c.Prepare(sqlNames.Replace(sql))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", sql, err)
	}
	st := &statement{s: ds.(*sqlite3.SQLiteStmt)}
	c.stmts[sql] = st
	return st, nil
}

// exec runs a prepared statement that returns no rows. The driver's query path binds and steps in one
// crossing into C, its exec path takes one for each argument.
func (c *conn) exec(sql string, args ...driver.Value) error {
	st, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := c.query(st, args)
	if err != nil {
		return c.interrupted(err)
	}
	return rows.Close()
}

// each calls fn for every row. fn must not run the same statement on this connection, and must not
// keep the row; the byte slices in it are its own.
func (c *conn) each(sql string, fn func(row) error, args ...driver.Value) (err error) {
	st, err := c.prepare(sql)
	if err != nil {
		return err
	}
	if st.busy {
		return fmt.Errorf("statement %q used while it is read", sql)
	}
	st.busy = true
	defer func() { st.busy = false }()
	rows, err := c.query(st, args)
	if err != nil {
		return c.interrupted(err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = c.interrupted(cerr)
		}
	}()
	if st.dest == nil {
		st.dest = make([]driver.Value, len(rows.Columns()))
	}
	for {
		switch err := rows.Next(st.dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return c.interrupted(err)
		}
		if err := fn(st.dest); err != nil {
			return err
		}
	}
}

// query begins to run a statement.
func (c *conn) query(st *statement, args []driver.Value) (driver.Rows, error) {
	ctx := c.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	named := st.named[:0]
	for i, v := range args {
		named = append(named, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	st.named = named
	return st.s.QueryContext(ctx, named)
}

// one reads a single row through fn; found is false where there is none.
func (c *conn) one(sql string, fn func(row), args ...driver.Value) (found bool, err error) {
	err = c.each(sql, func(r row) error {
		if !found {
			fn(r)
		}
		found = true
		return nil
	}, args...)
	return found, err
}

// number reads a single integer; 0 where there is no row.
func (c *conn) number(sql string, args ...driver.Value) (n int64, err error) {
	_, err = c.one(sql, func(r row) { n = r.int(0) }, args...)
	return n, err
}

// setMeta writes one of the values that the catalog keeps by name.
func (c *conn) setMeta(key string, value driver.Value) error {
	return c.exec("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
}
