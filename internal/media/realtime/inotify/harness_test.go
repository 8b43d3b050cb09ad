package inotify

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// recorder keeps the hints it gets, with their times.
type recorder struct {
	mu    sync.Mutex
	hints []media.Hint
	times []time.Time
}

func (r *recorder) hint(h media.Hint) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hints = append(r.hints, h)
	r.times = append(r.times, time.Now())
}

func (r *recorder) all() []media.Hint {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.hints)
}

// take returns the hints so far and forgets them.
func (r *recorder) take() []media.Hint {
	r.mu.Lock()
	defer r.mu.Unlock()
	hints := r.hints
	r.hints, r.times = nil, nil
	return hints
}

// covers says whether a hint asks for a path to be compared.
func covers(h media.Hint, path string) bool {
	dir, name := tree.Split(path)
	if h.Recursive {
		return h.Dir == "" || path == h.Dir || strings.HasPrefix(path, h.Dir+"/")
	}
	return dir == h.Dir && (h.Names == nil || slices.Contains(h.Names, name))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o644))
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !cond(); {
		if time.Now().After(deadline) {
			t.Fatalf("after three minutes not yet: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
