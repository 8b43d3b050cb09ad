package postgres

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
)

// Who writes works and who takes in items write how the same values are shown: neither waits for what the other holds
// while that waits for it.
func TestWorksAndItemsOfTheSameValuesAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "Velm (1999)/Velm.mkv", `"title":"Velm"`, `"year":1999`, `"genres":["Drama"]`))
	complete(t, c)
	items, err := pgx.ConnectConfig(t.Context(), s.pool.Config().ConnConfig) // as Catalog.Apply writes
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := items.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	tx, err := items.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT head FROM hub FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() {
		l := librarian.NewOf(librarian.Config{}, s.Library(), zap.NewNop())
		written <- l.CatchUp(t.Context())
	}()
	const waits = "SELECT EXISTS (SELECT FROM pg_stat_activity " +
		"WHERE datname = current_database() AND wait_event_type = 'Lock')"
	for deadline, isThere := time.Now().Add(3*time.Minute), false; !isThere; {
		if err := s.pool.QueryRow(t.Context(), waits).Scan(&isThere); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("works do not wait for the right to give numbers")
		}
	}
	var all shownValues
	rows, err := tx.Query(t.Context(), "SELECT id, shown FROM facet_values ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	var shown string
	_, err = pgx.ForEachRow(rows, []any{&id, &shown}, func() error {
		all.ids, all.shown = append(all.ids, id), append(all.shown, shown)
		return nil
	})
	if err != nil || len(all.ids) == 0 {
		t.Fatalf("%d values are known, %v", len(all.ids), err)
	}
	if err := all.write(t.Context(), tx); err != nil {
		t.Errorf("items are not taken in beside works: %v", err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Errorf("items are not taken in beside works: %v", err)
	}
	if err := <-written; err != nil {
		t.Errorf("works are not written beside items: %v", err)
	}
	if all := shelved(t, s); len(all) != 1 {
		t.Errorf("there are %d works", len(all))
	}
}
