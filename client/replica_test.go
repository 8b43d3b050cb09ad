package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

var withItems = url.Values{"include": {"items"}}

func film(n int) string {
	return fmt.Sprintf("Lantern %d (20%02d)/Lantern %d (20%02d).mkv", n, n%30, n, n%30)
}

// change makes, moves and removes a few films.
func change(t *testing.T, dir string, round int) {
	t.Helper()
	for i := range 5 {
		write(t, dir, film(100*round+i), fmt.Sprint("film ", round, i))
	}
	if round == 0 {
		return
	}
	before := filepath.Join(dir, filepath.Dir(film(100*(round-1))))
	gone := filepath.Join(dir, filepath.Dir(film(100*(round-1)+1)))
	if err := errors.Join(os.Rename(before, before+" moved"), os.RemoveAll(gone)); err != nil {
		t.Fatal(err)
	}
}

// A daemon that is killed, stopped and started again while its files change has replicas that are its catalog, by
// either way, without ever having to begin anew.
func TestReplicasAreTheCatalogWhateverHappensToTheDaemon(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	change(t, dir, 0)
	d, c := daemonOn(t, dir, "", client.Options{})
	replicas := map[string]*following{
		"live":     follow(t, c, client.Follow{Works: true}),
		"windowed": follow(t, c, client.Follow{Works: true, Window: 200 * time.Millisecond}),
		"polling":  follow(t, c, client.Follow{Works: true, LongPoll: true}),
	}
	for round := 1; round <= 3; round++ {
		change(t, dir, round)
		switch round {
		case 1, 3:
			d.Kill(t)
			d.Start(t)
		case 2:
			d.Stop(t)
			d.Start(t)
		}
		d.WaitIdle(t, patience)
		for name, r := range replicas {
			t.Logf("round %d: %s", round, name)
			r.becomes(nil, withItems)
		}
	}
	for name, r := range replicas {
		resets, lost, _ := r.noted()
		if len(resets) > 0 || lost < 3 {
			t.Errorf("%s began anew for %v, and lost its connection %d times; want none and 3", name, resets, lost)
		}
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s ended with %v, want its context's error", name, err)
		}
	}
}

func TestWhoComesBackWithItsCursorGetsWhatItMissedAndNoMore(t *testing.T) {
	t.Parallel()
	for _, poll := range []bool{false, true} {
		dir := t.TempDir()
		change(t, dir, 0)
		d, c := daemonOn(t, dir, "", client.Options{})
		d.WaitIdle(t, patience)
		r := follow(t, c, client.Follow{LongPoll: poll})
		r.becomes(nil, nil)
		_ = r.stop()
		write(t, dir, film(99), "one more")
		if !apptest.Within(patience, func() bool { return d.Status(t).Counts.Items == 6 }) {
			t.Fatal("the film is not catalogued")
		}
		d.WaitIdle(t, patience)
		back := follow(t, c, client.Follow{Since: r.Cursor(), LongPoll: poll})
		if !apptest.Within(patience, back.Whole) {
			t.Fatal("it does not catch up")
		}
		if resets, _, came := back.noted(); len(resets) > 0 || came != 1 {
			t.Errorf("long poll %v: %d changes came, resets %v; want the new film alone", poll, came, resets)
		}
	}
}

func TestAReplicaThatMissedTooMuchBeginsAnew(t *testing.T) {
	t.Parallel()
	for why, poll := range map[string]bool{"compacted": false, "resync-required": true} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			missTooMuch(t, why, poll)
		})
	}
}

func missTooMuch(t *testing.T, why string, poll bool) {
	t.Helper()
	dir := t.TempDir()
	change(t, dir, 0)
	d, c := daemonOn(t, dir, "", client.Options{})
	d.WaitIdle(t, patience)
	r := follow(t, c, client.Follow{Works: true, LongPoll: poll})
	r.becomes(nil, withItems)
	_ = r.stop()
	if err := os.RemoveAll(filepath.Join(dir, filepath.Dir(film(2)))); err != nil {
		t.Fatal(err)
	}
	if !apptest.Within(patience, func() bool { return d.Status(t).Counts.Items == 4 }) {
		t.Fatal("the film is not forgotten")
	}
	d.Stop(t)
	apptest.Prune(t, d.DataDir())
	d.Start(t)
	var seen []string
	f := client.Follow{Since: r.Cursor(), Works: true, LongPoll: poll, Pause: soon}
	for batch, err := range c.Follow(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		if batch.Reset != "" {
			seen = append(seen, batch.Reset)
		}
		if r.Apply(&batch); len(seen) > 0 && !batch.CaughtUp && countOf(&r.Replica) < 4 {
			t.Error("a replica that begins anew shows less than there is")
		}
		if batch.CaughtUp {
			break
		}
	}
	if !slices.Equal(seen, []string{why}) {
		t.Errorf("resets %v, want one: %s", seen, why)
	}
	r.becomes(nil, withItems)
}

func countOf(r *client.Replica) (n int) {
	for range r.Items() {
		n++
	}
	return n
}

func TestAReplicaOfAnotherCatalogOrFilterBeginsAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	change(t, dir, 0)
	write(t, dir, "song.flac", "no song")
	d, c := daemonOn(t, dir, "", client.Options{})
	films := client.Follow{Kinds: []string{"movie"}}
	r := follow(t, c, films)
	r.becomes(url.Values{"kind": {"movie"}}, nil)
	_ = r.stop()

	everything := follow(t, c, client.Follow{Since: r.Cursor()})
	everything.becomes(nil, nil)
	if resets, _, _ := everything.noted(); !slices.Equal(resets, []string{"filter"}) {
		t.Errorf("under another filter: resets %v", resets)
	}

	d.Stop(t)
	if err := os.Remove(filepath.Join(d.DataDir(), "catalog.db")); err != nil {
		t.Fatal(err)
	}
	d.Start(t)
	d.WaitIdle(t, patience)
	if !apptest.Within(patience, func() bool { resets, _, _ := everything.noted(); return len(resets) == 2 }) {
		t.Fatal("it goes on with the cursor of a catalog that is no more")
	}
	everything.becomes(nil, nil)
	if resets, _, _ := everything.noted(); !slices.Equal(resets, []string{"filter", "restored"}) {
		t.Errorf("of another catalog: resets %v", resets)
	}
}

func TestFollowingEndsWhereTryingAgainIsNoUse(t *testing.T) {
	t.Parallel()
	tokens := t.TempDir()
	write(t, tokens, "token", "secret\n")
	d, wrong := daemonOn(t, t.TempDir(), fmt.Sprintf("[http]\ntoken_file = %q\n", filepath.Join(tokens, "token")),
		client.Options{Token: "wrong"})
	right, err := client.New(anywhere, client.Options{Token: "secret", HTTP: reach(t, d)})
	if err != nil {
		t.Fatal(err)
	}
	for _, poll := range []bool{false, true} {
		for _, err := range wrong.Follow(t.Context(), client.Follow{LongPoll: poll}) {
			if !client.IsProblem(err, "unauthorized") {
				t.Errorf("a wrong token: %v", err)
			}
		}
		var last error
		for _, err := range right.Follow(t.Context(), client.Follow{Kinds: []string{"film"}, LongPoll: poll}) {
			last = err
		}
		if refused := new(client.RefusedError); !errors.As(last, &refused) && !client.IsProblem(last, "bad-request") {
			t.Errorf("a kind that there is not: %v", last)
		}
	}

	r := follow(t, right, client.Follow{})
	if !apptest.Within(patience, r.Whole) {
		t.Fatal("the right token is not enough")
	}
	write(t, tokens, "token", "changed\n")
	d.Stop(t)
	d.Start(t)
	ended := make(chan error, 1)
	go func() { ended <- r.waitEnd() }()
	select {
	case err := <-ended:
		if !client.IsProblem(err, "unauthorized") {
			t.Errorf("a token that has changed: %v", err)
		}
	case <-time.After(patience):
		t.Error("it goes on trying with a token that is no more")
	}
}

// A proxy that lets no WebSocket through has replicas all the same.
func TestWhereNoWebSocketComesThroughTheFeedIsPolled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	change(t, dir, 0)
	d, _ := daemonOn(t, dir, "", client.Options{})
	d.WaitIdle(t, patience)
	to := &url.URL{Scheme: "http", Host: d.Addr()}
	for name, refuse := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"without Upgrade": func(_ http.ResponseWriter, r *http.Request) bool {
			r.Header.Del("Upgrade")
			r.Header.Del("Connection")
			return false
		},
		"refusing": func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Upgrade") != "" {
				http.Error(w, "no", http.StatusForbidden)
			}
			return r.Header.Get("Upgrade") != ""
		},
	} {
		proxy := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0),
			Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = to.Host }}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !refuse(w, r) {
				proxy.ServeHTTP(w, r)
			}
		}))
		c, err := client.New(server.URL, client.Options{HTTP: server.Client()})
		if err != nil {
			t.Fatal(err)
		}
		r := follow(t, c, client.Follow{})
		if !apptest.Within(patience, r.Whole) {
			t.Errorf("%s: nothing comes", name)
		}
		if _, lost, came := r.noted(); lost > 0 || came < 5 {
			t.Errorf("%s: %d changes, connection lost %d times", name, came, lost)
		}
		_ = r.stop()
		server.Close()
	}
}
