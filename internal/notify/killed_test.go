package notify_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/notify"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// A process of the test's own stands for the daemon, so that it can be killed.
const (
	asDaemon  = "NOTIFY_TEST_DAEMON"  // its data directory
	asTargets = "NOTIFY_TEST_TARGETS" // whom it tells, as JSON
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(asDaemon); dir != "" {
		if err := daemon(dir, os.Getenv(asTargets)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	runtest.Main(m)
}

// daemon keeps a catalog and tells targets of it. Each line of its standard input is a number of changes that it makes;
// it prints a line for each that is committed. A line "what" has it print what the catalog holds.
func daemon(dir, targets string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	go func() { _ = s.Run(ctx) }()
	n := notify.New(s, func() media.Instance { return media.Instance{ID: "ID", Name: "nas"} }, zap.NewNop())
	go func() { _ = n.Run(ctx) }()
	var told []config.Notify
	if err := json.Unmarshal([]byte(targets), &told); err != nil {
		return err
	}
	if err := n.Set(ctx, told, map[string]string{"films": "/srv/films"}); err != nil {
		return err
	}
	c := &changer{Store: s}
	if err := c.open(ctx); err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if lines.Text() == "what" {
			text, err := json.Marshal(c.holds)
			if err != nil {
				return err
			}
			fmt.Printf("%s\n", text)
			continue
		}
		changes, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		for range changes {
			if err := c.shake(ctx); err != nil {
				return err
			}
			fmt.Println()
		}
	}
	return nil
}

// held is an item as a target has it.
type held struct {
	Path string
	Size int64
	Kind media.Kind
}

// changer changes a catalog of one folder at random.
type changer struct {
	*store.Store
	root, dir int64
	holds     map[int64]held
}

func (c *changer) open(ctx context.Context) error {
	err := c.Update(ctx, func(tx *store.Tx) error {
		roots, err := c.Roots(ctx)
		if err != nil {
			return err
		}
		if len(roots) == 0 {
			r := store.Root{Name: "films", Kind: "local", Location: "/srv/films", Ident: "uuid:films"}
			if err := tx.AddRoot(&r); err != nil {
				return err
			}
			roots = append(roots, r)
		}
		d, err := tx.EnsureDir(roots[0].ID, "", 1)
		c.root, c.dir = roots[0].ID, d.ID
		return err
	})
	c.holds = map[int64]held{}
	return errors.Join(err, c.Walk(ctx, store.Position{}, func(v *store.View) error {
		c.holds[v.ID] = held{v.Path, v.Size, v.Kind}
		return nil
	}))
}

// shake makes a change: of ten, three add, one removes, three rename, of which one takes a name that another item had
// just before, one rewrites, one makes another kind of it, and one describes it otherwise, of which nobody is told.
func (c *changer) shake(ctx context.Context) error {
	living := slices.Collect(maps.Keys(c.holds))
	n := rand.IntN(10)
	if len(living) < 2 || n < 3 {
		it := store.Item{Dir: c.dir, Root: c.root, Name: fmt.Sprint("n", rand.Int64()), Volume: 1, Links: 1, Size: 1,
			Kind: media.KindMovie, Analysis: store.None}
		err := c.Update(ctx, func(tx *store.Tx) error { return tx.Insert(&it) })
		c.holds[it.ID] = held{it.Name, it.Size, it.Kind}
		return err
	}
	id, other := living[rand.IntN(len(living))], living[rand.IntN(len(living))]
	name := fmt.Sprint("m", rand.Int64())
	switch {
	case n < 4:
		delete(c.holds, id)
		return c.Update(ctx, func(tx *store.Tx) error {
			it, _, err := tx.Item(id)
			return errors.Join(err, tx.Remove(&it))
		})
	case n < 5 && id != other:
		freed := c.holds[other].Path
		err := c.change(ctx, other, func(it *store.Item) { it.Name = name })
		return errors.Join(err, c.change(ctx, id, func(it *store.Item) { it.Name = freed }))
	case n < 7:
		return c.change(ctx, id, func(it *store.Item) { it.Name = name })
	case n < 8:
		return c.change(ctx, id, func(it *store.Item) { it.Doc = fmt.Appendf(nil, `"title":%q`, name) })
	case n < 9:
		return c.change(ctx, id, func(it *store.Item) { it.Size++ })
	}
	return c.change(ctx, id, func(it *store.Item) {
		it.Kind = []media.Kind{media.KindMovie, media.KindVideo}[rand.IntN(2)]
	})
}

func (c *changer) change(ctx context.Context, id int64, edit func(*store.Item)) error {
	return c.Update(ctx, func(tx *store.Tx) error {
		it, _, err := tx.Item(id)
		old := it
		edit(&it)
		c.holds[id] = held{it.Name, it.Size, it.Kind}
		return errors.Join(err, tx.Save(&old, &it))
	})
}

// shaken is a target that fails in its own way, and believes only what follows from what it was told before.
type shaken struct {
	name  string
	fails func(*http.Request) int // the status that it gives; 0: it breaks off, 599: likewise, and has taken the message
	kinds []media.Kind
	fault atomic.Int64 // times that it failed

	mu    sync.Mutex
	holds map[int64]held
	taken map[string]bool // messages, by their ids
	wrong []string
	http  *http.Server
	addr  string
}

func (s *shaken) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var b body
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		panic(http.ErrAbortHandler) // the daemon was killed while it sent
	}
	status := s.fails(r)
	if status != http.StatusOK {
		s.fault.Add(1)
	}
	if status == http.StatusOK || status == 599 {
		s.take(r.Header.Get("webhook-id"), &b)
	}
	if status == 0 || status == 599 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

// take takes in a message, once: that of a daemon which was killed may come late, behind what the next one sent.
func (s *shaken) take(id string, b *body) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[id] {
		return
	}
	s.taken[id] = true
	for _, ch := range b.Changes {
		before, known := s.holds[ch.ID]
		was := ch.Previous
		if ch.Op == "delete" {
			was = ch.Was
		}
		unseen := s.kinds != nil && !known // it was of another kind, and may have been anywhere
		if was != nil && was.Path != before.Path && !unseen {
			s.wrong = append(s.wrong, fmt.Sprintf("item %d was at %q, and %q is told", ch.ID, before.Path, was.Path))
		}
		if ch.Op == "delete" {
			delete(s.holds, ch.ID)
		} else {
			s.holds[ch.ID] = held{ch.Item.Path, ch.Item.Size, ch.Item.Kind}
		}
	}
}

func (s *shaken) has() map[int64]held {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.holds)
}

// listen begins to serve; close ends it as a killed program ends.
func (s *shaken) listen(t *testing.T) {
	t.Helper()
	if s.addr == "" {
		s.addr = "127.0.0.1:0"
	}
	var l net.Listener
	eventually(t, "the address", func() (ok bool) {
		var err error
		l, err = net.Listen("tcp", s.addr)
		return err == nil
	})
	s.addr = l.Addr().String()
	s.http = &http.Server{Handler: s, ErrorLog: nil}
	go func() { _ = s.http.Serve(l) }()
}

// run is a process of the daemon.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(t *testing.T, dir string, targets []config.Notify) *process {
	t.Helper()
	text, err := json.Marshal(targets)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), asDaemon+"="+dir, asTargets+"="+string(text))
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	out, err2 := p.cmd.StdoutPipe()
	if err = errors.Join(err, err2); err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewScanner(out)
	p.out.Buffer(nil, 16<<20)
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // killed
}

// Set TARGET_CHANGES to make so many: 10,000 see a thousand faults and more.
func TestEveryPictureEqualsTheCatalogWhoeverIsKilled(t *testing.T) {
	changes := 400
	if n, err := strconv.Atoi(os.Getenv("TARGET_CHANGES")); err == nil {
		changes = n
	}
	var calm atomic.Bool
	moods := func(odds float64, statuses ...int) func(*http.Request) int {
		return func(*http.Request) int {
			if calm.Load() || rand.Float64() > odds {
				return http.StatusOK
			}
			return statuses[rand.IntN(len(statuses))]
		}
	}
	all := []*shaken{
		{name: "steady", fails: moods(0)},
		{name: "moody", fails: moods(0.4, 500, 503, 0, 599)},
		{name: "hanging", fails: func(r *http.Request) int {
			if !calm.Load() && rand.IntN(3) == 0 {
				<-r.Context().Done() // until the daemon gives up, or is killed
				return 0
			}
			return http.StatusOK
		}},
		{name: "killed", fails: moods(0)},
		{name: "filtered", fails: moods(0.3, 0, 599), kinds: []media.Kind{media.KindMovie}},
	}
	targets := []config.Notify{{Name: "dead", Type: config.NotifyJSON, URL: "http://127.0.0.1:1"}}
	for _, s := range all {
		s.holds, s.taken = map[int64]held{}, map[string]bool{}
		s.listen(t)
		defer func() { _ = s.http.Close() }()
		n := config.Notify{Name: s.name, Type: config.NotifyJSON, URL: "http://" + s.addr}
		for _, k := range s.kinds {
			n.Kinds = append(n.Kinds, string(k))
		}
		targets = append(targets, n)
	}
	dir := memory(t)
	daemons := 0
	for made := 0; made < changes; {
		p := start(t, dir, targets)
		daemons++
		n := 1 + rand.IntN(40)
		fmt.Fprintln(p.in, n)
		for i := 0; i < n && p.out.Scan(); i++ {
			made++
		}
		if daemons%2 == 0 { // one of the programs too
			_ = all[3].http.Close()
			all[3].fault.Add(1)
		}
		time.Sleep(rand.N(60 * time.Millisecond)) // it may be killed at any moment of what it tells
		p.kill()
		if daemons%2 == 0 {
			all[3].listen(t)
		}
	}
	calm.Store(true)
	p := start(t, dir, targets)
	defer p.kill()
	fmt.Fprintln(p.in, "what")
	var want map[int64]held
	if !p.out.Scan() {
		t.Fatal("the daemon does not say what it holds")
	}
	if err := json.Unmarshal(p.out.Bytes(), &want); err != nil {
		t.Fatal(err)
	}
	faults := int64(daemons)
	for _, s := range all {
		wanted := maps.Clone(want)
		maps.DeleteFunc(wanted, func(_ int64, h held) bool {
			return s.kinds != nil && !slices.Contains(s.kinds, h.Kind)
		})
		eventually(t, "the picture of "+s.name, func() bool { return maps.Equal(s.has(), wanted) })
		if len(s.wrong) > 0 {
			t.Errorf("%s: %d times: %.500s", s.name, len(s.wrong), s.wrong[0])
		}
		faults += s.fault.Load()
	}
	t.Logf("%d changes, %d items; the daemon was killed %d times; %d faults in all",
		changes, len(want), daemons, faults)
	if changes >= 10_000 && faults < 1000 {
		t.Errorf("only %d faults", faults)
	}
}

// memory is a new directory, in memory where there is such a place: what is tested here is not disks.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "notify-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
