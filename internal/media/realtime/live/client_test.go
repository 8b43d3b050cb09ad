package live_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/gorilla/websocket"
)

func TestEveryMessageIsAsItIsWrittenDown(t *testing.T) {
	c := openCatalog(t, scratch(t))
	film := c.put("films", "a <&>.mkv", media.KindMovie, `"title":"A"`)
	c.change(film.ID, func(it *store.Item) { it.MTime, it.Added = 1e18, 2e18 })
	s := serveFeed(t, c, live.Timeouts{Bookmark: 100 * time.Millisecond}, "secret", media.Root{Name: "films", Kind: "local", Location: "/films", State: media.Online,
		Skipped: media.Skipped{Mounts: 1, Examples: []string{"disk"}}, Watch: media.Watch{Mode: media.WatchInotify, Directories: 1}})
	f := connect(t, s)
	bound := (&live.Filter{Roots: []string{"films"}, Kinds: []media.Kind{"movie", store.WorkAlbum}, Works: true}).Bound()
	golden := func(want string) {
		t.Helper()
		m, err := f.read()
		for err == nil && m.Type == "bookmark" && !strings.Contains(want, "bookmark") {
			m, err = f.read()
		}
		if got := strings.NewReplacer(c.named(), "EPOCH", "~"+bound, "~BOUND").Replace(m.raw); err != nil || got != want {
			t.Fatalf("%v\n got %s\nwant %s", err, got, want)
		}
	}
	f.send(`{"id":1,"type":"auth","token":"secret"}`)
	golden(`{"id":1,"type":"hello","version":"test","instance":{"id":"ID","name":"attic"},"head":"EPOCH.2","cursor":"EPOCH.2"}`)
	f.send(`{"id":"x","type":"subscribe","since":null,"filter":{"colour":["red"]}}`)
	golden(`{"id":"x","type":"error","code":"bad_request","message":"filter by \"colour\": there are root and kind"}`)
	f.send(`{"id":3,"type":"subscribe","since":"` + c.named() + `.zz"}`)
	golden(`{"id":3,"type":"resync","reason":"restored"}`)
	f.send(`{"id":2,"type":"subscribe","since":null,"works":true,"filter":{"root":["films"],"kind":["movie","album"]},"signals":["scan","root"]}`)
	golden(`{"id":2,"type":"ok","mode":"snapshot"}`)
	golden(`{"type":"signal","name":"root","data":{"name":"films","kind":"local","location":"/films","state":"online","reason":"","scanning":false,"volume_offer":null,"held":null,"skipped":{"mounts":1,"links":0,"unreadable":0,"examples":["disk"]},"items":0,"watch":{"mode":"inotify","directories":1,"reason":""},"breaker":null,"last_scan":null}}`)
	golden(`{"type":"changes","prev":null,"cursor":"EPOCH.2.w-0~BOUND","changes":[{"op":"upsert","id":1,"what":"changed","item":{"id":1,"root":"films","path":"a <&>.mkv","name":"a <&>.mkv","size":1,"modified_at":"2001-09-09T01:46:40Z","added_at":"2033-05-18T03:33:20Z","state":"present","kind":"movie","analysis":"none","title":"A"}}]}`)
	golden(`{"type":"caught_up","cursor":"EPOCH.2~BOUND"}`)
	golden(`{"type":"bookmark","cursor":"EPOCH.2~BOUND"}`)
	number := 1.5
	album := c.keep(store.WorkView{Kind: store.WorkAlbum, Title: "A", Number: &number, Roots: []string{"films"}, Items: 1, AddedAt: 2e18,
		Members: []store.Member{{Item: film.ID, Role: store.RoleMain}}})
	updated := time.Unix(0, album.UpdatedAt).UTC().Format(time.RFC3339Nano)
	golden(`{"type":"changes","prev":"EPOCH.2~BOUND","cursor":"EPOCH.3~BOUND","changes":[{"op":"work","id":1,"work":{"id":1,"kind":"album","parent_id":null,"title":"A","number":1.5,"group":"","roots":["films"],"state":"present","added_at":"2033-05-18T03:33:20Z","updated_at":"` +
		updated + `","counts":{"items":1,"children":0,"versions":0,"missing":0},"size":0,"items":[{"id":1,"role":"main"}]}}]}`)
	c.end(album.ID)
	golden(`{"type":"changes","prev":"EPOCH.3~BOUND","cursor":"EPOCH.4~BOUND","changes":[{"op":"delete_work","id":1}]}`)
	c.remove(film.ID)
	golden(`{"type":"changes","prev":"EPOCH.4~BOUND","cursor":"EPOCH.5~BOUND","changes":[{"op":"delete","id":1,"was":{"root":"films","path":"a <&>.mkv"}}]}`)
	c.bus.Signal("scan", "films", "1", func(context.Context) (any, bool) {
		return media.Scan{ID: 1, Root: "films", State: media.ScanRunning, Files: 7}, true
	})
	golden(`{"type":"signal","name":"scan","data":{"id":1,"root":"films","path":"","state":"running","started_at":null,"finished_at":null,"directories":0,"files":7,"added":0,"changed":0,"moved":0,"removed":0,"errors":0,"eta_seconds":null}}`)
	go s.stop()
	golden(`{"type":"bye","reason":"shutdown"}`)
	if code, _ := f.closed(); code != websocket.CloseGoingAway {
		t.Errorf("closed with %d", code)
	}
	s.stop()
}

func TestAClientIsCaughtUpLiveAndResumesOverARestart(t *testing.T) {
	dir := scratch(t)
	c := openCatalog(t, dir)
	for i := range 1200 { // more than a page of a first load
		c.put("films", fmt.Sprint(i), media.KindMovie, "")
	}
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	all := func() map[int64]string { return c.contents(live.Filter{}) }
	f.subscribe("")
	if m := f.until("ok"); m.Mode != "snapshot" {
		t.Errorf("mode %s", m.Mode)
	}
	f.until("caught_up")
	f.holds(all)
	for i := range 50 {
		c.put("films", fmt.Sprint("live", i), media.KindMovie, "")
		c.change(int64(i+1), func(it *store.Item) { it.Size = 5 })
	}
	c.remove(3)
	f.holds(all)
	s.stop()
	_ = f.ws.Close()

	for i := range 700 { // beyond what is in the ring after a restart
		c.change(int64(i+10), func(it *store.Item) { it.Size = 6 })
	}
	c.close()
	c = openCatalog(t, dir)
	s = serveFeed(t, c, live.Timeouts{}, "")
	f.ws = dialFeed(t, s, nil)
	f.reads = 0
	f.subscribe("")
	if m := f.until("ok"); m.Mode != "resume" {
		t.Errorf("mode %s", m.Mode)
	}
	c.put("films", "meanwhile", media.KindMovie, "")
	f.until("caught_up")
	f.holds(all)
	c.remove(5)
	f.holds(all)
	if f.reads < 3 {
		t.Errorf("only %d messages: the store, the ring and the live end were to be read", f.reads)
	}
}

func TestAFirstLoadResumesWhereItWasBrokenOff(t *testing.T) {
	c := openCatalog(t, scratch(t))
	c.update(func(tx *store.Tx) error { return nil })
	for i := range 900 {
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("x", 1000)+`"`)
	}
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	f.subscribe("")
	f.until("changes")
	_ = f.ws.Close()
	c.change(1, func(it *store.Item) { it.Size = 9 })
	c.remove(2)
	c.remove(900)
	held := len(f.items)
	f.ws = dialFeed(t, s, nil)
	f.subscribe("")
	f.until("caught_up")
	f.holds(func() map[int64]string { return c.contents(live.Filter{}) })
	if held == 0 || held > 800 {
		t.Errorf("%d items came before the break: this shows nothing", held)
	}
}

func TestAnItemThatLeavesAFilterIsADeletionAndOnlyThen(t *testing.T) {
	c := openCatalog(t, scratch(t))
	movie := c.put("films", "movie", media.KindMovie, "")
	track := c.put("music", "track", media.KindTrack, "")
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	f.subscribe(`,"filter":{"kind":["movie"],"root":["films"]}`)
	f.until("caught_up")
	if len(f.items) != 1 || f.items[movie.ID] == "" {
		t.Errorf("holds %v", f.items)
	}
	c.change(track.ID, func(it *store.Item) { it.Size = 2 }) // nobody's concern
	c.change(movie.ID, func(it *store.Item) { it.Kind = media.KindVideo })
	m := f.until("changes")
	if len(m.Changes) != 1 || m.Changes[0].Op != "delete" || m.Changes[0].ID != movie.ID {
		t.Errorf("leaving: %s", m.raw)
	}
	c.change(movie.ID, func(it *store.Item) { it.Size = 3 }) // it is out already
	c.change(movie.ID, func(it *store.Item) { it.Kind = media.KindMovie })
	m = f.until("changes")
	if len(m.Changes) != 1 || m.Changes[0].Op != "upsert" {
		t.Errorf("coming back: %s", m.raw)
	}
	c.change(movie.ID, func(it *store.Item) { it.Root = c.roots["music"] })
	if m = f.until("changes"); len(m.Changes) != 1 || m.Changes[0].Op != "delete" {
		t.Errorf("moving away: %s", m.raw)
	}
	c.remove(track.ID)
	other := c.put("films", "other", media.KindMovie, "")
	if m = f.until("changes"); len(m.Changes) != 1 || m.Changes[0].ID != other.ID {
		t.Errorf("not its own removal: %s", m.raw)
	}
}

func TestWhatAClientAsksWronglyIsRefusedAndTheConnectionGoesOn(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	f.until("hello")
	for _, request := range []string{
		`{"id":7,"type":"dance"}`, `{"id":7}`, `{"id":7,"type":"subscribe","since":5}`, `{"id":7,"type":"subscribe","since":"nonsense"}`,
		`{"id":7,"type":"subscribe","filter":{"kind":["film"]}}`, `{"id":7,"type":"subscribe","filter":{"kind":"movie"}}`, `{"id":7,"type":"subscribe","filter":[]}`,
		`{"id":7,"type":"subscribe","filter":{"state":["present"]}}`, `{"id":7,"type":"subscribe","signals":["weather"]}`, `{"id":7,"type":"subscribe","signals":"scan"}`,
		`{"id":7,"type":"subscribe","from":"x"}`, `{"id":7,"type":"subscribe","Since":null}`, `{"id":7,"type":"subscribe","token":"x"}`,
	} {
		f.send(request)
		m := f.until("error")
		if string(m.ID) != "7" || m.Code != "bad_request" || m.Message == "" {
			t.Errorf("%s: %s", request, m.raw)
		}
	}
	f.send(`{"id":{"a":1},"type":"subscribe"}`)
	if m := f.until("error"); m.ID != nil {
		t.Errorf("%s", m.raw)
	}
	f.subscribe("")
	f.until("caught_up")
	f.subscribe("")
	if m := f.until("error"); !strings.Contains(m.Message, "one subscription") {
		t.Errorf("second subscription: %s", m.raw)
	}
	c.put("films", "a", media.KindMovie, "")
	f.until("changes")
}

func TestWhatIsNoMessageEndsTheConnection(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{}, "")
	for name, send := range map[string]func(*websocket.Conn) error{
		"no JSON":  func(ws *websocket.Conn) error { return ws.WriteMessage(websocket.TextMessage, []byte("hello")) },
		"a list":   func(ws *websocket.Conn) error { return ws.WriteMessage(websocket.TextMessage, []byte("[1]")) },
		"cut":      func(ws *websocket.Conn) error { return ws.WriteMessage(websocket.TextMessage, []byte(`{"id":1`)) },
		"a binary": func(ws *websocket.Conn) error { return ws.WriteMessage(websocket.BinaryMessage, []byte(`{"id":1}`)) },
	} {
		f := connect(t, s)
		must(t, send(f.ws))
		if code, _ := f.closed(); code != live.CloseBadRequest {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	f := connect(t, s)
	f.send(`{"id":1,"type":"subscribe"` + strings.Repeat(" ", live.MaxMessage-40) + `}`)
	f.until("ok")
	f = connect(t, s)
	f.send(`{"id":1,"type":"subscribe"` + strings.Repeat(" ", live.MaxMessage) + `}`)
	if code, _ := f.closed(); code != websocket.CloseMessageTooBig {
		t.Errorf("too long: closed with %d", code)
	}
}

func TestATokenComesFirstAndInTime(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{Auth: time.Second}, "secret")
	for _, first := range []string{`{"id":1,"type":"auth","token":"wrong"}`, `{"id":1,"type":"auth"}`, `{"id":1,"type":"subscribe","since":null}`, `{"id":1,"type":"subscribe","since":1}`, ""} {
		f := connect(t, s)
		if first != "" {
			f.send(first)
		}
		if code, last := f.closed(); code != live.CloseUnauthorized || last != "" {
			t.Errorf("%s: closed with %d after %q", first, code, last)
		}
	}
	for limit := time.Second; !staysOnceItHasShownItsToken(t, c, limit); limit *= 2 {
		if limit > time.Minute {
			t.Fatal("a right token that comes first is not taken")
		}
	}
}

// staysOnceItHasShownItsToken has a client show its token, and stay for longer than it had for that. It reports whether the
// token came in time, which on a busy machine it may not.
func staysOnceItHasShownItsToken(t *testing.T, c *catalog, limit time.Duration) bool {
	t.Helper()
	s := serveFeed(t, c, live.Timeouts{Auth: limit, Bookmark: 2 * limit / 5}, "secret")
	f := connect(t, s)
	began := time.Now()
	f.send(`{"type":"auth","token":"secret"}`)
	if m, err := f.read(); err != nil && time.Since(began) > limit/2 {
		return false
	} else if err != nil || m.Type != "hello" {
		t.Fatalf("after the token came %q, %v", m.Type, err)
	}
	f.subscribe("")
	for range 3 {
		f.until("bookmark")
	}
	return true
}

func TestACursorThatLeadsNowhereIsToldSoAndALoadCanFollow(t *testing.T) {
	c := openCatalog(t, scratch(t))
	for i := range 10 {
		c.put("films", fmt.Sprint(i), media.KindMovie, "")
	}
	for i := range 5 {
		c.remove(int64(i + 1))
	}
	c.update(func(tx *store.Tx) error { _, err := tx.Prune(1, c.Head()); return err })
	if c.Floor() == 0 {
		t.Fatal("nothing was pruned")
	}
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	for cursor, reason := range map[string]string{
		"0123456789abcdef.1": live.ResyncRestored, c.Cursor(c.Head() + 1).String(): live.ResyncRestored,
		c.named() + "-x.1": live.ResyncRestored, c.Cursor(c.Floor() - 1).String(): live.ResyncCompacted, c.Cursor(c.Floor()-1).String() + ".3": live.ResyncCompacted,
	} {
		f.cursor = &cursor
		f.subscribe("")
		if m := f.until("resync"); m.Reason != reason || string(m.ID) != "2" {
			t.Errorf("since %s: %s", cursor, m.raw)
		}
	}
	f.cursor = nil
	f.subscribe("")
	f.until("caught_up")
	f.holds(func() map[int64]string { return c.contents(live.Filter{}) })
}

func TestPruningWaitsForWhoIsLoading(t *testing.T) {
	c := openCatalog(t, scratch(t))
	for i := range 3 {
		c.put("films", fmt.Sprint(i), media.KindMovie, "")
	}
	eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == 3 })
	sub, err := c.bus.Subscribe(live.Follow{})
	must(t, err)
	defer c.bus.Unsubscribe(sub)
	c.remove(1)
	c.remove(2)
	eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == 5 })
	if got := c.bus.Oldest(); got != 3 {
		t.Errorf("while loading from 3: %d", got)
	}
	for more := true; more; { // the load, what changed since, and nothing more
		_, ok, err := sub.Next(t.Context())
		must(t, err)
		more = ok
	}
	if got := c.bus.Oldest(); got != 5 {
		t.Errorf("once it has caught up: %d", got)
	}
}

func TestIdleAndFilteredClientsGetBookmarksAndPings(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{Bookmark: 50 * time.Millisecond, Ping: 20 * time.Millisecond}, "")
	f := connect(t, s)
	pings := 0
	f.ws.SetPingHandler(func(string) error { pings++; return nil })
	f.subscribe(`,"filter":{"root":["music"]}`)
	f.until("caught_up")
	first := *f.until("bookmark").Cursor
	c.put("films", "a", media.KindMovie, "")
	eventually(t, "a later bookmark", func() bool { return *f.until("bookmark").Cursor != first })
	eventually(t, "a ping", func() bool { f.until("bookmark"); return pings > 0 })
	if len(f.items) != 0 {
		t.Errorf("holds %v", f.items)
	}
	// Nothing of the protocol is later than promised.
	if p := live.WithDefaults(live.Timeouts{}); p.Bookmark > 28*time.Second || p.Ping != 25*time.Second || p.Auth != 10*time.Second || p.Stall != 10*time.Second || p.Read < 2*p.Ping {
		t.Errorf("by default %+v", p)
	}
}

func TestARefusalSaysWhatThereIs(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	f.until("hello")
	for request, says := range map[string]string{
		`"filter":{"under":"x"}`:     `filter by "under": there are root and kind`,
		`"filter":{"kind":"movie"}`:  `filter "kind" must be a list of texts`,
		`"filter":{"kind":["film"]}`: `no kind is called "film": there are ` + strings.Join(store.FeedKinds(), ", "),
		`"filter":[]`:                `filter must be an object of lists`,
		`"from":null`:                `no key is called "from": there are filter, id, items, signals, since, type, window_ms and works`,
		`"signals":["weather"]`:      `no signal is called "weather": there are scan and root`,
		`"window_ms":1001`:           `window_ms 1001 is not a number from 0 to 1000`,
		`"items":false`:              `neither items nor works are asked for: say works true, or leave out items`,
		`"works":"yes"`:              `works is not as it should be: string`,
	} {
		f.send(`{"id":2,"type":"subscribe",` + request + `}`)
		if m := f.until("error"); m.Message != says {
			t.Errorf("%s is refused with %q, not %q", request, m.Message, says)
		}
	}
	f.send(`{"id":3,"type":"unsubscribe"}`)
	if m, says := f.until("error"), `no type is called "unsubscribe": there are auth and subscribe`; m.Message != says {
		t.Errorf("a message of another type is refused with %q, not %q", m.Message, says)
	}
}

func TestAClientThatDoesNotReadDoesNotHoldUpTheEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c := openCatalog(t, scratch(t))
	for i := range 40 {
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("x", 1<<20)+`"`)
	}
	s := serveFeed(t, c, live.Timeouts{Stall: 10 * time.Minute}, "")
	f := connect(t, s)
	f.subscribe("")
	eventually(t, "its buffers to be full", func() bool { n, _ := s.conns.stuck(); return n == 1 })
	began := time.Now()
	s.stop()
	if d := time.Since(began); d > time.Minute { // some 1 s on an idle machine
		t.Errorf("the end took %v", d)
	}
	if _, err := f.read(); errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
