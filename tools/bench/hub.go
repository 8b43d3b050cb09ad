package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/hub"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// hubSources are the sources of a hub that is asked, of which each has told of all that a made catalog holds.
var hubSources = []string{"attic", "cellar"}

// hubFactor is how many times what is promised of a daemon a hub may take, of as many items from each source.
const hubFactor = 2

// measureHub asks a hub of two made catalogs of so many items all that a daemon is asked. HUB_DATABASE names its
// database, where what an earlier run has loaded is kept.
func (b *bench) measureHub(ctx context.Context, items int) error {
	database := os.Getenv("HUB_DATABASE")
	if database == "" {
		return errors.New("run it under scripts/with-postgres.sh")
	}
	data, err := b.madeFeed(ctx, items)
	if err != nil {
		return err
	}
	if err := b.loadHub(ctx, database, data); err != nil {
		return fmt.Errorf("load the hub: %w", err)
	}
	dir, err := os.MkdirTemp("", "hub")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	config := fmt.Sprintf("[hub]\ndatabase = %q\n", database)
	for _, name := range hubSources {
		config += fmt.Sprintf("[[source]]\nname = %q\nurl = \"http://[::1]:9\"\n", name) // nobody is there
	}
	file := filepath.Join(dir, "hub.toml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	run := hubCommand{"hub", file, filepath.Join(dir, "data")}
	_, err = b.serveCommand(ctx, run.args(), (*daemon).awaitReady, func(d *daemon) error {
		fmt.Fprintf(b.out, "%d items of %d sources, alone: the slowest page of the first %d, each the fastest of %d\n",
			items*len(hubSources), len(hubSources), askedPages, b.rounds)
		return b.askHub(ctx, d, items)
	})
	return err
}

// hubCommand is how a hub is run.
type hubCommand struct{ command, config, data string }

func (h hubCommand) args() []string {
	return []string{h.command, "--config", h.config, "--data-dir", h.data, "--listen", "127.0.0.1:0"}
}

func (d *daemon) awaitReady(ctx context.Context) error {
	_, err := d.get(ctx, "/readyz")
	return err
}

// askHub asks all questions, and says how many answers came later than they may.
func (b *bench) askHub(ctx context.Context, d *daemon, items int) error {
	late, asked := 0, 0
	for _, q := range questions() {
		a, err := d.ask(ctx, ofHub(q), b.rounds)
		if err != nil {
			return err
		}
		asked++
		fmt.Fprintln(b.out, a)
		if a.slowest() > a.within {
			late++
		}
	}
	return complain(late > 0 && items >= 100_000, "%d of %d answers are later than promised", late, asked)
}

// ofHub is a question as a hub is asked it.
func ofHub(q question) question {
	path, query, _ := strings.Cut(q.path, "?")
	v, err := url.ParseQuery(query)
	if err != nil {
		return q
	}
	if root := v.Get("root"); root != "" {
		v.Set("root", postgres.RootName(hubSources[0], root))
	}
	if q.path = path; len(v) > 0 {
		q.path += "?" + v.Encode()
	}
	q.within *= hubFactor
	return q
}

// loadHub has the hub's database hold what a made catalog does, of each source, unless it does.
func (b *bench) loadHub(ctx context.Context, database, data string) (err error) {
	st, err := store.Open(ctx, data, store.Options{Described: analyzer.Version})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	hub, err := postgres.Open(ctx, database, "", zap.NewNop())
	if err != nil {
		return err
	}
	defer hub.Close()
	before := hub.Head()
	if err := b.loadSources(ctx, st, hub); err != nil {
		return err
	}
	if counts := hub.ItemCounts(); before >= counts.Items { // an earlier run has
		return nil
	}
	c, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, "VACUUM ANALYZE") // as the server does of itself, some time after a load
	return errors.Join(err, c.Close(ctx))
}

// loadSources does so as a hub that leads.
func (b *bench) loadSources(ctx context.Context, st *store.Store, hub *postgres.Store) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	var failed error
	err := hub.Lead(ctx, func() string { return "bench" }, func(ctx context.Context) error {
		defer done()
		for _, name := range hubSources {
			if failed = b.loadSource(ctx, st, hub, name); failed != nil {
				return failed
			}
		}
		if failed = b.deriveHub(ctx, hub); failed == nil {
			failed = b.indexHub(ctx, hub)
		}
		return failed
	})
	return errors.Join(err, failed)
}

// deriveHub has works be derived of all items.
func (b *bench) deriveHub(ctx context.Context, of *postgres.Store) error {
	lag, err := of.WorksLag(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	works, group := hub.NewWorks(of, zap.NewNop()), run.NewGroup(ctx, zap.NewNop())
	group.Go("head", of.Run)
	group.Go("works", works.Run)
	began := time.Now()
	isBehind := func() bool { return of.Head() < lag || of.Worked() < of.Head() || !works.Idle() }
	for last := began; isBehind() && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			fmt.Fprintf(b.out, "  works of the first %d of %d changes\n", of.Worked(), of.Head())
		}
	}
	cancel()
	if err = errors.Join(err, group.Wait()); lag > 0 {
		took := time.Since(began)
		fmt.Fprintf(b.out, "  works of %d items in %v, %.0f a second\n", lag, took.Round(time.Millisecond),
			float64(lag)/took.Seconds())
	}
	return err
}

// indexHub has the words of all items and works be taken in.
func (b *bench) indexHub(ctx context.Context, hub *postgres.Store) error {
	began := time.Now()
	lag, err := hub.SearchLag(ctx)
	if err == nil {
		err = hub.IndexAll(ctx)
	}
	if took := time.Since(began); lag > 0 {
		n := hub.ItemCounts().Items
		fmt.Fprintf(b.out, "  words of %d items and their works in %v, %.0f a second\n", n, took.Round(time.Millisecond),
			float64(n)/took.Seconds())
	}
	return err
}

func (b *bench) loadSource(ctx context.Context, st *store.Store, hub *postgres.Store, name string) error {
	instance := name + " " + st.Instance()
	c, err := hub.Newest(ctx, name)
	if err != nil {
		return err
	}
	if c == nil || c.Instance != instance {
		if c, err = hub.Begin(ctx, name, instance, nil); err != nil {
			return err
		}
	}
	if !c.Loading {
		return nil
	}
	said := map[string][]byte{}
	for _, r := range madeRoots {
		said[r.name] = fmt.Appendf(nil, `{"name":%q,"kind":"local","state":"online"}`, r.name)
	}
	if err := hub.Say(ctx, name, said); err != nil {
		return err
	}
	filter, at, began, n := &store.FeedFilter{}, st.Cursor(st.Head()), time.Now(), 0
	at.Load = true
	for at.Load {
		page, next, err := st.LoadOf(ctx, filter, at, store.Bounds{Rows: 5000, Bytes: 16 << 20})
		if err != nil {
			return err
		}
		g := postgres.Group{Cursor: next.String()}
		for i := range page {
			g.Changes = append(g.Changes, postgres.Change{ID: page[i].ID, Item: bytes.Clone(page[i].Item)})
		}
		if _, err := c.Apply(ctx, c.Prepare(g)); err != nil {
			return err
		}
		n, at = n+len(page), next
	}
	fmt.Fprintf(b.out, "  %s: %d items in %v, %.0f a second\n", name, n, time.Since(began).Round(time.Millisecond),
		float64(n)/time.Since(began).Seconds())
	return c.Complete(ctx)
}
