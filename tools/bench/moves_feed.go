package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// follower reads the live feed and notes when what is looked for comes.
type follower struct {
	ws   *websocket.Conn
	done chan struct{} // closed at the end of reading

	mu      sync.Mutex
	err     error // why reading ended
	counted map[string]*seen
	written map[int]time.Time // probes that have not come
	took    []time.Duration   // of those that have
}

// seen is how often the feed had a text.
type seen struct {
	f           *follower
	mark        string
	want, n     int
	first, last time.Time
	all         chan struct{} // closed once it has been had as often as wanted
}

// follow reads the feed from now on.
func (d *daemon) follow(ctx context.Context) (*follower, error) {
	ws, err := d.dialFeed(ctx)
	if err != nil {
		return nil, err
	}
	f := &follower{ws: ws, done: make(chan struct{}), counted: map[string]*seen{}, written: map[int]time.Time{}}
	caughtUp := f.expect(`{"type":"caught_up"`, 1)
	err = ws.WriteJSON(map[string]any{"type": "subscribe", "since": nil})
	go f.read() //concurrencylint:allow a tool's: it ends with its connection, which close closes
	if err = errors.Join(err, caughtUp.wait(ctx)); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *follower) read() {
	defer close(f.done)
	for {
		_, message, err := f.ws.ReadMessage()
		isOf := func(kind string) bool { return bytes.HasPrefix(message, []byte(`{"type":"`+kind+`"`)) }
		if err == nil && (isOf("error") || isOf("bye")) {
			err = fmt.Errorf("the daemon says %s", message)
		}
		if err != nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.err = fmt.Errorf("follow the feed: %w", err)
			return
		}
		f.note(message, time.Now())
	}
}

// probed is how the feed has a file that was written elsewhere.
var probed = regexp.MustCompile(`"path":"probes \d+/(\d+)\.txt"`)

func (f *follower) note(message []byte, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.counted {
		n := bytes.Count(message, []byte(s.mark))
		if n == 0 {
			continue
		}
		if s.n == 0 {
			s.first = now
		}
		if s.n < s.want && s.n+n >= s.want {
			s.last = now
			close(s.all)
		}
		s.n += n
	}
	for _, found := range probed.FindAllSubmatch(message, -1) {
		n, _ := strconv.Atoi(string(found[1])) // digits
		if began, ok := f.written[n]; ok {
			f.took = append(f.took, now.Sub(began))
			delete(f.written, n)
		}
	}
}

// expect counts a text from now on.
func (f *follower) expect(mark string, want int) *seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &seen{f: f, mark: mark, want: want, all: make(chan struct{})}
	f.counted[mark] = s
	return s
}

func (s *seen) wait(ctx context.Context) error {
	select {
	case <-s.all:
		return nil
	case <-s.f.done:
		return s.f.err
	case <-ctx.Done():
		s.f.mu.Lock()
		defer s.f.mu.Unlock()
		return fmt.Errorf("the feed had %s %d times of %d: %w", s.mark, s.n, s.want, ctx.Err())
	}
}

// delays are those of all probes since they were asked for last, the longest last.
func (f *follower) delays() []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	took := f.took
	f.took = nil
	slices.Sort(took)
	return took
}

func (f *follower) close() error {
	err := f.ws.Close()
	<-f.done
	return err
}

// A small file is written elsewhere so often, in one of so many directories; half of these are in another root.
const (
	probeEvery = 100 * time.Millisecond
	probeDirs  = 40
)

func (m *moves) probePath(n int) string {
	root := "library"
	if n%2 == 1 {
		root = "other"
	}
	return filepath.Join(m.dir, root, fmt.Sprintf("probes %02d", n%probeDirs), fmt.Sprintf("%d.txt", n))
}

// probe writes small files until it is told to stop, and then waits until each is on the feed.
func (m *moves) probe(ctx context.Context) (stop func() error) {
	stopped, done := make(chan struct{}), make(chan error, 1)
	//concurrencylint:allow a tool's: stop ends it and waits for it
	go func() { done <- m.writeProbes(ctx, stopped) }()
	return func() error {
		close(stopped)
		err := <-done
		for err == nil {
			left, broken := m.f.left()
			if left == 0 || broken != nil {
				return broken
			}
			err = sleep(ctx, 10*time.Millisecond)
		}
		return err
	}
}

// left is how many probes have not been seen, and why the feed has ended.
func (f *follower) left() (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.written), f.err
}

// wrote notes when a probe was written.
func (f *follower) wrote(probe int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written[probe] = time.Now()
}

func (m *moves) writeProbes(ctx context.Context, stopped <-chan struct{}) error {
	for {
		path := m.probePath(m.probes)
		m.f.wrote(m.probes)
		m.probes++
		if err := os.WriteFile(path, []byte(path), 0o644); err != nil {
			return err
		}
		select {
		case <-stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probeEvery):
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cost is what the daemon has spent so far.
type cost struct {
	cpu           time.Duration
	rows, commits int64
}

func (m *moves) cost(ctx context.Context) (c cost, err error) {
	values, err := m.d.metrics(ctx)
	c.cpu = time.Duration(values["process_cpu_seconds_total"] * float64(time.Second))
	c.rows = int64(values["catalogizerd_store_rows_total"])
	c.commits = int64(values["catalogizerd_store_commits_total"])
	return c, err
}
