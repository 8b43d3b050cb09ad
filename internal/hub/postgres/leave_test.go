package postgres

import (
	"maps"
	"strings"
	"testing"
)

// refuse has the database take nothing of some sort any more, where something is so, and gives what ends that.
func refuse(t *testing.T, s *Store, what, where string) (end func()) {
	t.Helper()
	exec := func(sql string) {
		t.Helper()
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it is refused'; END $$")
	exec("CREATE TRIGGER refused BEFORE " + what + " FOR EACH ROW WHEN (" + where + ") EXECUTE FUNCTION refuse()")
	_, table, _ := strings.Cut(what, " ON ")
	return func() { t.Helper(); exec("DROP TRIGGER refused ON " + table) }
}

// A source that comes back before all of it has left, as the hub was killed in between or its database was away, has all
// its items again.
func TestASourceThatComesBackBeforeItHasLeftIsWhole(t *testing.T) {
	for name, refused := range map[string][2]string{
		"before anything is gone": {"UPDATE ON items", "true"},
		"when all is gone":        {"UPDATE ON catalogs", "NOT NEW.renewing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			c := begin(t, s, "attic", "i1")
			say(t, c, "a", item(1, "a"), item(2, "b"))
			complete(t, c)
			end := refuse(t, s, refused[0], refused[1])
			if err := s.Leave(t.Context(), []string{"cellar"}); err == nil {
				t.Fatal("it has left")
			}
			end()
			c, err := s.Newest(t.Context(), "attic")
			if err != nil {
				t.Fatal(err)
			}
			if c.Cursor == "" {
				say(t, c, "b", item(2, "b"), item(3, "c"))
			} else { // what is new behind it
				say(t, c, "b", without(1), item(3, "c"))
			}
			complete(t, c)
			want := map[string]int{"attic~films/b": 1, "attic~films/c": 1}
			if p := follow(t, s).paths(); !maps.Equal(p, want) {
				t.Errorf("%v", p)
			}
		})
	}
}
