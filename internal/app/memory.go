package app

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

const (
	// leastGarbage is what may always be allocated between two collections. What lives is small: less would
	// have the collector run all the time, to save a few megabytes.
	leastGarbage = 8 << 20
	// passHeap is what a process that makes one pass and ends may have on its heap, whatever of it lives, before it is
	// collected: it has its memory for a while only, and the collector would take a twelfth of its CPU.
	passHeap = 40 << 20
	// leastGrowth is the part of what lives that may be allocated at the least, in per cent. A collection costs
	// as much as there lives, so that with less the collector's share of the CPU would grow with the library. With
	// this it takes some 8 % of a first pass.
	leastGrowth = 45
	// outside is what the process takes that the collector does not count: the program itself and SQLite.
	outside = 24 << 20
)

// onePass says that the process makes one pass and ends.
var onePass atomic.Bool

// TuneForPass has the collector rest longer, in a process that ends with its first pass. It takes force with the next
// collection, unless GOGC decides.
func TuneForPass() { onePass.Store(true) }

// TuneMemory has the collector follow what lives from now on, and keeps within the limit of the process's cgroup.
// GOGC and GOMEMLIMIT, where they are set, are left to decide.
func TuneMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		if limit, ok := cgroupLimit("/proc/self", "/"); ok {
			debug.SetMemoryLimit(heapLimit(limit))
		}
	}
	if os.Getenv("GOGC") == "" {
		followLive()
	}
}

// heapLimit is how much of a cgroup's limit the collector may fill. It never keeps the heap below half of that: near
// the limit to die is no worse than to collect without end.
func heapLimit(cgroup int64) int64 { return max(cgroup-cgroup/10-outside, cgroup/2) }

// followLive sets the collector's target after each collection, by what that one found to live.
func followLive() {
	found := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"},
	}
	metrics.Read(found)
	live := found[0].Value.Uint64()
	debug.SetGCPercent(growth(live, live+found[1].Value.Uint64()+found[2].Value.Uint64()))
	sentinel := new(*byte) // with a pointer, so that it shares its memory with nothing that lives longer
	runtime.SetFinalizer(sentinel, func(**byte) { followLive() })
}

// growth is GOGC for so many bytes that live on the heap, and so many that are scanned for it: by how many per cent of
// these the heap may grow until the next collection.
func growth(live, scanned uint64) int {
	const most = 400 // before the first collection nothing is known to live
	least := uint64(leastGarbage)
	if onePass.Load() {
		least = max(least, passHeap-min(live, passHeap))
	}
	return int(min(max(leastGrowth, math.Ceil(100*float64(least)/float64(max(scanned, 1)))), most))
}
