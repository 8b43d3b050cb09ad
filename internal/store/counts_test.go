package store

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// counted reads the tally of the rows themselves.
func (r *running) counted() map[tallyKey]int64 {
	r.t.Helper()
	out := map[tallyKey]int64{}
	err := r.read(r.context(), func(c *conn) error {
		return c.each("SELECT root, kind, state, analysis, count(*) FROM items GROUP BY root, kind, state, analysis", func(row row) error {
			out[tallyKey{row.int(0), row.text(1), State(row.int(2)), Analysis(row.int(3))}] = row.int(4)
			return nil
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func TestCountsAreThoseOfTheRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			for _, s := range rapid.SliceOfN(steps, 1, 40).Draw(t, "steps") {
				r.take(s, roots)
			}
			want := r.counted()
			if !maps.Equal(r.tallies.n, want) {
				t.Fatalf("counted in memory %v, rows %v", r.tallies.n, want)
			}
			kept := &running{Store: newStore(r.path, Options{}), t: t}
			if err := r.read(r.context(), func(c *conn) error { return kept.loadTallies(c) }); err != nil {
				t.Fatal(err)
			}
			maps.DeleteFunc(kept.tallies.n, func(_ tallyKey, n int64) bool { return n == 0 })
			if !maps.Equal(kept.tallies.n, want) {
				t.Fatalf("counted in the file %v, rows %v", kept.tallies.n, want)
			}
		})
	})
}

func TestWhatTheOutsideCounts(t *testing.T) {
	r := runFresh(t, Options{})
	films, music := r.addRoot("films"), r.addRoot("music")
	with := func(s State, a Analysis, k media.Kind) func(*Item) {
		return func(it *Item) { it.State, it.Analysis, it.Kind = s, a, k }
	}
	r.put(films, "done", with(Present, Done, media.KindMovie))
	r.put(films, "pending", with(Present, Pending, media.KindMovie))
	r.put(films, "failed", with(Present, Failed, media.KindMovie))
	r.put(films, "missing and pending", with(Missing, Pending, media.KindVideo))
	r.put(films, "held", with(Held, Done, media.KindVideo))
	r.put(music, "none", with(Present, None, media.KindTrack))
	r.put(music, "detached", with(Detached, Done, media.KindTrack))
	if got, want := r.ItemCounts(), (Counts{Items: 6, Missing: 2, Pending: 1, Failed: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if f, m := r.RootItems(films), r.RootItems(music); f != 5 || m != 1 {
		t.Errorf("films %d, music %d", f, m)
	}
}
