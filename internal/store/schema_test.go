package store

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// endlessTrigger never ends once it fires.
const endlessTrigger = `CREATE TRIGGER forever AFTER UPDATE ON meta BEGIN
	INSERT INTO meta SELECT i, 1 FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n) WHERE i < 0; END`

// alterations are what a stranger may do to a catalog's schema, and what the error has to name.
var alterations = map[string]struct{ sql, names string }{
	"an endless trigger":         {endlessTrigger, `trigger "forever" of "meta"`},
	"a view":                     {"CREATE VIEW v AS SELECT * FROM items", `view "v"`},
	"an index of an expression":  {"CREATE INDEX x ON items (abs(size))", `index "x" of "items"`},
	"a table":                    {"CREATE TABLE extra (x)", `table "extra"`},
	"a missing index":            {"DROP INDEX items_seq", `lacks what every one has (index "items_seq" of "items")`},
	"a trigger in place of ours": {"DROP INDEX items_seq; CREATE TRIGGER items_seq AFTER INSERT ON items BEGIN DELETE FROM items; END", `trigger "items_seq" of "items"`},
	"a check": {"PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, 'ident TEXT NOT NULL', 'ident TEXT NOT NULL CHECK (ident)') WHERE name = 'volumes'",
		`table "volumes"`},
	"a false older version": {"PRAGMA user_version = 2", `of schema 2, but has what is none of ours (`},
	"a version of nothing":  {"PRAGMA user_version = 0", `of schema 0, but`},
	"a missing table":       {"DROP TABLE runs", `lacks what every one has (table "runs", index`},
	"a name of SQLite's": {"PRAGMA writable_schema=ON; CREATE TRIGGER sqlite_stat_evil AFTER UPDATE ON items BEGIN DELETE FROM items; END",
		`trigger "sqlite_stat_evil" of "items"`},
	"a thousand views":     {manyViews(1000), `view "v0"`},
	"signs for a terminal": {"CREATE VIEW \"\x1b[2J\n\" AS SELECT 1", `view "\x1b[2J\n"`},
}

func manyViews(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "CREATE VIEW v%d AS SELECT 1;", i)
	}
	return b.String()
}

func TestACatalogWhoseSchemaIsNotOursIsNeitherOpenedNorCopiedNorRestored(t *testing.T) {
	good, elsewhere := t.TempDir(), t.TempDir()
	r := runAt(t, good, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	r.stop()
	want := exported(t, good)
	for name, a := range alterations {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			if err := copyFile(filepath.Join(good, FileName), path); err != nil {
				t.Fatal(err)
			}
			shell(t, dir, a.sql)
			named := func(doing string, err error, kind error, mend string) {
				t.Helper()
				if !errors.Is(err, kind) || strings.Count(err.Error(), path) != 1 || !strings.Contains(err.Error(), a.names) || !strings.Contains(err.Error(), mend) {
					t.Errorf("%s: %v", doing, err)
				}
				if err != nil && (len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\x1b\n")) {
					t.Errorf("%s: no error for people: %q", doing, err)
				}
			}
			named("open", refused(t, dir), ErrAltered, "move it away and scan anew")
			reader, err := OpenReader(t.Context(), dir)
			if err == nil {
				_ = reader.Close()
			}
			named("read", err, ErrAltered, "restore a backup")
			named("back up", Backup(t.Context(), dir, filepath.Join(elsewhere, "b.db")), ErrAltered, "restore a backup")
			_, err = Restore(t.Context(), path, good)
			named("restore", err, ErrNoBackup, "`catalogizerd backup` wrote")
			if got := exported(t, good); got != want {
				t.Errorf("the catalog has changed: %s", got)
			}
			if err := Backup(t.Context(), good, path); !errors.Is(err, ErrNoBackup) {
				t.Errorf("replace: %v", err)
			}
		})
	}
	if names := filesIn(t, good) + filesIn(t, elsewhere); names != FileName+" "+FloorName {
		t.Errorf("it left %s", names)
	}
}

func TestAVersionThatNeverWasIsForeign(t *testing.T) {
	dir := t.TempDir()
	runAt(t, dir, Options{}).stop()
	shell(t, dir, "PRAGMA user_version = -1")
	if err := refused(t, dir); !errors.Is(err, ErrForeign) {
		t.Error(err)
	}
	if _, err := Restore(t.Context(), filepath.Join(dir, FileName), t.TempDir()); !errors.Is(err, ErrNoBackup) {
		t.Error(err)
	}
}

var updateSchema = flag.Bool("update-schema", false, "write testdata/schema.txt anew")

// Catalogs outlive the SQLite that made them. Where a newer one writes a schema in other words, to catalogs that it
// makes, those of before have to be known as well, and this test says so before a user does.
func TestTheSchemaOfEveryVersionIsWrittenAsItWasWhenItCameOut(t *testing.T) {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for have := range len(files) + 1 {
		objects, err := schemaOf(t.Context(), files[:have])
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objects {
			fmt.Fprintf(&b, "%d %s %s %s %q\n", have, o.kind, o.name, o.table, o.sql)
		}
	}
	const golden = "testdata/schema.txt"
	if *updateSchema {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(b.String()), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || string(want) != b.String() {
		t.Errorf("%v: the schemas are not those of %s: released ones may not change, append a new one (-update-schema)", err, golden)
	}
}

// Pages that lead to one another would be read and copied for ever.
func TestARestoreOfATreeThatGoesRoundEnds(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	r.update(func(tx *Tx) error {
		for i := range 20_000 {
			if _, err := putIn(tx, root, fmt.Sprintf("a film with a rather long name %d.mkv", i)); err != nil {
				return err
			}
		}
		return nil
	})
	page := r.numbers("SELECT rootpage FROM sqlite_schema WHERE name = 'items'")[0]
	size := r.numbers("PRAGMA page_size")[0]
	r.stop()
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := b[(page-1)*size : page*size]
	// An inner page of a table, whose cells begin with a page's number (https://sqlite.org/fileformat.html).
	if p[0] != 5 {
		t.Fatalf("the root of items is a page of kind %d", p[0])
	}
	cells := int(p[3])<<8 | int(p[4])
	first := int(p[12])<<8 | int(p[13])
	for i := range cells {
		at := int(p[12+2*i])<<8 | int(p[13+2*i])
		copy(p[at:at+4], p[first:first+4])
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), path, t.TempDir()); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
}

func TestACatalogThatSQLiteHasAnalyzedIsOpened(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	r.put(r.addRoot("one"), "a")
	r.stop()
	shell(t, dir, "ANALYZE")
	runAt(t, dir, Options{}).stop()
}
