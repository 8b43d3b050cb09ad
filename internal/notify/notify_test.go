package notify_test

import (
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

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/notify"
	"github.com/catalogizer/catalogizerd/internal/store"
)

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

func TestACommandThatLeavesSomethingRunningHasTakenItsMessage(t *testing.T) {
	c := open(t)
	dir := t.TempDir()
	script, out := filepath.Join(dir, "tell"), filepath.Join(dir, "out")
	left := filepath.Join(dir, "left") // a pipe that ends what is left with the test
	if err := unix.Mkfifo(left, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if f, err := os.OpenFile(left, os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
			_ = f.Close()
		}
	})
	// What it leaves holds the standard error, as `curl … &` in a script does.
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncat "+left+" &\necho told >>"+out+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.follow(config.Notify{Name: "script", Type: config.NotifyExec, Command: []string{script}})
	c.put("a")
	eventually(t, "a state after the command", func() bool {
		s := c.n.States()[0]
		return s.Deliveries+s.Failures > 0
	})
	if s := c.n.States()[0]; s.Deliveries != 1 || s.State != media.TargetOK {
		t.Errorf("%d messages taken, %s: %s", s.Deliveries, s.State, s.LastError)
	}
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
	began := time.Now()
	for i := range 5 {
		c.put(fmt.Sprint(i))
		time.Sleep(20 * time.Millisecond)
	}
	took := time.Since(began)
	eventually(t, "the picture", func() bool { return len(p.held()) == 5 })
	// One, but for a busy machine, on which it is quiet in between.
	if most := 2 + int(took/target.Settle); len(p.bodies()) > most {
		t.Errorf("%d messages of what came within %v, want at most %d", len(p.bodies()), took, most)
	}
}
