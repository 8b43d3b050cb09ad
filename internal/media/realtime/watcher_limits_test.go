package realtime

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"golang.org/x/sys/unix"
)

// aged makes directories, each younger than the one before.
func aged(t *testing.T, top string, count int) []string {
	t.Helper()
	var dirs []string
	for i := range count {
		dir := fmt.Sprintf("d%04d", i)
		must(t, os.Mkdir(filepath.Join(top, dir), 0o755))
		age(t, filepath.Join(top, dir), count-i)
		dirs = append(dirs, dir)
	}
	return dirs
}

func age(t *testing.T, path string, days int) {
	t.Helper()
	at := time.Now().AddDate(0, 0, -days)
	must(t, os.Chtimes(path, at, at))
}

func (r *watching) polledDirs() []string {
	dirs, _ := r.Polled(testRoot)
	return dirs
}

func TestMostRecentlyChangedDirectoriesKeepTheirWatches(t *testing.T) {
	for _, order := range []string{"oldest first", "youngest first"} {
		t.Run(order, func(t *testing.T) {
			top := scratch(t)
			dirs := aged(t, top, 100)
			sink := new(lister)
			r := startWithin(t, 61, top, Config{}, sink) // the root and 60 others
			if order == "oldest first" {
				r.scan("")
			} else {
				must(t, r.Watch(r.ctx, testRoot, "", idOf(t, top)))
				for _, dir := range slices.Backward(dirs) {
					must(t, r.Watch(r.ctx, testRoot, dir, idOf(t, filepath.Join(top, dir))))
				}
			}
			if diff := slices.Compare(r.polledDirs(), dirs[:40]); diff != 0 {
				t.Errorf("polled are %q, want the 40 oldest", r.polledDirs())
			}
			s := r.State(testRoot)
			if s.Mode != inotify.ModeInotify || s.Directories != 61 || s.Polled != 40 || !strings.Contains(s.Reason, "40 of 101") {
				t.Errorf("state is %+v, want 61 watched, 40 polled, a reason with 40 of 101", s)
			}

			// The poll finds that the oldest has changed: it takes the watch of the oldest watched one.
			age(t, r.path(dirs[0]), 0)
			r.settle()
			r.scan(dirs[0])
			want := dirs[1:41]
			if got := r.polledDirs(); !slices.Equal(got, want) {
				t.Errorf("polled are %q, want %q", got, want)
			}
			// So does one that is new.
			must(t, os.Mkdir(r.path("new"), 0o755))
			r.settle()
			want = dirs[1:42]
			if got := r.polledDirs(); !slices.Equal(got, want) {
				t.Errorf("polled are %q, want %q", got, want)
			}
			// An event counts as a change, although the directory's own time stands.
			write(t, r.path(dirs[42], "f"), "")
			age(t, r.path(dirs[42]), 100)
			must(t, os.Mkdir(r.path("newer"), 0o755))
			r.settle()
			want = append(slices.Clone(want), dirs[43])
			if got := r.polledDirs(); !slices.Equal(got, want) {
				t.Errorf("polled are %q, want %q", got, want)
			}
			// What is given up comes back with the next poll.
			for _, dir := range dirs[50:] {
				must(t, os.RemoveAll(r.path(dir)))
			}
			r.settle()
			r.scan("")
			if s := r.State(testRoot); s.Polled != 0 || s.Reason != "" {
				t.Errorf("state with watches to spare is %+v", s)
			}
			r.expectAllWatched(sink)
		})
	}
}

func TestRootsShareTheWatches(t *testing.T) {
	first, second := scratch(t), scratch(t)
	aged(t, first, 50)
	for _, dir := range aged(t, second, 50) {
		age(t, filepath.Join(second, dir), 0) // all younger than those of the first
	}
	r := startWithin(t, 61, first, Config{}, new(recorder))
	r.scan("")
	if s := r.State(testRoot); s.Directories != 51 {
		t.Fatalf("state is %+v, want 51 watched", s)
	}
	r.add(inotify.Root{Name: "second", Path: second, Mode: inotify.ModeInotify})
	scanTree(r.ctx, r.Watcher, "second", second, "", func(string) {})
	if s := r.State("second"); s.Directories != 51 || s.Polled != 0 {
		t.Errorf("state of the root with the younger directories is %+v", s)
	}
	eventually(t, "older directories give their watches up", func() bool { return r.Stats().Watches == 61 })
	if s := r.State(testRoot); s.Directories != 10 || s.Polled != 41 {
		t.Errorf("state of the root with the older directories is %+v", s)
	}
	// A root that goes leaves its watches to the others.
	r.RemoveRoot("second")
	eventually(t, "watches come back", func() bool {
		r.scan("")
		return r.State(testRoot).Directories == 51
	})
}

func TestSystemLimitIsKept(t *testing.T) {
	if !inNamespace(t, userNamespace, "mount -t tmpfs none /mnt", "echo 100 > /proc/sys/user/max_inotify_watches") {
		return
	}
	dirs := aged(t, "/mnt", 150)
	sink := new(lister)
	r := watch(t, "/mnt", Config{}, sink)
	s := r.State(testRoot)
	if s.Directories != 80 || s.Polled != 71 {
		t.Errorf("state is %+v, want 80 watched, 71 polled", s)
	}
	for _, part := range []string{"71 of 151", "user.max_inotify_watches is 100", "raise it to 65536"} {
		if !strings.Contains(s.Reason, part) {
			t.Errorf("reason %q does not say %q", s.Reason, part)
		}
	}
	if got := r.polledDirs(); !slices.Equal(got, dirs[:71]) {
		t.Errorf("polled are %q, want the 71 oldest", got)
	}
}

// Other programs hold watches: the kernel refuses one (ENOSPC) although the budget has some.
func TestRefusedWatchIsBelieved(t *testing.T) {
	if !inNamespace(t, userNamespace, "mount -t tmpfs none /mnt", "mkdir /mnt/root /mnt/foreign",
		"echo 100 > /proc/sys/user/max_inotify_watches") {
		return
	}
	foreign, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	must(t, err)
	for _, dir := range aged(t, "/mnt/foreign", 60) {
		_, err := unix.InotifyAddWatch(foreign, filepath.Join("/mnt/foreign", dir), unix.IN_CREATE)
		must(t, err)
	}
	dirs := aged(t, "/mnt/root", 100)
	r := watch(t, "/mnt/root", Config{}, new(lister))
	// 40 were there to be had; five in a hundred of them are given up, for others to find some.
	s := r.State(testRoot)
	if s.Directories != 38 || s.Polled != 63 || !strings.Contains(s.Reason, "other programs") {
		t.Errorf("state is %+v, want 38 watched, 63 polled, a reason with other programs", s)
	}
	if got := r.polledDirs(); !slices.Equal(got, dirs[:63]) {
		t.Errorf("polled are %q, want the 63 oldest", got)
	}
	must(t, unix.Close(foreign))
}

func TestTooManyInstancesMeansPolling(t *testing.T) {
	if !inNamespace(t, userNamespace, "mount -t tmpfs none /mnt", "mkdir -p /mnt/first /mnt/second/a",
		"echo 1 > /proc/sys/user/max_inotify_instances") {
		return
	}
	r := watch(t, "/mnt/first", Config{}, new(lister))
	r.add(inotify.Root{Name: "second", Path: "/mnt/second", Mode: inotify.ModeInotify})
	scan := func() { scanTree(r.ctx, r.Watcher, "second", "/mnt/second", "", func(string) {}) }
	scan()
	s := r.State("second")
	if s.Mode != inotify.ModePoll || s.Directories != 0 || !strings.Contains(s.Reason, "user.max_inotify_instances is 1)") {
		t.Errorf("state is %+v, want poll, 0 watched, a reason with user.max_inotify_instances is 1), a reason with the sysctl", s)
	}
	if dirs, all := r.Polled("second"); len(dirs) > 0 || !all {
		t.Errorf("polled are %q (all: %v), want all", dirs, all)
	}
	// It mends itself with the first scan after there are instances again.
	r.RemoveRoot(testRoot)
	eventually(t, "root is watched", func() bool {
		scan()
		return r.State("second") == inotify.State{Mode: inotify.ModeInotify, Directories: 2}
	})
}

func TestTooManyOpenFilesIsToldFromTooManyInstances(t *testing.T) {
	if !inNamespace(t, userNamespace, "mount -t tmpfs none /mnt", "mkdir -p /mnt/first /mnt/second") {
		return
	}
	r := watch(t, "/mnt/first", Config{}, new(recorder))
	var old unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: old.Max}))
	r.add(inotify.Root{Name: "second", Path: "/mnt/second", Mode: inotify.ModeInotify})
	must(t, r.Watch(r.ctx, "second", "", tree.FileID{}))
	s := r.State("second")
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
	if s.Mode != inotify.ModePoll || !strings.Contains(s.Reason, "open files") {
		t.Errorf("state is %+v, want polled for want of open files", s)
	}
}

// A path longer than the system takes in one piece cannot be watched, nor can its events be told.
func TestDirectoryTooDeepToWatchIsPolled(t *testing.T) {
	top := scratch(t)
	name := strings.Repeat("n", 250)
	fd, err := unix.Open(top, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	deep := ""
	for range 17 {
		must(t, unix.Mkdirat(fd, name, 0o755))
		next, err := unix.Openat(fd, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		must(t, err)
		must(t, unix.Close(fd))
		fd = next
		deep = filepath.Join(deep, name)
	}
	must(t, unix.Close(fd))
	r := watch(t, top, Config{}, new(recorder))
	must(t, r.Watch(r.ctx, testRoot, deep, idOf(t, top)))
	s := r.State(testRoot)
	if s.Polled != 1 || !strings.Contains(s.Reason, "name too long") {
		t.Errorf("state is %+v, want 1 polled, a reason with name too long", s)
	}
	if got := r.polledDirs(); !slices.Equal(got, []string{deep}) {
		t.Errorf("polled are %q, want the deep one", got)
	}
}

func TestNetworkRootIsPolledAndTakesNoWatches(t *testing.T) {
	r := watch(t, scratch(t), Config{}, new(recorder))
	r.add(inotify.Root{Name: "attic", Mode: inotify.ModePoll, Reason: "nfs4 sends no events"})
	must(t, r.Watch(r.ctx, "attic", "some/dir", idOf(t, r.dir)))
	r.Unwatch("attic", "some/dir")
	r.Rewatch("attic", "")
	if s := r.State("attic"); s != (inotify.State{Mode: inotify.ModePoll, Reason: "nfs4 sends no events"}) {
		t.Errorf("state is %+v, want poll, the reason it came with", s)
	}
	if dirs, all := r.Polled("attic"); len(dirs) > 0 || !all {
		t.Errorf("polled are %q (all: %v), want all", dirs, all)
	}
	if s := r.State("unheard of"); s.Mode != inotify.ModeNone {
		t.Errorf("state is %+v, want none", s)
	}
}
