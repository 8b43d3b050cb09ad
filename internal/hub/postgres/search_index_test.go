//nolint:misspell // misspelled words are what is looked for
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// kept is all that is kept of words, as text.
func kept(t *testing.T, s *Store) (out string) {
	t.Helper()
	for _, query := range []string{
		"SELECT concat_ws(' ', id, length, digest, words) FROM search ORDER BY id",
		"SELECT concat_ws(' ', lexeme, n) FROM lexemes ORDER BY lexeme",
		"SELECT concat_ws(' ', id, length, digest, words) FROM work_search ORDER BY id",
		"SELECT concat_ws(' ', id, length, words) FROM search_unheld ORDER BY id",
	} {
		rows, err := s.pool.Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		out += strings.Join(lines, "\n") + "\n\n"
	}
	return out
}

// anew has all words be taken in from the beginning.
func anew(t *testing.T, s *Store) {
	t.Helper()
	_, err := s.pool.Exec(t.Context(), "TRUNCATE search, search_unheld, work_search, lexemes, vocabulary; "+
		"UPDATE search_place SET upto = 0, made = 0, version = 0")
	if err != nil {
		t.Fatal(err)
	}
	takeIn(t, s)
}

// takeWords takes in what next does, until there is no more or ctx ends.
func takeWords(ctx context.Context, t *testing.T, next func(context.Context) (more bool, err error)) {
	t.Helper()
	for ctx.Err() == nil {
		more, err := next(ctx)
		switch {
		case err == nil, errors.Is(err, errIndexed), ctx.Err() != nil:
		default:
			t.Errorf("words are not taken in: %v", err)
		}
		if !more && err == nil {
			return
		}
	}
}

// However items come and go, whoever takes words in is broken off, and several do at once: in the end there is what
// there would be if all had been taken in at once.
func TestWordsAreThoseOfTheItemsWhateverHappens(t *testing.T) {
	t.Parallel()
	s := open(t)
	random := rand.New(rand.NewPCG(3, 4))
	sources := []*Catalog{begin(t, s, "attic", "i1"), begin(t, s, "cellar", "i2")}
	index := func(ctx context.Context) { takeWords(ctx, t, (&indexing{s: s}).next) }
	const rounds = 60
	for round := range rounds {
		c := sources[random.IntN(len(sources))]
		var all []Change
		for range random.IntN(400) {
			id := 1 + random.Int64N(1500)
			if random.IntN(4) == 0 {
				all = append(all, without(id))
				continue
			}
			of := []string{"Straße", "東京物語", "X-Files", "DSC01234"}[random.IntN(4)]
			title := fmt.Sprintf("Title %d of %s", random.IntN(50), of)
			all = append(all, item(id, fmt.Sprintf("%d/%d.mkv", random.IntN(5), id), fmt.Sprintf(`"title":%q`, title)))
		}
		say(t, c, fmt.Sprint(round), all...)
		twoAtOnce(t, random, round, index)
	}
	isAsAnew(t, s)
	if got := found(t, s, store.Query{Text: "strasse title"}); len(got) == 0 {
		t.Error("nothing is found")
	}
}

// A hub that had no words, or others, takes in those of what is there at its next start.
func TestWordsOfWhatIsThereAreTakenInAfterAStart(t *testing.T) {
	t.Parallel()
	database := shared.Database(t)
	s := openAt(t, database)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", titled(1, "Green Lantern"), titled(2, "The Magic Lantern"), titled(3, "Nothing"))
	takeIn(t, s)
	want := kept(t, s)
	for _, sql := range []string{
		// as 0005.sql leaves them
		"TRUNCATE search, lexemes, vocabulary; UPDATE search_place SET upto = 0, version = 0",
		"UPDATE search SET words = 'tother'::tsvector, digest = 0; UPDATE search_place SET version = -1; " +
			"TRUNCATE lexemes; INSERT INTO lexemes VALUES ('tother', 3)",
	} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		next := openAt(t, database)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- next.Index(ctx) }()
		for deadline := time.Now().Add(3 * time.Minute); kept(t, next) != want; {
			if time.Now().After(deadline) {
				t.Fatalf("kept is\n%s\nand was\n%s", kept(t, next), want)
			}
		}
		if got := found(t, next, store.Query{Text: "lantren"}); len(got) != 2 {
			t.Errorf("a misspelled word finds %q", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Ends of items stay until the search has taken them in.
func TestEndsAreNotForgottenBeforeTheirWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", titled(1, "Green Lantern"), titled(2, "The Magic Lantern"))
	takeIn(t, s)
	say(t, c, "b", without(1))
	const ago = `INSERT INTO moments VALUES ($1, now() - interval '2 days')
		ON CONFLICT (seq) DO UPDATE SET at = excluded.at` // where it took a second to come here there is one already
	if _, err := s.pool.Exec(t.Context(), ago, s.Head()); err != nil {
		t.Fatal(err)
	}
	if got := found(t, s, store.Query{Text: "lantern"}); len(got) != 1 {
		t.Errorf("an item that is gone is among %q", got)
	}
	derive(t, s) // works are waited for too
	if n, err := s.Prune(t.Context(), time.Hour, 1<<60); n != 0 || err != nil {
		t.Errorf("%d ends are forgotten before their words are, %v", n, err)
	}
	takeIn(t, s)
	if n, err := s.Prune(t.Context(), time.Hour, 1<<60); n != 1 || err != nil {
		t.Errorf("%d ends are forgotten, %v", n, err)
	}
	if have := kept(t, s); strings.Contains(have, "green") {
		t.Errorf("words are left of an item that is gone:\n%s", have)
	}
}

// twoAtOnce has two indexers go on at once, who are broken off in two rounds of three.
func twoAtOnce(t *testing.T, random *rand.Rand, round int, index func(context.Context)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if most := random.Int64N(int64(20 * time.Millisecond)); round%3 > 0 {
		defer time.AfterFunc(time.Duration(most), cancel).Stop()
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { index(ctx) })
	}
	both.Wait()
}

// isAsAnew says whether the index, once it has taken in all, is as one that is made anew.
func isAsAnew(t *testing.T, s *Store) {
	t.Helper()
	takeIn(t, s)
	have := kept(t, s)
	if n, err := s.SearchLag(t.Context()); n != 0 || err != nil {
		t.Errorf("%d changes are left, %v", n, err)
	}
	anew(t, s)
	if want := kept(t, s); have != want || len(want) < 10_000 {
		t.Errorf("kept is\n%.3000s\nand anew\n%.3000s", have, want)
	}
}
