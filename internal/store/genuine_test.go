package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tampered makes a catalog of one item and runs some SQL on it.
func tampered(t *testing.T, sql string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	r := runAt(t, dir, Options{})
	r.put(r.addRoot("one"), "a")
	r.stop()
	c, err := dial(filepath.Join(dir, FileName), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.script(sql), c.close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// An endless trigger would hang whoever changed anything; so the test ends only where none has run.
var hostile = map[string]string{
	"trigger": `CREATE TRIGGER evil AFTER INSERT ON meta BEGIN
		INSERT INTO meta (key, value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x', count(*) FROM n; END`,
	"trigger on update":  "CREATE TRIGGER evil AFTER UPDATE ON items BEGIN DELETE FROM items; END",
	"view":               "CREATE VIEW evil AS SELECT randomblob(1000000000)",
	"table":              "CREATE TABLE evil (x)",
	"index":              "CREATE INDEX evil ON items (abs(size))",
	"column":             "ALTER TABLE roots ADD COLUMN evil TEXT",
	"table taken away":   "DROP TABLE tombstones",
	"older version":      "PRAGMA user_version = 1",
	"no version":         "PRAGMA user_version = 0",
	"negative version":   "PRAGMA user_version = -1",
	"a name of SQLite's": "PRAGMA writable_schema=ON; CREATE TRIGGER sqlite_stat_evil AFTER UPDATE ON items BEGIN DELETE FROM items; END",
	"a check":            "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, 'ident TEXT', 'ident TEXT CHECK (ident)') WHERE name = 'volumes'",
}

func TestABackupThatIsNotMadeAsACatalogIsNotRestored(t *testing.T) {
	for name, sql := range hostile {
		t.Run(name, func(t *testing.T) {
			from, to := tampered(t, sql), t.TempDir()
			r := runAt(t, to, Options{})
			r.put(r.addRoot("mine"), "a")
			r.stop()
			before, err := os.ReadFile(filepath.Join(to, FileName))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Restore(context.Background(), filepath.Join(from, FileName), to); !errors.Is(err, ErrNoBackup) || !strings.Contains(err.Error(), from) {
				t.Errorf("restored with %v, want %v that names the file", err, ErrNoBackup)
			}
			if after, err := os.ReadFile(filepath.Join(to, FileName)); err != nil || string(after) != string(before) {
				t.Errorf("the catalog was changed (%v)", err)
			}
		})
	}
}

func TestACatalogThatIsNotMadeAsOneIsNotOpened(t *testing.T) {
	for name, sql := range hostile {
		t.Run(name, func(t *testing.T) {
			dir := tampered(t, sql)
			if st, err := Open(context.Background(), dir, Options{}); err == nil {
				t.Error("opened", st.Close())
			} else if !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got %v, want %v that names the file", err, ErrTampered)
			}
			if st, err := OpenReader(context.Background(), dir); err == nil {
				t.Error("opened for reading", st.Close())
			}
		})
	}
}

func TestACatalogThatSQLiteHasAnalyzedIsOpened(t *testing.T) {
	runAt(t, tampered(t, "ANALYZE"), Options{}).stop()
}

func TestEveryVersionOfASchemaIsKnownAgain(t *testing.T) {
	r := runAt(t, t.TempDir(), Options{})
	_, files, err := versions(r.writer)
	r.stop()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(files); n++ {
		c, err := dial(filepath.Join(t.TempDir(), FileName), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files[:n] {
			sql, err := schema.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.script(string(sql)); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
		}
		if err := c.script(fmt.Sprintf("PRAGMA user_version = %d", n)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(genuine(c), c.close()); err != nil {
			t.Errorf("a catalog of schema %d: %v", n, err)
		}
	}
}
