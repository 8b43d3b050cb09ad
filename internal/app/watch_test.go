package app_test

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// A directory is watched only after it was made: what is made in it in between, however deep, must be found.
func TestFilesInDirectoriesMadeJustNow(t *testing.T) {
	n := 2000
	if os.Getenv("SOAK") != "" {
		n = 10000
	}
	base := t.TempDir()
	root := base + "/root"
	write(t, root, "first.bin", "x")
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	for i := range n {
		write(t, root, fmt.Sprintf("%d/a/b/c/f.bin", i), "")
	}
	ok := apptest.Within(2*time.Minute, func() bool { return d.Status(t).Counts.Items == int64(n+1) })
	if !ok {
		t.Fatalf("%d of %d are lost\n%s", int64(n+1)-d.Status(t).Counts.Items, n, d.Log())
	}
	d.WaitIdle(t, time.Minute)
	if got := len(present(d.Export(t), "films")); got != n+1 {
		t.Errorf("%d items, want %d", got, n+1)
	}
}

// A file that is written to for long is seen at once, never analysed half-way, and delays nothing else. A busy machine
// must not make it quiet: it is written to a hundred times in the time that counts as that.
func TestFileThatGrowsForLong(t *testing.T) {
	base := t.TempDir()
	root := base + "/root"
	write(t, root, "first.bin", "x")
	const patient = "[watcher]\ndebounce = \"1500ms\"\nmax_wait = \"2s\"\n"
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: patient, Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	f, err := os.Create(root + "/growing.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var size, paused atomic.Int64 // the longest time between two writes
	ended := make(chan struct{})
	var grows sync.WaitGroup
	quiet := sync.OnceFunc(func() { close(ended); grows.Wait() })
	defer quiet()
	grows.Go(func() {
		for last := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			n, err := f.Write([]byte("more and more"))
			if err != nil {
				t.Error(err)
				return
			}
			size.Add(int64(n))
			now := time.Now()
			paused.Store(max(paused.Load(), int64(now.Sub(last))))
			last = now
			select {
			case <-ended:
				return
			default:
			}
		}
	})
	time.Sleep(6 * time.Second) // three times max_wait
	it := sees(t, d, r, "films", "growing.bin")
	first := it.Size
	write(t, root, "beside.bin", "x")
	sees(t, d, r, "films", "beside.bin")
	time.Sleep(4 * time.Second) // twice max_wait
	it = r.Find("films", "growing.bin")
	quiet()
	switch {
	case time.Duration(paused.Load()) > time.Second: // it may have counted as quiet
		t.Logf("a busy machine did not write to it for %v", time.Duration(paused.Load()))
	case it == nil || it.Size != first || it.Analysis == "done":
		t.Errorf("its row was written while it grows: %+v", it)
	}
	if !apptest.Within(time.Minute, func() bool {
		it = r.Find("films", "growing.bin")
		return it != nil && it.Size == size.Load() && it.Analysis != "pending"
	}) {
		t.Errorf("quiet, with %d bytes: %+v", size.Load(), it)
	}
}
