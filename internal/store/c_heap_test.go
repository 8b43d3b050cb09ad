package store

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

// onGoHeap is where Go's own heap is found.
var onGoHeap *[64]byte

// threadHeaps counts glibc's heaps of threads: 64 MiB of addresses each, aligned to as much, used from the beginning.
// So may Go's heap be, whose place is drawn by lot.
func threadHeaps(t *testing.T) (n int) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip("there is no /proc: ", err)
	}
	const size = 64 << 20
	onGoHeap = new([64]byte)
	ofGo := uint64(uintptr(unsafe.Pointer(onGoHeap))) / size
	var end uint64 // of the mapping before
	var began uint64
	for line := range strings.Lines(string(maps)) {
		m := regexp.MustCompile(`^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ 00:00 0 *$`).FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		from, _ := strconv.ParseUint(m[1], 16, 64)
		to, _ := strconv.ParseUint(m[2], 16, 64)
		if from == end && began != 0 && m[3] == "---p" && to == began+size {
			n++
		}
		began, end = 0, to
		if from%size == 0 && from/size != ofGo && m[3] == "rw-p" {
			began = from
		}
	}
	return n
}

// useOnThreads reads by several connections at once, each on a thread of its own.
func useOnThreads(t *testing.T) {
	t.Helper()
	r := runFresh(t, Options{Readers: 4})
	var all sync.WaitGroup
	var begun sync.WaitGroup
	begun.Add(4)
	for range 4 {
		all.Go(func() {
			runtime.LockOSThread() // and with it the thread ends
			err := r.read(context.Background(), func(c *conn) error {
				begun.Done()
				begun.Wait()
				_, err := c.number("SELECT count(*) FROM dirs")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestConnectionsOnManyThreadsShareOneHeap(t *testing.T) {
	if runtime.GOOS != "linux" || strconv.IntSize < 64 {
		t.Skip("heaps of threads are told apart by glibc's addresses of 64-bit Linux")
	}
	for env, several := range map[string]bool{"": false, "MALLOC_ARENA_MAX=8": true} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCountHeaps$", "-test.v")
		cmd.Env = append(os.Environ(), "COUNT_HEAPS=1", env)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		heaps := regexp.MustCompile(`heaps of threads: (\d+)`).FindSubmatch(out)
		if heaps == nil {
			t.Skipf("heaps are not counted here: %s", out)
		}
		if n, _ := strconv.Atoi(string(heaps[1])); several != (n > 0) {
			t.Errorf("with %q in the environment threads have %d heaps of their own, want some: %v", env, n, several)
		}
	}
}

// TestCountHeaps is run by TestConnectionsOnManyThreadsShareOneHeap in a process of its own.
func TestCountHeaps(t *testing.T) {
	if os.Getenv("COUNT_HEAPS") == "" {
		return
	}
	useOnThreads(t)
	fmt.Println("heaps of threads:", threadHeaps(t))
}

// To count what is allocated is a lock on each allocation, of all connections.
func TestSQLiteDoesNotCountItsMemory(t *testing.T) {
	runFresh(t, Options{})
	if n := counted(); n != 0 {
		t.Errorf("%d bytes are counted of an open catalog: want none", n)
	}
}
