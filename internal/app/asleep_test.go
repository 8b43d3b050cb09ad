package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// disk is a file system of its own, whose reads and writes the kernel counts.
type disk struct{ dir, stat string }

// newDisk makes and mounts one. Nothing of the file system's own goes on behind it.
func newDisk(t *testing.T, base, name string) disk {
	t.Helper()
	image, dir := filepath.Join(base, name+".img"), filepath.Join(base, name)
	apptest.NewDisk(t, image, "64M")
	apptest.Mount(t, dir, "-o", "loop,noinit_itable", image)
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		t.Fatal(err)
	}
	return disk{dir, fmt.Sprintf("/sys/dev/block/%d:%d/stat", unix.Major(st.Dev), unix.Minor(st.Dev))}
}

// done is how many reads and writes it has done: https://docs.kernel.org/block/stat.html.
func (d disk) done(t *testing.T) (n int) {
	t.Helper()
	b, err := os.ReadFile(d.stat)
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(b))
	for _, i := range []int{0, 4} {
		v, err := strconv.Atoi(f[i])
		if err != nil {
			t.Fatal(err)
		}
		n += v
	}
	return n
}

// processIO is what a process itself has read and written of files: proc_pid_io(5).
func processIO(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool {
		return !strings.HasPrefix(l, "read_bytes") && !strings.HasPrefix(l, "write_bytes")
	})
	return strings.Join(lines, ", ")
}

// TestDisksSleepWhileNothingHappens has a daemon with nothing to do, on disks of its own, and looks whether any of them
// is read or written: for 12 s, or for as long as ASLEEP says.
func TestDisksSleepWhileNothingHappens(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	// What is looked at once after the last change is looked at within 15 s, but for what is done every ten minutes. It
	// reads the catalog, from the disk where the system has dropped it from memory.
	limit, once := 12*time.Second, 20*time.Second
	if s := os.Getenv("ASLEEP"); s != "" {
		var err error
		if limit, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	if limit > time.Minute {
		once = 11 * time.Minute
	}
	base := t.TempDir()
	disks := []disk{newDisk(t, base, "data"), newDisk(t, base, "films"), newDisk(t, base, "music")}
	fill(t, disks[1].dir, 200)
	fill(t, disks[2].dir, 200)
	opens := time.Now().Add(12 * time.Hour) // for what is done now and then: not while this is looked at
	hours := fmt.Sprintf("[scanner]\nwindow = %q\n", opens.Format("15:04")+"-"+opens.Add(time.Hour).Format("15:04"))
	d := apptest.Start(t, apptest.Config{DataDir: disks[0].dir + "/catalog", More: quick + hours,
		Roots: []apptest.Root{{Name: "films", Path: disks[1].dir}, {Name: "music", Path: disks[2].dir}}})
	d.WaitIdle(t, time.Minute)
	counts := func() (all []int) {
		for _, x := range disks {
			all = append(all, x.done(t))
		}
		return all
	}
	// What was written is on the disks, and the file system's journal too.
	for _, x := range disks {
		apptest.SyncDisk(t, x.dir)
	}
	last, since := counts(), time.Now()
	quiet := since
	if !apptest.Within(once+time.Minute, func() bool {
		time.Sleep(100 * time.Millisecond)
		if now := counts(); !slices.Equal(now, last) {
			last, since = now, time.Now()
		}
		return time.Since(since) > 6*time.Second && time.Since(quiet) > once // a journal is committed every 5
	}) {
		t.Fatalf("the disks do not come to rest\n%s", d.Log())
	}
	before, io := counts(), processIO(t, d.Pid())
	time.Sleep(limit) // nothing to wait for: that is what is to be seen
	for i, now := range counts() {
		if n := now - before[i]; n != 0 {
			t.Errorf("the disk of %s was read or written %d times in %v", filepath.Base(disks[i].dir), n, limit)
		}
	}
	if now := processIO(t, d.Pid()); now != io {
		t.Errorf("the daemon's own: %s, it was %s", now, io)
	}
	write(t, disks[1].dir, "new.mkv", "x") // it is awake itself
	complete(t, d, disks[1].dir, time.Minute)
}
