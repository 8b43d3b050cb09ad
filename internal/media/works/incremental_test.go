package works_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/works"
)

// catalog keeps items and works in memory, as a store would.
type catalog struct {
	t      *testing.T
	files  map[string]file // by path
	units  map[works.Unit][]works.Item
	traces map[works.Unit][]works.Trace
	credit map[works.Unit][]works.Credit
	works  map[int64]works.Work // by id
	gone   []works.Former
	next   int64
	seq    int64
	having map[int64][]works.Unit // by keys that were asked for
	change *works.Change          // the last one
	limit  works.Limit
}

func newCatalog(t *testing.T) *catalog {
	return &catalog{t: t, files: map[string]file{}, units: map[works.Unit][]works.Item{},
		traces: map[works.Unit][]works.Trace{}, credit: map[works.Unit][]works.Credit{}, works: map[int64]works.Work{},
		having: map[int64][]works.Unit{},
		limit:  works.Settled(works.MaxShared)}
}

func (c *catalog) Items(_ context.Context, u works.Unit) ([]works.Item, string, error) {
	return c.units[u], "", nil
}

func (c *catalog) Traces(_ context.Context, u works.Unit) ([]works.Trace, error) {
	return c.traces[u], nil
}

func (c *catalog) Having(_ context.Context, key int64, most int) (int, error) {
	var out []works.Unit
	for u, traces := range c.traces {
		if slices.ContainsFunc(traces, func(t works.Trace) bool { return slices.Contains(t.Keys, key) }) {
			if out = append(out, u); len(out) == most {
				break
			}
		}
	}
	c.having[key] = out
	return len(out), nil
}

func (c *catalog) With(_ context.Context, key int64) ([]works.Unit, error) { return c.having[key], nil }

// update takes changed units in: what a consumer of the feed has to do.
func (c *catalog) update(changed []works.Unit) {
	change, err := works.Closure(c.t.Context(), c, changed, c.limit)
	if err != nil {
		c.t.Fatal(err)
	}
	c.change = change
	for u, parts := range change.Units {
		c.traces[u], c.credit[u] = nil, nil
		for _, p := range parts {
			c.traces[u] = append(c.traces[u], p.Trace())
			if p.Credit.Name != "" {
				c.credit[u] = append(c.credit[u], p.Credit)
			}
		}
	}
	var credits []works.Credit
	for _, some := range c.credit {
		credits = append(credits, some...)
	}
	c.replace(append(works.JoinArtists(credits), works.Join(change.Parts)...), func(w *works.Work) bool {
		return w.Kind == works.Artist || slices.ContainsFunc(w.PartKeys, func(k string) bool { return change.Keys[works.Hash(k)] })
	})
}

// settle settles all keys in stages of three: what a consumer does that began with fewer units that may share one.
func (c *catalog) settle() {
	units := map[int64]map[works.Unit]bool{}
	for u, traces := range c.traces {
		for _, t := range traces {
			for _, k := range t.Keys {
				if units[k] == nil {
					units[k] = map[works.Unit]bool{}
				}
				units[k][u] = true
			}
		}
	}
	for keys := range slices.Chunk(slices.Sorted(maps.Keys(units)), 3) {
		c.limit.Is = keys[len(keys)-1]
		c.limit.Settle = slices.DeleteFunc(keys, func(k int64) bool { return len(units[k]) <= c.limit.Few })
		c.update(nil)
		c.limit.Was = c.limit.Is
	}
	c.limit = works.Settled(c.limit.Most)
}

// replace puts derived works in the place of those that are replaced, or below one that is.
func (c *catalog) replace(derived []works.Work, replaced func(*works.Work) bool) {
	parents := make(map[string]int64)
	for id, w := range c.works {
		for _, key := range append([]string{w.Key}, w.Aliases...) {
			parents[key] = id
		}
	}
	var tops func(w *works.Work) bool
	tops = func(w *works.Work) bool {
		if replaced(w) {
			return true
		}
		if w.Kind == works.Season || w.Kind == works.Episode || w.Kind == works.Issue {
			above := c.works[parents[w.Parent]]
			return tops(&above)
		}
		return false
	}
	former := slices.Clone(c.gone)
	var out []int64
	for id, w := range c.works {
		if tops(&w) {
			former = append(former, works.Former{ID: id, Kind: w.Kind, Key: w.Key, Parent: parents[w.Parent],
				Number: w.Number, Main: mains(&w)})
			out = append(out, id)
		}
	}
	now := time.Unix(1e9, 0)
	ids := works.Match(former, derived, now)
	for _, id := range out {
		delete(c.works, id)
	}
	given := map[int64]bool{}
	for i := range ids {
		if ids[i] == 0 {
			c.next++
			ids[i] = c.next
		}
		if _, ok := c.works[ids[i]]; ok {
			c.t.Fatalf("id %d is given twice", ids[i])
		}
		given[ids[i]] = true
		c.works[ids[i]] = derived[i]
	}
	c.gone = nil
	for _, f := range former {
		if !given[f.ID] {
			f.Gone = now
			c.gone = append(c.gone, f)
		}
	}
}

func mains(w *works.Work) (out []int64) {
	for _, m := range w.Members {
		if m.Role == works.Main {
			out = append(out, m.ID)
		}
	}
	return out
}

// put, remove: the units that it changes.
func (c *catalog) put(f file) works.Unit {
	c.remove(f.path)
	root, below, _ := strings.Cut(f.path, "/")
	u := works.UnitOf(root, below)
	c.files[f.path] = f
	c.seq++
	for _, it := range items(c.t, []file{f})[root] {
		it.Seq = c.seq
		c.units[u] = append(c.units[u], it)
	}
	return u
}

func (c *catalog) remove(path string) works.Unit {
	root, below, _ := strings.Cut(path, "/")
	u := works.UnitOf(root, below)
	delete(c.files, path)
	c.units[u] = slices.DeleteFunc(c.units[u], func(it works.Item) bool { return it.Path == below })
	return u
}

// byKey are works without ids, for comparison.
func byKey(all []works.Work) map[string]works.Work {
	out := make(map[string]works.Work, len(all))
	for _, w := range all {
		out[string(w.Kind)+" "+w.Key] = w
	}
	return out
}

// invented makes a file of a small vocabulary, so that names meet all the time.
func invented(r *rand.Rand, id int64) file {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	title := func() string { return one("Velm", "The Velm", "Orra", "Tarn 2", "Tarn II") }
	year := func() string { return one("", "", " (1999)", " (2004)") }
	switch r.IntN(6) {
	case 0:
		name := title() + year() + one("", "", " [imdbid-tt0000001]", " [imdbid-tt0000002]")
		name = one(name, name, "Loose") + "/" + name + one("", " - 1080p", "-trailer", " cd1", " cd2")
		return file{id, one("films", "films2") + "/" + name + one(".mkv", ".mp4", ".en.srt"), ""}
	case 1:
		show := title() + year()
		return file{id, one("series", "series2") + "/" + show + "/" + one("Season 1", "Season 2", "Specials") + "/" +
			fmt.Sprintf("%s S0%dE0%d", show, r.IntN(3), 1+r.IntN(4)) + one("", "-E05", " - pt1", " - pt2") + ".mkv", ""}
	case 2, 3:
		album, artist, n := title(), one("Aa", "Bb", "Aa feat. Bb"), 1+r.IntN(4)
		said := fmt.Sprintf(`{"artist":%q,"album":%q,"track":%d,"title":%q`, artist,
			album+one("", "", " (Disc 1)", " (Disc 2)"), n, one("x", "y", fmt.Sprint("t", n), fmt.Sprint("t", n)))
		said += one("", fmt.Sprintf(`,"album_artist":%q`, one("Aa", "Bb", "Various Artists")))
		said += one("", "", `,"ids":{"musicbrainz_album":"1"}`, `,"ids":{"musicbrainz_album":"2"}`) + "}"
		dir := one("music", "music2") + "/" + one(artist, "All") + "/" + one(album, album, "Heap") + "/" +
			one("", "CD1/", "CD2/")
		return file{id, dir + fmt.Sprintf("0%d %d", n, r.IntN(3)) + one(".mp3", ".flac"), said}
	case 4:
		book := title()
		said := fmt.Sprintf(`{"title":%q,"authors":[%q]`, book+one("", "", ": A Tale"),
			one("Ann Orra", "Orra, Ann", "Bo Lund")) + one("", "", `,"ids":{"isbn":"9780000000019"}`) + "}"
		return file{id, "books/" + one("A", "B") + "/" + book + one(".epub", ".pdf"), said}
	}
	comic := title()
	name := fmt.Sprintf("%s 00%d", comic, 1+r.IntN(3)) + one(".cbz", ".cbz", ".pdf")
	return file{id, "comics/" + comic + year() + "/" + name, ""}
}

// Whatever changes, the works are those that a fresh derivation gives, in whatever order items and units come; and a
// work that stayed as it was keeps its id.
func TestChangedUnitsGiveWhatAllGive(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 16))
			c := newCatalog(t)
			switch seed % 4 {
			case 1: // keys become too common, and cease to be, all the time
				c.limit = works.Settled(2)
			case 3: // and at first they are sooner
				c.limit = works.Limit{Most: 4, Few: 1, Was: math.MinInt64, Is: math.MinInt64}
			}
			var id int64
			for step := range 25 {
				before := maps.Clone(c.works)
				changed := map[works.Unit]bool{}
				for range 1 + r.IntN(6) {
					paths := slices.Sorted(maps.Keys(c.files))
					switch {
					case len(paths) > 0 && r.IntN(4) == 0:
						changed[c.remove(paths[r.IntN(len(paths))])] = true
					case len(paths) > 0 && r.IntN(3) == 0: // a move or a retag: the item stays
						was := c.files[paths[r.IntN(len(paths))]]
						changed[c.remove(was.path)] = true
						now := invented(r, was.id)
						if _, ok := c.files[now.path]; !ok {
							changed[c.put(now)] = true
						}
					default:
						id++
						if f := invented(r, id); c.files[f.path].id == 0 {
							changed[c.put(f)] = true
						}
					}
				}
				c.update(slices.Collect(maps.Keys(changed)))

				if c.limit.Settle = nil; c.limit.Few < c.limit.Most {
					if step < 12 {
						continue
					}
					c.settle()
				}
				shuffled := make(map[works.Unit][]works.Item)
				for u, items := range c.units {
					items = slices.Clone(items)
					r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
					shuffled[u] = items
				}
				want, got := byKey(deriveSharing(shuffled, c.limit.Most)), byKey(slices.Collect(maps.Values(c.works)))
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("step %d: the works are not those of a fresh derivation\n%s", step, difference(got, want))
				}
				for id, w := range c.works {
					for old, was := range before {
						if old != id && was.Kind == w.Kind && was.Key == w.Key && len(mains(&w)) > 0 &&
							slices.Equal(mains(&was), mains(&w)) {
							t.Errorf("step %d: %s %q stayed, and %d became %d", step, w.Kind, w.Title, old, id)
						}
					}
				}
			}
		})
	}
}

func difference(got, want map[string]works.Work) string {
	var b strings.Builder
	for key := range got {
		if w, ok := want[key]; !ok {
			fmt.Fprintf(&b, "only here: %q %+v\n", key, got[key])
		} else if !reflect.DeepEqual(got[key], w) {
			fmt.Fprintf(&b, "differs: %q\n  got  %+v\n  want %+v\n", key, got[key], w)
		}
	}
	for key := range want {
		if _, ok := got[key]; !ok {
			fmt.Fprintf(&b, "missing: %q %+v\n", key, want[key])
		}
	}
	return b.String()
}
