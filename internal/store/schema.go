package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrAltered says that a catalog's tables are not those that this program makes.
var ErrAltered = errors.New("catalog was altered")

// errBlank says that a catalog has lost all, or is none.
var errBlank = errors.New("holds no table")

// genuine refuses what is no catalog, and a catalog whose schema is not exactly the one that this program gives to its
// version, before anything else is asked of it. SQL stands in a schema: triggers, views, checks and indexes of
// expressions run whenever somebody writes or reads, with this program's rights and for as long as they like. It gives
// the version, the files of all versions, and what of the schema is still to be built.
func genuine(ctx context.Context, c *conn, path string) (have int, files []string, unbuilt []object, err error) {
	id, err := c.number("PRAGMA application_id")
	if err != nil {
		return 0, nil, nil, err
	}
	objects, err := c.number("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return 0, nil, nil, err
	}
	if id != applicationID && objects > 0 {
		return 0, nil, nil, ErrForeign
	}
	if have, files, err = versions(c); err != nil {
		return 0, nil, nil, err
	}
	if have == 0 && objects == 0 { // a catalog is whole before it gets its name
		return 0, nil, nil, fmt.Errorf("%w: %s %w: %s", ErrCorrupt, path, errBlank, mendEmpty(path))
	}
	wanted, err := schemaOf(ctx, files[:have])
	if err != nil {
		return 0, nil, nil, err
	}
	strange, unbuilt, err := compareSchema(c, wanted)
	if err == nil && strange != "" {
		err = fmt.Errorf("%w: %s says that it is of schema %d, but %s", ErrAltered, path, have, strange)
	}
	return have, files, unbuilt, err
}

// object is a row of sqlite_schema. Where its root page lies is not compared.
type object struct{ kind, name, table, sql string }

// String names the object for people. What a stranger calls it goes to a terminal and is quoted.
func (o object) String() string {
	if o.name == o.table {
		return fmt.Sprintf("%.16s %q", o.kind, o.name)
	}
	return fmt.Sprintf("%.16s %q of %q", o.kind, o.name, o.table)
}

// namedObjects bounds those that an error names.
const namedObjects = 5

// compareSchema says in what a schema differs from the one that is wanted, but for what is still to be built; it is
// empty where it does not.
func compareSchema(c *conn, wanted []object) (difference string, unbuilt []object, err error) {
	missing := make(map[object]bool, len(wanted))
	for _, o := range wanted {
		missing[o] = true
	}
	var foreign []object
	errMore := errors.New("more than are named")
	err = eachObject(c, func(o object) error {
		if missing[o] {
			delete(missing, o)
			return nil
		}
		if foreign = append(foreign, o); len(foreign) > namedObjects {
			return errMore
		}
		return nil
	})
	if err != nil && !errors.Is(err, errMore) {
		return "", nil, err
	}
	for _, o := range wanted {
		if missing[o] && o.mayBeUnbuilt() {
			delete(missing, o)
			unbuilt = append(unbuilt, o)
		}
	}
	var differences []string
	if len(foreign) > 0 {
		differences = append(differences, "has what is none of ours ("+namesOf(foreign)+")")
	}
	if len(missing) > 0 && err == nil {
		lacks := slices.DeleteFunc(slices.Clone(wanted), func(o object) bool { return !missing[o] })
		differences = append(differences, "lacks what every one has ("+namesOf(lacks)+")")
	}
	return strings.Join(differences, " and "), unbuilt, nil
}

func namesOf(objects []object) string {
	var names []string
	for i, o := range objects {
		if i == namedObjects {
			names = append(names, "and more")
			break
		}
		names = append(names, o.String())
	}
	return strings.Join(names, ", ")
}

// analyzed are the tables in which SQLite's ANALYZE keeps how values are spread. They may be there or not.
var analyzed = []object{
	{"table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"},
	{"table", "sqlite_stat4", "sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"},
}

// eachObject calls fn for every row of a schema. None of ours is as long as what is cut here.
func eachObject(c *conn, fn func(object) error) error {
	return c.each("SELECT type, substr(name, 1, 80), substr(tbl_name, 1, 80), substr(sql, 1, 65536) FROM sqlite_schema",
		func(r row) error {
			if o := (object{r.text(0), r.text(1), r.text(2), r.text(3)}); !slices.Contains(analyzed, o) {
				return fn(o)
			}
			return nil
		})
}

// schemaOf is the schema that files make of an empty database.
func schemaOf(ctx context.Context, files []string) (objects []object, err error) {
	c, err := dialMode("/none", "memory") // a database in memory has a name as well
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := migrate(ctx, c, 0, files); err != nil {
		return nil, err
	}
	err = eachObject(c, func(o object) error { objects = append(objects, o); return nil })
	return objects, err
}

// searches refuses a binary that cannot search.
func searches(c *conn) error {
	n, err := c.number("SELECT count(*) FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
	if err == nil && n == 0 {
		err = ErrNoFTS
	}
	return err
}
