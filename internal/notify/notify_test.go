package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/notify"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// catalog is a real store, which a notifier follows that can be ended and begun again.
type catalog struct {
	*store.Store
	t    *testing.T
	root int64
	dir  int64
	n    *notify.Notifier
	age  time.Duration // by which it is older than it is
	stop func()
}

func open(t *testing.T) *catalog {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = s.Run(ctx) }()
	c := &catalog{Store: s, t: t, stop: func() {}}
	t.Cleanup(func() {
		c.stop()
		cancel()
		<-s.Stopped()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c.update(func(tx *store.Tx) error {
		r := store.Root{Name: "films", Kind: "local", Location: "/srv/films", Ident: "uuid:films"}
		if err := tx.AddRoot(&r); err != nil {
			return err
		}
		d, err := tx.EnsureDir(r.ID, "", 1)
		c.root, c.dir = r.ID, d.ID
		return err
	})
	return c
}

func (c *catalog) update(fn func(tx *store.Tx) error) {
	c.t.Helper()
	if err := c.Update(context.Background(), fn); err != nil {
		c.t.Fatal(err)
	}
}

// aged is a catalog all of whose changes happened longer ago.
type aged struct {
	*store.Store
	by time.Duration
}

func (a aged) SeqAt(ctx context.Context, t time.Time) (int64, error) {
	return a.Store.SeqAt(ctx, t.Add(a.by))
}

// follow begins to tell targets, as a daemon does that starts.
func (c *catalog) follow(targets ...config.Notify) {
	c.t.Helper()
	instance := media.Instance{ID: "ID", Name: "nas"}
	c.n = notify.New(aged{c.Store, c.age}, func() media.Instance { return instance }, zap.NewNop())
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = c.n.Run(ctx) })
	c.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	if err := c.n.Set(ctx, targets, map[string]string{"films": "/srv/films"}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *catalog) put(name string) (id int64) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it := store.Item{Dir: c.dir, Root: c.root, Name: name, Volume: 1, Links: 1, Size: 1, Kind: media.KindMovie, Analysis: store.None}
		err := tx.Insert(&it)
		id = it.ID
		return err
	})
	return id
}

func (c *catalog) change(id int64, edit func(*store.Item)) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it, _, err := tx.Item(id)
		old := it
		edit(&it)
		return errors.Join(err, tx.Save(&old, &it))
	})
}

func (c *catalog) remove(id int64) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it, _, err := tx.Item(id)
		return errors.Join(err, tx.Remove(&it))
	})
}

// paths are where the items stand, with their sizes.
func (c *catalog) paths() map[string]int64 {
	out := map[string]int64{}
	if err := c.Walk(context.Background(), store.Position{}, func(v *store.View) error {
		out[v.Path] = v.Size
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	return out
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// picture is what a program makes of what it is told, by paths alone: it knows no ids.
type picture struct {
	mu     sync.Mutex
	holds  map[string]int64
	answer func() int // the status that it gives, 200 where it takes the message; 0: none comes in time
	seen   []body
	ids    map[string]string
	faults []string
}

type body struct {
	Type    string
	Changes []struct {
		Op, What      string
		ID            int64
		Previous, Was *struct{ Root, Path string }
		File          string
		PreviousFile  string `json:"previous_file"`
		Item          struct {
			Path string
			Size int64
			Kind media.Kind
		}
	}
	header http.Header
	raw    string
}

func (p *picture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	raw, _ := io.ReadAll(r.Body)
	b := body{header: r.Header.Clone(), raw: string(raw)}
	if err := json.Unmarshal(raw, &b); err != nil {
		p.faults = append(p.faults, err.Error())
	}
	id := r.Header.Get("webhook-id")
	if before, again := p.ids[id]; again && before != b.raw {
		p.faults = append(p.faults, fmt.Sprintf("message %s is another when it is sent again", id))
	}
	p.ids[id] = b.raw
	status := p.answer()
	if status/100 == 2 || status == 599 { // the second is taken, and the answer lost
		p.seen = append(p.seen, b)
		p.take(&b)
	}
	if status == 0 || status == 599 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

func (p *picture) take(b *body) {
	for _, ch := range b.Changes { // all that goes, then all that comes: names may be exchanged
		for _, was := range []*struct{ Root, Path string }{ch.Previous, ch.Was} {
			if was != nil {
				delete(p.holds, was.Path)
			}
		}
	}
	for _, ch := range b.Changes {
		if ch.Op == "upsert" {
			p.holds[ch.Item.Path] = ch.Item.Size
		}
	}
}

func (p *picture) held() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.holds)
}

func (p *picture) bodies() []body {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]body{}, p.seen...)
}

func listen(t *testing.T, answer func() int) (*picture, config.Notify) {
	t.Helper()
	p := &picture{holds: map[string]int64{}, answer: answer, ids: map[string]string{}}
	s := httptest.NewServer(p)
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return p, config.Notify{Name: "hook", Type: config.NotifyJSON, URL: s.URL}
}

func always(status int) func() int { return func() int { return status } }

func TestATargetIsToldOnceWithThePathItWasToldLast(t *testing.T) {
	c := open(t)
	p, target := listen(t, always(http.StatusOK))
	old := c.put("old")
	c.follow(target)
	eventually(t, "the start", func() bool { return c.n.Targets()[0].State == media.TargetOK })
	c.stop() // what follows happens while nobody tells
	c.change(old, func(it *store.Item) { it.Name = "a" })
	c.change(old, func(it *store.Item) { it.Name = "b" })
	c.change(old, func(it *store.Item) { it.Analysis = store.Done }) // its newest change is no move
	c.remove(c.put("in vain"))
	fresh := c.put("fresh")
	c.change(fresh, func(it *store.Item) { it.Name = "fresh2" })
	c.follow(target)
	eventually(t, "the message", func() bool { return len(p.bodies()) > 0 && c.n.Targets()[0].Lag == 0 })
	got := p.bodies()
	if len(got) != 1 || len(got[0].Changes) != 2 {
		t.Fatalf("told %+v", got)
	}
	moved, added := got[0].Changes[0], got[0].Changes[1]
	if moved.What != "moved" || moved.Previous == nil || moved.Previous.Path != "old" || moved.PreviousFile != "/srv/films/old" ||
		moved.File != "/srv/films/b" {
		t.Errorf("the move: %+v", moved)
	}
	if added.What != "added" || added.Previous != nil || added.Item.Path != "fresh2" {
		t.Errorf("what is new: %+v", added)
	}
	c.remove(old)
	eventually(t, "the deletion", func() bool { return len(p.bodies()) == 2 })
	if gone := p.bodies()[1].Changes[0]; gone.Op != "delete" || gone.Was == nil || gone.Was.Path != "b" {
		t.Errorf("the deletion: %+v", gone)
	}
}

func TestEveryPictureEqualsTheCatalogWhateverFails(t *testing.T) {
	const changes = 600
	c := open(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var luck sync.Mutex
	calm := false
	moody := func() int {
		luck.Lock()
		defer luck.Unlock()
		if calm || rng.IntN(3) > 0 {
			return http.StatusOK
		}
		return []int{500, 503, 0, 599}[rng.IntN(4)]
	}
	p, target := listen(t, moody)
	dead := config.Notify{Name: "dead", Type: config.NotifyJSON, URL: "http://127.0.0.1:1"}
	c.follow(dead, target)
	var living []int64
	for i := range changes {
		switch n := rand.IntN(10); {
		case len(living) == 0 || n < 3:
			living = append(living, c.put(fmt.Sprint("n", i)))
		case n < 4:
			at := rand.IntN(len(living))
			c.remove(living[at])
			living = append(living[:at], living[at+1:]...)
		case n < 8:
			c.change(living[rand.IntN(len(living))], func(it *store.Item) { it.Name = fmt.Sprint("m", i) })
		default:
			c.change(living[rand.IntN(len(living))], func(it *store.Item) { it.Size++ })
		}
		if i%60 == 59 { // the daemon ends, and begins again at once, without the back-off that was
			c.stop()
			c.follow(dead, target)
		}
	}
	luck.Lock()
	calm = true
	luck.Unlock()
	eventually(t, "the picture", func() bool { return maps.Equal(p.held(), c.paths()) })
	if len(p.faults) > 0 {
		t.Error(p.faults)
	}
	if d := c.n.Targets()[0]; d.State != media.TargetRetrying || d.RetryAt == nil || d.Lag == 0 {
		t.Errorf("the dead one: %+v", d)
	}
}

func TestATargetThatAnswers410IsOffUntilATestSucceeds(t *testing.T) {
	c := open(t)
	var mu sync.Mutex
	status := http.StatusGone
	p, target := listen(t, func() int { mu.Lock(); defer mu.Unlock(); return status })
	c.follow(target)
	c.put("a")
	eventually(t, "the end", func() bool { return c.n.Targets()[0].State == media.TargetOff })
	c.stop()
	c.follow(target)
	eventually(t, "the end over a restart", func() bool { return c.n.Targets()[0].State == media.TargetOff })
	mu.Lock()
	status = http.StatusNoContent
	mu.Unlock()
	if err := c.n.Test(t.Context(), "hook"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the refresh", func() bool { b := p.bodies(); return len(b) == 2 && b[1].Type == "refresh" })
	if err := c.n.Test(t.Context(), "nobody"); !errors.Is(err, media.ErrNoTarget) {
		t.Error(err)
	}
}

func TestMessagesAreSignedAsTheStandardWebhooksAre(t *testing.T) {
	// The example of the specification: github.com/standard-webhooks/standard-webhooks.
	got := notify.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestACommandGetsJSONAndNoShell(t *testing.T) {
	c := open(t)
	dir := t.TempDir()
	script, out := filepath.Join(dir, "tell"), filepath.Join(dir, "out")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$1\" >"+out+"\ncat >>"+out+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.follow(config.Notify{Name: "script", Type: config.NotifyExec, Command: []string{script, "$HOME;"}})
	c.put("a 'b'")
	eventually(t, "the command", func() bool {
		b, err := os.ReadFile(out)
		argument, message, _ := strings.Cut(string(b), "\n")
		return err == nil && argument == "$HOME;" && json.Valid([]byte(message)) && strings.Contains(message, `/srv/films/a 'b'`)
	})
}

func TestJellyfinIsToldOfFiles(t *testing.T) {
	c := open(t)
	got := make(chan string, 8)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- r.Method + " " + r.URL.Path + " " + r.Header.Get("X-Emby-Token") + " " + string(b)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	id := c.put("a")
	c.follow(config.Notify{Name: "jellyfin", Type: config.NotifyJellyfin, URL: s.URL, TokenFile: token, PathMap: map[string]string{"films": "/media"}})
	c.change(id, func(it *store.Item) { it.Name = "b" })
	want := `POST /Library/Media/Updated key {"Updates":[{"Path":"/media/a","UpdateType":"Deleted"},{"Path":"/media/b","UpdateType":"Created"}]}`
	if m := <-got; m != want {
		t.Errorf("got %s\nwant %s", m, want)
	}
}

func TestAFolderIsToldOnceItIsQuiet(t *testing.T) {
	c := open(t)
	p, target := listen(t, always(http.StatusOK))
	target.Settle = 300 * time.Millisecond
	c.follow(target)
	for i := range 5 {
		c.put(fmt.Sprint(i))
		time.Sleep(20 * time.Millisecond)
	}
	eventually(t, "the picture", func() bool { return len(p.held()) == 5 })
	if n := len(p.bodies()); n > 2 { // one, but for a machine that was busy for long
		t.Errorf("%d messages", n)
	}
}
