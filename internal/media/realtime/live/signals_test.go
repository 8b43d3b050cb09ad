package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
)

func TestSignalsCarryTheLatestValueOnlyToThoseWhoAsk(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{Signals: 100 * time.Millisecond}, "")
	f, deaf := connect(t, s), connect(t, s)
	f.subscribe(`,"signals":["scan"]`)
	f.until("caught_up")
	deaf.subscribe("")
	deaf.until("caught_up")
	began := time.Now()
	for i := range 1000 {
		c.bus.Signal("scan", "films", "1", func(context.Context) (any, bool) {
			return media.Scan{ID: 1, Root: "films", State: media.ScanRunning, Files: int64(i)}, true
		})
		c.bus.Signal("root", "films", "films", func(context.Context) (any, bool) { return media.Root{}, true })
	}
	c.bus.Signal("scan", "films", "2", func(context.Context) (any, bool) { return nil, false }) // gone meanwhile
	n := 1
	m := f.until("signal")
	for ; !strings.Contains(m.raw, `"files":999`); n++ {
		m = f.until("signal")
	}
	if most := 3 + int(time.Since(began)/(100*time.Millisecond)); n > most {
		t.Errorf("%d signals for a thousand values, want at most %d", n, most)
	}
	c.put("films", "a", media.KindMovie, "")
	if m, err := deaf.read(); err != nil || m.Type != "changes" {
		t.Errorf("who did not ask for signals got %s, %v", m.raw, err)
	}
}

func TestSignalsKeepToTheFiltersRoots(t *testing.T) {
	c := openCatalog(t, scratch(t))
	root := func(name string) media.Root {
		return media.Root{Name: name, Kind: "local", Location: "/" + name, State: media.Online, Watch: media.Watch{Mode: media.WatchInotify}}
	}
	s := serveFeed(t, c, live.Timeouts{Signals: time.Millisecond}, "", root("films"), root("music"), root("photos"))
	f, all := connect(t, s), connect(t, s)
	f.subscribe(`,"filter":{"root":["music","photos"]},"signals":["root","scan"]`)
	all.subscribe(`,"filter":{"kind":["movie"]},"signals":["root","scan"]`)
	f.until("caught_up")
	all.until("caught_up")
	for _, name := range []string{"films", "music"} {
		c.bus.Signal("root", name, name, func(context.Context) (any, bool) { return root(name), true })
	}
	for id, name := range []string{"films", "photos"} {
		scan := media.Scan{ID: int64(id) + 1, Root: name, State: media.ScanRunning}
		c.bus.Signal("scan", name, name, func(context.Context) (any, bool) { return scan, true })
	}
	names := func(f *follower, n int) (out []string) {
		for range n {
			m := f.until("signal")
			var about struct{ Name, Root string }
			must(t, json.Unmarshal(m.Data, &about))
			out = append(out, m.Name+" "+about.Name+about.Root)
		}
		slices.Sort(out)
		return out
	}
	if got := names(f, 2); !slices.Equal(got, []string{"root music", "scan photos"}) {
		t.Errorf("signals of its roots: %q", got)
	}
	if got := names(all, 4); !slices.Equal(got, []string{"root films", "root music", "scan films", "scan photos"}) {
		t.Errorf("signals without a filter of roots: %q", got)
	}
	first := connect(t, s)
	first.subscribe(`,"filter":{"root":["music"]},"signals":["root"]`)
	if m := first.until("signal"); !strings.Contains(m.raw, `"name":"music"`) {
		t.Errorf("the first roots begin with %s", m.raw)
	}
	if m, err := first.read(); err != nil || m.Type != "caught_up" {
		t.Errorf("the first roots go on with %s, %v", m.raw, err)
	}
}

func TestSignalsThatWaitAreBoundedAndTheNewestStay(t *testing.T) {
	c := openCatalog(t, scratch(t))
	sub, err := c.bus.Subscribe(live.Follow{Signals: []string{"scan"}})
	must(t, err)
	defer c.bus.Unsubscribe(sub)
	for i := range 3 * live.MaxSignals {
		c.bus.Signal("scan", "films", fmt.Sprint(i), func(context.Context) (any, bool) { return i, true })
	}
	_, values := sub.TakeSignals()
	if len(values) != live.MaxSignals {
		t.Fatalf("%d signals wait, not %d", len(values), live.MaxSignals)
	}
	if first, _ := values[0](t.Context()); first != 2*live.MaxSignals {
		t.Errorf("the oldest that waits is %v, not %d", first, 2*live.MaxSignals)
	}
}

// A client with a typing error must not wait for what never comes.
func TestAFilterByARootThatThereIsNotIsRefused(t *testing.T) {
	c := openCatalog(t, scratch(t))
	c.put("films", "a", media.KindMovie, "")
	f := connect(t, serveFeed(t, c, live.Timeouts{}, "", media.Root{Name: "films"}))
	f.until("hello")
	f.subscribe(`,"filter":{"root":["films","flims"]}`)
	m, err := f.read()
	must(t, err)
	if m.Type != "error" || m.Message != `no root is called "flims"` {
		t.Fatalf("%+v, want the root named that there is not", m)
	}
	f.subscribe(`,"filter":{"root":["films"]}`) // the connection goes on
	f.until("caught_up")
}
