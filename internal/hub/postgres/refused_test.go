package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A database that takes in nothing, here as it is only to be read, is none to be silent about: neither by the hub that
// leads nor where none can.
func TestAHubSaysThatItsDatabaseTakesInNothing(t *testing.T) {
	at := shared.Database(t)
	s := another(t, at)
	c, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(t.Context()) }()
	onlyRead := func(is string) { // from the next connection on
		t.Helper()
		const set = `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = `
		if _, err := c.Exec(t.Context(), "SET default_transaction_read_only = off; "+set+is+"'; END $$"); err != nil {
			t.Fatal(err)
		}
		s.pool.Reset()
	}
	said := func() string {
		if err := s.Health(); err != nil {
			return err.Error()
		}
		return ""
	}
	onlyRead("on")
	end := stands(t, s, "one")
	eventually(t, "it says that it cannot lead", func() bool {
		return strings.Contains(said(), "takes in nothing more") && strings.Contains(said(), "read-only")
	})
	onlyRead("off")
	eventually(t, "it leads", func() bool { return leads(s) && said() == "" })
	attic := begin(t, s, "attic", "i1")
	say(t, attic, "a", item(1, "a"))
	onlyRead("on")
	if _, err := attic.Apply(t.Context(), attic.Prepare(Group{[]Change{item(2, "b")}, "b"})); !isRefused(err) {
		t.Fatalf("it is taken in, or fails otherwise: %v", err)
	}
	if text := said(); !strings.Contains(text, "takes in nothing") || !strings.Contains(text, "read-only") {
		t.Errorf("it says %q", text)
	}
	onlyRead("off")
	say(t, attic, "b", item(2, "b"))
	if text := said(); text != "" {
		t.Errorf("it says %q", text)
	}
	end()
}
