package client_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m, postgres.Stop)) }

// patience is how long a busy machine may take for anything.
const patience = 2 * time.Minute

// anywhere is a URL; reach brings its connections to wherever the daemon listens at the time.
const anywhere = "http://127.0.0.1:1"

func reach(t *testing.T, d *apptest.Daemon) *http.Client {
	t.Helper()
	tr := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		addr := d.Addr()
		if addr == "" {
			return nil, fmt.Errorf("the daemon is away")
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// daemonOn starts a daemon on a directory, and gives a client of it that finds it again over restarts.
func daemonOn(t *testing.T, dir, more string, o client.Options) (*apptest.Daemon, *client.Client) {
	t.Helper()
	d := apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: []apptest.Root{{Name: "films", Path: dir}},
		More: "[watcher]\ndebounce = \"50ms\"\nmax_wait = \"1s\"\n" + more})
	o.HTTP = reach(t, d)
	c, err := client.New(anywhere, o)
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

func write(t *testing.T, dir, path, content string) {
	t.Helper()
	path = filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// soon is how long the tests' clients wait before they connect again.
func soon(int) time.Duration { return 10 * time.Millisecond }

// following is a replica that follows until stopped.
type following struct {
	client.Replica
	t       *testing.T
	client  *client.Client
	stop    func() error
	waitEnd func() error

	mu     sync.Mutex
	resets []string
	lost   int
	came   int // changes
}

// follow has a replica follow, until the test ends or stop is called, which gives the error that it ended with.
func follow(t *testing.T, c *client.Client, f client.Follow) *following {
	t.Helper()
	if f.Pause == nil {
		f.Pause = soon
	}
	r := &following{t: t, client: c}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.take(ctx, f) }()
	r.waitEnd = sync.OnceValue(func() error { return <-ended })
	r.stop = func() error {
		cancel()
		return r.waitEnd()
	}
	t.Cleanup(func() { _ = r.stop() })
	return r
}

func (r *following) take(ctx context.Context, f client.Follow) error {
	for batch, err := range r.client.Follow(ctx, f) {
		if err != nil {
			return err
		}
		r.note(&batch)
		r.Apply(&batch)
	}
	return nil
}

func (r *following) note(b *client.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.Reset != "" {
		r.resets = append(r.resets, b.Reset)
	}
	if b.Lost != nil {
		r.lost++
	}
	r.came += len(b.Changes)
}

func (r *following) noted() (resets []string, lost, came int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(resets, r.resets...), r.lost, r.came
}

// becomes waits until the replica holds what lists say of items and works.
func (r *following) becomes(items, works url.Values) {
	r.t.Helper()
	if !apptest.Within(patience, func() bool { return r.Whole() && r.difference(items, works) == "" }) {
		r.t.Fatalf("the replica is not the catalog: %s", r.difference(items, works))
	}
}

func (r *following) difference(items, works url.Values) string {
	if diff := differs(r.t, r.client.Items(r.t.Context(), items), r.Items()); diff != "" {
		return "items: " + diff
	}
	if works == nil {
		return ""
	}
	return differs(r.t, r.client.Works(r.t.Context(), works), r.Works())
}

// differs says how what is listed and what is held differ.
func differs[T any](t *testing.T, listed func(func(T, error) bool), held func(func(int64, *T) bool)) (diff string) {
	t.Helper()
	of := map[int64]*T{}
	for id, v := range held {
		of[id] = v
	}
	for v, err := range listed {
		if err != nil {
			return err.Error()
		}
		id := reflect.ValueOf(v).FieldByName("ID").Int()
		if of[id] == nil {
			return fmt.Sprintf("%d is not held", id)
		}
		if !reflect.DeepEqual(*of[id], v) {
			return fmt.Sprintf("%d is held as %+v, and is %+v", id, *of[id], v)
		}
		delete(of, id)
	}
	for id := range of {
		return fmt.Sprintf("%d is held and not there", id)
	}
	return ""
}
