package postgres

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
)

// To derive works of an item, and to take in its words, reads as many rows in a large library as in a small one: batches
// do not read it whole. Nothing is known of the tables yet when the first ones come.
func TestAnItemReadsAsManyRowsInALargerLibrary(t *testing.T) {
	t.Parallel()
	few, many := rowsRead(t, 4000), rowsRead(t, 24_000)
	t.Logf("%.1f rows an item in a library of 4,000, %.1f in one of 24,000", few, many)
	if few == 0 || many > 1.3*few {
		t.Errorf("%.1f rows are read for an item in a library of 4,000, and %.1f in one of 24,000", few, many)
	}
}

// rowsRead is how many rows the database reads for an item of a library that has come, until there are its works and
// words.
func rowsRead(t *testing.T, items int64) float64 {
	t.Helper()
	at := shared.Database(t)
	s := openAt(t, at)
	c := begin(t, s, "attic", "i1")
	const group = 1000
	for id := int64(1); id <= items; {
		var changes []Change
		for range group {
			changes = append(changes, stocked(id))
			id++
		}
		say(t, c, fmt.Sprint(id), changes...)
	}
	before := rowsReadOf(t, s, at)
	s = openAt(t, at)
	l := librarian.NewOf(librarian.Config{AtOnce: 2000}, s.Library(), zap.NewNop())
	if err := l.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	takeIn(t, s)
	return float64(rowsReadOf(t, s, at)-before) / float64(items)
}

// rowsReadOf closes a store, and gives how many rows its database has read by then. Who has served a connection counts
// what it did when it ends.
func rowsReadOf(t *testing.T, s *Store, at string) (rows int64) {
	t.Helper()
	s.Close()
	c, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(t.Context()) }()
	eventually(t, "nobody else is connected", func() bool {
		var others int
		const of = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() " +
			"AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
		if err := c.QueryRow(t.Context(), of).Scan(&others); err != nil {
			t.Fatal(err)
		}
		return others == 0
	})
	const read = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables"
	if err := c.QueryRow(t.Context(), read).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// Each question is a journey: what works are derived with is asked for at once, also where some are gone that may come
// back.
func TestABatchAsksAsLittleWhereWorksAreGone(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := begin(t, s, "attic", "i1")
	add := func(from, to int64) {
		var changes []Change
		for id := from; id < to; id++ {
			changes = append(changes, stocked(id))
		}
		say(t, c, fmt.Sprint(to), changes...)
	}
	add(1, 600)
	derive(t, s)
	asked := traced(t, s)
	add(600, 1200)
	derive(t, s)
	before := len(asked.taken())
	var ended []Change
	for id := int64(1); id < 100; id++ {
		ended = append(ended, without(id))
	}
	say(t, c, "ended", ended...)
	derive(t, s)
	var gone bool
	err := s.pool.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM works WHERE gone > 0)").Scan(&gone)
	if err != nil || !gone {
		t.Fatalf("works are gone: %t, %v", gone, err)
	}
	asked.taken()
	add(1200, 1800)
	derive(t, s)
	const more = 4 // by key, by item, and these works with their members
	if after := len(asked.taken()); before == 0 || after > before+more {
		t.Errorf("600 items take %d questions, and %d where works are gone", before, after)
	}
}

// What is joined with what another source has is read with that, and not unit by unit.
func TestABatchAsksAsLittleOfWhatAnotherSourceHasToo(t *testing.T) {
	t.Parallel()
	s := open(t)
	asked := traced(t, s)
	var took []int
	for _, source := range []string{"attic", "cellar"} {
		c := begin(t, s, source, "i of "+source)
		var changes []Change
		for id := int64(1); id <= 1200; id++ {
			changes = append(changes, stocked(id))
		}
		say(t, c, "all", changes...)
		asked.taken()
		derive(t, s)
		took = append(took, len(asked.taken()))
	}
	t.Logf("%d questions", took)
	if took[0] == 0 || took[1] > took[0]+took[0]/2 {
		t.Errorf("1,200 items take %d questions, and %d where another source has them too", took[0], took[1])
	}
}
