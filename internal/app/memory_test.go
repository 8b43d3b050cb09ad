package app

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// However much lives, a part of it may be allocated before it is collected again: a collection costs as much as there
// lives, so a target that does not follow would have the collector run without a rest.
func TestTheCollectorsTargetFollowsWhatLives(t *testing.T) {
	for live := uint64(1 << 20); live < 4<<30; live *= 2 {
		allowed := float64(live) * float64(growth(live, live)) / 100
		if least := float64(live) * 0.45; allowed < least {
			t.Errorf("with %d MiB that live, %.1f MiB may be allocated until the next collection, want %.1f",
				live>>20, allowed/(1<<20), least/(1<<20))
		}
		if live >= 16<<20 && allowed > float64(live) {
			t.Errorf("with %d MiB that live the heap may more than double", live>>20)
		}
	}
}

// What makes one pass and ends may have more garbage than what stays: beside little that lives the collector runs half
// as often, and however much of its heap lives, that is no larger.
func TestTheCollectorRestsLongerDuringASinglePass(t *testing.T) {
	defer onePass.Store(onePass.Load())
	const roots = 2 << 20 // that are scanned beside what lives on the heap
	for _, live := range []uint64{8 << 20, 12 << 20, 16 << 20} {
		onePass.Store(false)
		stays := growth(live, live+roots)
		TuneForPass()
		once := growth(live, live+roots)
		if once < 2*stays {
			t.Errorf("with %d MiB that live GOGC is %d, and %d in a process that stays", live>>20, once, stays)
		}
		if heap := live + (live+roots)*uint64(once)/100; heap < 40<<20 || heap > 41<<20 {
			t.Errorf("with %d MiB that live the heap of a pass grows to %.1f MiB, want 40", live>>20, float64(heap)/(1<<20))
		}
	}
	for live := uint64(20 << 20); live < 4<<30; live *= 2 {
		if grows := growth(live, live); grows < leastGrowth {
			t.Errorf("with %d MiB that live GOGC is %d", live>>20, grows)
		}
	}
}

// A process with far more on its heap than any fixed limit that would suit a small library.
func TestTheCollectorRestsBesideALargeHeap(t *testing.T) {
	if os.Getenv("LARGE_HEAP") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "LARGE_HEAP=1", "GOGC=", "GOMEMLIMIT=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	TuneMemory()
	const blocks, size, allocated = 128, 1 << 20, 1 << 30
	lives := make([][]byte, blocks)
	for i := range lives {
		lives[i] = make([]byte, size)
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range allocated / size {
		lives[0] = make([]byte, size)
	}
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(lives)
	// One for each 64 MiB, some more where a limit of the machine's cgroup is near.
	if n := after.NumGC - before.NumGC; n > 25 {
		t.Errorf("%d collections while %d MiB were allocated beside %d that live, want about 16",
			n, allocated>>20, blocks*size>>20)
	}
}

func TestWhatTheUserSaysOfTheCollectorHolds(t *testing.T) {
	t.Setenv("GOGC", "50")
	t.Setenv("GOMEMLIMIT", "64MiB")
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(64 << 20))
	TuneMemory()
	runtime.GC()
	if percent := debug.SetGCPercent(50); percent != 50 {
		t.Errorf("GOGC is %d, the user said 50", percent)
	}
	if limit := debug.SetMemoryLimit(-1); limit != 64<<20 {
		t.Errorf("the limit is %d bytes, the user said 64 MiB", limit)
	}
}

func TestTheLimitOfACgroupIsTheLowestOfAllAboveIt(t *testing.T) {
	const mounts = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
	const group = "1:cpu:/elsewhere\n0::/system.slice/catalogizerd.service\n"
	const version1 = "31 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
		"32 23 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	for name, c := range map[string]struct {
		mounts, group string
		files         map[string]string
		want          int64 // 0: none
	}{
		"none": {mounts, group, map[string]string{"system.slice/memory.max": "max"}, 0},
		"its own": {mounts, group, map[string]string{
			"system.slice/catalogizerd.service/memory.max": "104857600", "system.slice/memory.max": "max",
		}, 100 << 20},
		"slowed down before it is killed": {mounts, group, map[string]string{
			"system.slice/catalogizerd.service/memory.max":  "104857600",
			"system.slice/catalogizerd.service/memory.high": "83886080",
		}, 80 << 20},
		"of a group above": {mounts, group, map[string]string{
			"system.slice/catalogizerd.service/memory.max": "104857600", "system.slice/memory.max": "52428800",
		}, 50 << 20},
		"of a container, which sees itself as the topmost": {mounts, "0::/\n", map[string]string{
			"memory.max": "67108864",
		}, 64 << 20},
		"version 1, which says a number where there is none": {version1, "4:memory:/x\n0::/\n", map[string]string{
			"memory/x/memory.limit_in_bytes": "9223372036854771712", "cpu/memory.limit_in_bytes": "1",
		}, 0},
		"version 1, of a group above": {version1, "7:cpu,cpuacct:/elsewhere\n4:memory:/media/x\n0::/\n", map[string]string{
			"memory/media/memory.limit_in_bytes": "134217728", "memory/media/x/memory.limit_in_bytes": "9223372036854771712",
		}, 128 << 20},
		"version 1, in a container that sees its own part": {
			"31 23 0:28 /docker/0a1b /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n", "4:memory:/docker/0a1b\n",
			map[string]string{"memory/memory.limit_in_bytes": "268435456"}, 256 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			put := func(path, text string) {
				path = filepath.Join(root, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			put("proc/cgroup", c.group)
			put("proc/mountinfo", c.mounts)
			for file, text := range c.files {
				put(filepath.Join("sys/fs/cgroup", file), text+"\n")
			}
			got, found := cgroupLimit(filepath.Join(root, "proc"), root)
			if got != c.want || found != (c.want > 0) {
				t.Errorf("limit is %d, %t, want %d", got, found, c.want)
			}
		})
	}
}

func TestAHeapIsKeptBelowItsCgroupsLimit(t *testing.T) {
	var wrong []string
	for _, mib := range []int64{32, 64, 128, 512, 4096} {
		limit := mib << 20
		if heap := heapLimit(limit); heap < limit/2 || heap > limit-limit/10 {
			wrong = append(wrong, fmt.Sprintf("%d MiB of %d", heap>>20, mib))
		}
	}
	if len(wrong) > 0 {
		t.Errorf("the heap may fill %s", strings.Join(wrong, ", "))
	}
}
