package store

import (
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// ErrTampered says that a database is not made as a catalog is: it has something more, less or other in it, which
// would be run or believed.
var ErrTampered = errors.New("not made by catalogizerd")

// genuine refuses a catalog whose schema is not exactly what this binary makes for its version: a trigger of somebody
// else's would run with the first change, and a version that is not the true one breaks the next start. It runs nothing
// of what is in the file.
func genuine(c *conn) error {
	have, files, err := versions(c)
	if err != nil {
		return err
	}
	found, err := objects(c)
	if err != nil || have == 0 && len(found) == 0 {
		return err // a new one
	}
	want, err := schemaOf(files[:have])
	if err != nil {
		return err
	}
	for name, sql := range found {
		switch ours, ok := want[name]; {
		case !ok:
			return fmt.Errorf("%w: it has a %s, which no catalog of schema %d has", ErrTampered, name, have)
		case ours != sql:
			return fmt.Errorf("%w: its %s is another than a catalog of schema %d has", ErrTampered, name, have)
		}
	}
	for name := range want {
		if _, ok := found[name]; !ok {
			return fmt.Errorf("%w: it has no %s, which a catalog of schema %d has", ErrTampered, name, have)
		}
	}
	return nil
}

// analyzed is what SQLite's ANALYZE makes of how values are spread. A name alone proves nothing: with writable_schema a
// trigger can have one that is SQLite's own.
var analyzed = map[string]bool{"CREATE TABLE sqlite_stat1(tbl,idx,stat)": true, "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)": true}

// objects are everything that a schema has, by kind and name, with the SQL that made it.
func objects(c *conn) (map[string]string, error) {
	out := map[string]string{}
	err := c.each("SELECT type, name, coalesce(sql, '') FROM sqlite_schema", func(r row) error {
		if !analyzed[r.text(2)] {
			out[r.text(0)+" "+r.text(1)] = r.text(2)
		}
		return nil
	})
	return out, err
}

// schemaOf makes the schema of a version in memory and gives its objects.
func schemaOf(files []string) (_ map[string]string, err error) {
	dc, err := (&sqlite3.SQLiteDriver{}).Open(":memory:")
	if err != nil {
		return nil, err
	}
	c := &conn{c: dc.(*sqlite3.SQLiteConn), stmts: make(map[string]*statement)}
	defer func() { err = errors.Join(err, c.close()) }()
	for _, file := range files {
		sql, err := schema.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := c.script(string(sql)); err != nil {
			return nil, fmt.Errorf("apply %s: %w", file, err)
		}
	}
	return objects(c)
}
