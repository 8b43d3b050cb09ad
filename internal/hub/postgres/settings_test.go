package postgres

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// What an administrator sets for all connections of a server is for programs that say nothing of it: what the hub relies
// on it says.
func TestWhatAServerIsSetToChangesNothing(t *testing.T) {
	at := shared.Database(t)
	c, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range []string{"default_transaction_isolation = serializable", "lock_timeout = 1",
		"idle_session_timeout = 1", "default_transaction_deferrable = on"} {
		sql := "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET " + setting + "'; END $$"
		if _, err := c.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, at)
	const sources, groups = 4, 20
	var written sync.WaitGroup
	for i := range sources {
		source := begin(t, s, fmt.Sprint(i), "i")
		written.Go(func() {
			for n := range groups {
				cursor := fmt.Sprint(n)
				group := Group{[]Change{item(int64(n+1), cursor)}, cursor}
				if _, err := source.Apply(t.Context(), source.Prepare(group)); err != nil {
					t.Errorf("group %d of source %d: %v", n, i, err)
				}
			}
		})
	}
	written.Wait()
	if n := len(listed(t, s)); n != sources*groups {
		t.Errorf("%d items", n)
	}
}
