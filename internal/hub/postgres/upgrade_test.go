package postgres

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// schemaTwo makes a database that a hub of schema 2 has used.
func schemaTwo(t *testing.T) (at string) {
	t.Helper()
	at = shared.Database(t)
	makeSchemaTwo(t, at)
	return at
}

func makeSchemaTwo(t *testing.T, at string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	made := "CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (1), (2);"
	if _, err := c.Exec(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"schema/0001.sql", "schema/0002.sql", "testdata/schema-2.sql"} {
		sql, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exec(t.Context(), string(sql)); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
}

// A database of schema 2 is brought up to date with all that it holds: items under their ids, their sums, and cursors that
// were given. Its sources are loaded over what is held, which gives items what schema 2 did not keep.
func TestADatabaseOfSchemaTwoIsBroughtUpToDate(t *testing.T) {
	s := openAt(t, schemaTwo(t))
	ids := func() (out []int64) {
		for _, v := range listed(t, s) {
			out = append(out, v.ID)
		}
		return out
	}
	before := []int64{ID(1, 1), ID(1, 2), ID(2, 1), ID(2, 2)}
	if got := ids(); !slices.Equal(got, before) || s.Head() != 5 {
		t.Errorf("%v at %d", got, s.Head())
	}
	if c := s.ItemCounts(); c.Items != 4 || c.Missing != 1 {
		t.Errorf("%+v", c)
	}
	if of, err := s.RootItems(t.Context()); err != nil || of["attic~films"] != 2 || of["cellar~films"] != 2 {
		t.Errorf("%v, %v", of, err)
	}
	for run, seq := range map[string]int64{"oldrun1": 2, "oldrun2": 5} {
		at := media.Cursor{Epoch: "oldepoch", Run: run, Seq: seq}
		if !s.Continues(at) {
			t.Errorf("a client that stood at %+v is to begin anew", at)
		}
	}
	of, err := s.Duplicates(t.Context(), store.Query{Limit: 10})
	if err != nil || len(of.Groups) != 1 || len(of.Groups[0].Items) != 2 {
		t.Errorf("duplicates: %+v, %v", of, err)
	}
	attic := begin(t, s, "attic", "i1")
	if attic.Number() != 1 || !attic.Loading {
		t.Errorf("the source is gone on with as %+v", attic)
	}
	say(t, attic, "anew", item(1, "a", `"genres":["Drama"]`), item(2, "b"))
	complete(t, attic)
	cellar := begin(t, s, "cellar", "i2")
	say(t, cellar, "anew", item(1, "d", `"genres":["Drama"]`)) // what did not come has gone meanwhile
	complete(t, cellar)
	if got := ids(); !slices.Equal(got, before[:3]) {
		t.Errorf("with its sources loaded again: %v", got)
	}
	facets, err := s.ItemFacets(t.Context(), store.Query{}, []string{"genre"})
	if err != nil || facets.Total.Count != 3 || len(facets.By[0]) != 2 || facets.By[0][0].Count != 2 {
		t.Errorf("%+v, %v", facets, err)
	}
}
