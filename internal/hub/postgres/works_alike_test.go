package postgres

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// asked are all works that pass, as the daemon has them, and as the hub has them.
func (w *twins) asked(t *testing.T, question string, limit int) (daemon, hub []string) {
	t.Helper()
	ask := func(root string, query func(store.WorkQuery) (store.WorkResult, error)) (out []string) {
		q := workQuestion(t, strings.ReplaceAll(question, "ROOT", root))
		for q.Limit = limit; ; {
			res, err := query(q)
			if err != nil {
				return append(out, err.Error())
			}
			if len(res.Works) > limit {
				t.Errorf("%s: a page holds %d", question, len(res.Works))
			}
			for i := range res.Works {
				out = append(out, string(res.Works[i].AppendJSON(nil, q.Members)))
			}
			if q.After, q.From = res.Next, ""; q.After == "" {
				return out
			}
		}
	}
	daemon = ask("", func(q store.WorkQuery) (store.WorkResult, error) { return w.daemon.QueryWorks(t.Context(), q) })
	hub = ask("attic~", func(q store.WorkQuery) (store.WorkResult, error) { return w.hub.QueryWorks(t.Context(), q) })
	for i := range hub {
		hub[i] = w.asDaemon(hub[i])
	}
	return daemon, hub
}

// asDaemon is what a hub says as its source would.
func (w *twins) asDaemon(said string) string {
	var out strings.Builder
	for digits := []byte(nil); ; {
		i := strings.IndexFunc(said, func(r rune) bool { return (r >= '0' && r <= '9') == (digits == nil) })
		if i < 0 {
			i = len(said)
		}
		part := said[:i]
		if n, err := strconv.ParseInt(part, 10, 64); digits != nil && err == nil && n > 1<<idBits {
			_, n = SourceID(n)
			part = strconv.FormatInt(n, 10)
		}
		out.WriteString(part)
		if said = said[i:]; said == "" {
			return strings.ReplaceAll(out.String(), w.of.Source+Separator, "")
		}
		if digits == nil {
			digits = []byte{}
		} else {
			digits = nil
		}
	}
}

func workQuestion(t testing.TB, question string) (q store.WorkQuery) {
	t.Helper()
	v, err := url.ParseQuery(question)
	if err != nil {
		t.Fatal(err)
	}
	q.Sort, q.Descending = strings.CutPrefix(v.Get("sort"), "-")
	q.Under, q.From, q.Members = v.Get("under"), v.Get("from"), v.Get("include") == "items"
	q.Parent, _ = strconv.ParseInt(v.Get("below"), 10, 64)
	q.Text = v.Get("q")
	for _, other := range []string{"q", "sort", "under", "from", "include", "below"} {
		v.Del(other)
	}
	if q.Filter, err = filter.Parse(v, filter.Works); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return q
}

// valuesOfWorks are some for each filter, most of which some work has.
var valuesOfWorks = map[string][]string{"root": {"ROOTfilms", "ROOTmusic", "ROOTnothing"},
	"kind": {"movie", "series,season", "track"}, "year": {"..999", "1000..", "999", "5"},
	"added": {"1971..", "..1971", "1972-01"}, "size": {"0..1", "3", "9.."},
	"duration": {"1..", "..1.234", "1.2341..", "..1e300"}, "height": {"720", "..719", "1440.."},
	"hdr": {"any", "hdr10", "pq"}, "audio": {"any", "de", "de-AT", "en", "fr"}, "subtitles": {"any", "pt", "en"},
	"genre": {"folk", "JAZZ", "strasse", "nothing"}, "artist": {"ANNA", "alien", "nobody"},
	"album":  {"arger", "ärger", "10"},
	"series": {"dark", "zwei"}, "author": {"capek"}, "ids": {"imdb:tt0000001", "imdb:tt9"},
	"has": {"artwork", "subtitles", "chapters"}, "parent": {"1", "3", "999999"}, "updated": {"2020..", "..2020"},
	"gaps": {"true"}}

func questionsOfWorks(t *testing.T) (out []string) {
	t.Helper()
	sorts := []string{"title", "added", "updated", "year", "number", "size", "duration"}
	for _, name := range filter.Names(filter.Works) {
		values := valuesOfWorks[strings.TrimPrefix(name, "not_")]
		if len(values) == 0 {
			t.Errorf("no value is tried of the filter %s", name)
		}
		for i, v := range values {
			out = append(out, name+"="+url.QueryEscape(v),
				name+"="+url.QueryEscape(v)+"&kind=movie&kind=series&sort=-"+sorts[i%len(sorts)],
				name+"="+url.QueryEscape(v)+"&under=d3&sort="+sorts[(i+3)%len(sorts)])
		}
	}
	for _, sort := range sorts {
		for _, sort := range []string{"sort=" + sort, "sort=-" + sort} {
			out = append(out, sort, sort+"&kind=movie", sort+"&kind=episode,track&include=items", sort+"&below=1",
				sort+"&below=2&kind=movie", sort+"&under=d2", sort+"&under=d2/e1&genre=folk",
				sort+"&genre=folk&not_audio=en")
		}
	}
	return append(out, "", "from=M&sort=title", "from=M&sort=-title", "from=999&sort=year", "from=1972&sort=-added",
		"from=1&sort=size", "sort=nothing", "below=1", "below=77777", "under=nothing")
}

// Whatever is asked of works, a hub gives those that a daemon gives, in the same order, to the last tie.
func TestWorksAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 200, 200)
	answers := 0
	for i, question := range questionsOfWorks(t) {
		daemon, hub := w.asked(t, question, []int{25, 90, 1000}[i%3])
		if answers += len(daemon); !slices.Equal(daemon, hub) {
			t.Errorf("%s: the hub gives %d, and the daemon %d\n%.1500s\n%.1500s", question, len(hub), len(daemon),
				strings.Join(hub, "\n"), strings.Join(daemon, "\n"))
		}
	}
	if answers < 5_000 {
		t.Errorf("only %d works were compared", answers)
	}
}

// By every facet there are as many works of each value as a daemon counts, whether sums are kept of them or not.
func TestFacetsOfWorksAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 100, 500)
	count := func(q store.WorkQuery, by string, facets func(store.WorkQuery, []string) (store.Facets, error)) string {
		for {
			f, err := facets(q, []string{by, "kind"})
			if err != nil {
				return err.Error()
			}
			if f.Complete { // else the machine is busy
				f.AsOf = 0
				b, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				return w.asDaemon(string(b))
			}
		}
	}
	for _, by := range append(store.WorkFacets(), "nothing") {
		for _, question := range []string{"", "kind=movie,series", "not_kind=movie", "genre=folk", "under=d1",
			"not_audio=any", "kind=movie&height=720", "genre=nothing"} {
			q := workQuestion(t, question)
			daemon := count(q, by, func(q store.WorkQuery, by []string) (store.Facets, error) {
				return w.daemon.WorkFacets(t.Context(), q, by)
			})
			hub := count(q, by, func(q store.WorkQuery, by []string) (store.Facets, error) {
				return w.hub.WorkFacets(t.Context(), q, by)
			})
			if daemon != hub {
				t.Errorf("by %s of %q: the hub counts\n%s\nand the daemon\n%s", by, question, hub, daemon)
			}
		}
	}
}

// One work, its members page by page and by their roles, and the works of items are those of a daemon.
func TestMembersAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 60, 200)
	for i := range w.works {
		id := w.works[i].ID
		have, found, err := w.hub.Work(t.Context(), id)
		if err != nil || !found {
			t.Fatalf("work %d: %v, %v", id, found, err)
		}
		want := w.works[i].AppendJSON(nil, true)
		if said := w.asDaemon(string(have.AppendJSON(nil, true))); said != string(want) {
			t.Errorf("work %d is\n%s\nand at the daemon\n%s", id, said, want)
		}
		for _, roles := range [][]string{nil, {"main"}, {"subtitle", "extra"}} {
			want := membersBy(t, func(after int64) (store.MemberPage, bool, error) {
				return w.daemon.WorkMembers(t.Context(), id, roles, after, 2)
			})
			have := membersBy(t, func(after int64) (store.MemberPage, bool, error) {
				return w.hub.WorkMembers(t.Context(), id, roles, after, 2)
			})
			if have = w.asDaemon(have); have != want {
				t.Errorf("members of work %d as %v are\n%s\nand at the daemon\n%s", id, roles, have, want)
			}
		}
	}
	want, err := w.daemon.WorksOfAll(t.Context(), w.items)
	if err != nil {
		t.Fatal(err)
	}
	ids := slices.Clone(w.items)
	for i := range ids {
		ids[i] = w.of.HubID(ids[i])
	}
	have, err := w.hub.WorksOfAll(t.Context(), ids)
	if err != nil || fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("%v: items are of\n%v\nand at the daemon of\n%v", err, have, want)
	}
	if _, found, err := w.hub.Work(t.Context(), 1<<40); found || err != nil {
		t.Errorf("a work that there is not is found: %v, %v", found, err)
	}
	if _, found, err := w.hub.WorkMembers(t.Context(), 1<<40, nil, 0, 9); found || err != nil {
		t.Errorf("a work that there is not has members: %v, %v", found, err)
	}
}

func membersBy(t *testing.T, page func(after int64) (store.MemberPage, bool, error)) string {
	t.Helper()
	var out bytes.Buffer
	for after := int64(0); ; {
		p, found, err := page(after)
		if err != nil || !found {
			t.Fatalf("%v, %v", found, err)
		}
		for i := range p.Members {
			fmt.Fprintf(&out, "%d %s %s\n", p.Members[i].Rank, p.Members[i].Role, p.Members[i].Item.AppendJSON(nil))
		}
		if after = p.Next; after == 0 {
			return out.String()
		}
		out.WriteString("next\n")
	}
}

// Items are found by the works that hold them, and by that none does.
func TestItemsAreFoundByWorks(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 60, 60)
	for _, question := range []string{"work=1", "work=2&work=3", "not_work=1", "work=99999", "not_work=99999"} {
		items := func(of *twins, query func(store.Query) (store.Result, error)) (out []int64) {
			q := store.Query{Filter: parseFilter(t, question), Limit: 7}
			for {
				res, err := query(q)
				if err != nil {
					t.Fatal(err)
				}
				for i := range res.Items {
					_, at := SourceID(res.Items[i].ID)
					out = append(out, at)
				}
				if q.After = res.Next; q.After == "" {
					return out
				}
			}
		}
		want := items(w, func(q store.Query) (store.Result, error) { return w.daemon.Query(t.Context(), q) })
		have := items(w, func(q store.Query) (store.Result, error) { return w.hub.Query(t.Context(), q) })
		if !slices.Equal(want, have) {
			t.Errorf("%s finds %v, and at the daemon %v", question, have, want)
		}
	}
}
