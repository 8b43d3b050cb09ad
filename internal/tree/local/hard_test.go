package local_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// A FUSE file system whose server never says a word is a disk that hangs. Closing the server's end
// releases every call that waits for it.
func TestDiskThatHangsIsLeftBehind(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	at := mkdir(t, t.TempDir()+"/hung")
	server, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no FUSE: %v", err)
	}
	if err := syscall.Mount("silent", at, "fuse.silent", 0, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", server.Fd())); err != nil {
		t.Skipf("no FUSE: %v", err)
	}
	unmountAtEnd(t, at)
	l := newLocal(t, at, local.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := []func() error{
		func() error { _, err := l.List(ctx, ""); return err },
		func() error { _, err := l.Stat(ctx, "f"); return err },
		func() error { _, err := l.Open(ctx, "f"); return err },
		func() error { _, err := l.Identify(ctx); return err },
	}
	errs := make(chan error, 64)
	for i := range 64 {
		go func() { errs <- calls[i%len(calls)]() }()
	}
	eventually(t, "as many calls as may be are under way", l.Full)
	cancel()
	late := time.After(patience)
	for range 64 {
		select {
		case err := <-errs:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a call that hangs: %v, want %v", err, context.Canceled)
			}
		case <-late:
			t.Fatal("a call that nobody waits for any more does not return")
		}
	}
	if got := l.Stuck(); got != 32 {
		t.Errorf("%d calls stuck, want 32: the others waited for their turn", got)
	}
	if _, err := l.Stat(t.Context(), "f"); !errors.Is(err, tree.ErrAway) || !strings.Contains(err.Error(), "not answering") {
		t.Errorf("one call too many: %v, want %v, not answering", err, tree.ErrAway)
	}
	server.Close()
	eventually(t, "no call is stuck", func() bool { return l.Stuck() == 0 })
	if _, err := l.Stat(t.Context(), "f"); !errors.Is(err, tree.ErrAway) || !errors.Is(err, syscall.ENOTCONN) {
		t.Errorf("stat on a file system without its server: %v, want %v and %v", err, tree.ErrAway, syscall.ENOTCONN)
	}
}

// Running out of descriptors says nothing about any file: no call may call one absent, or the root away.
func TestTooManyOpenFilesIsNoAbsence(t *testing.T) {
	if !inNamespace(t) {
		return // for the limit, which a process of its own has
	}
	root := t.TempDir()
	fillDir(t, root+"/d", 5)
	l := newLocal(t, root, local.Options{})
	l.Expect(identify(t, l))
	limit := syscall.Rlimit{Cur: 64, Max: 64}
	do(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	var taken []*os.File
	for {
		f, err := os.Open("/dev/null")
		if err != nil {
			break
		}
		taken = append(taken, f)
	}
	for free := range 4 { // so that each step of a call runs out
		_, listErr := l.List(t.Context(), "d")
		_, statErr := l.Stat(t.Context(), "d/"+name(0))
		f, openErr := l.Open(t.Context(), "d/"+name(0))
		_, identifyErr := l.Identify(t.Context())
		if openErr == nil {
			f.Close()
		}
		for call, err := range map[string]error{"list": listErr, "stat": statErr, "open": openErr, "identify": identifyErr} {
			if err != nil && !errors.Is(err, syscall.EMFILE) || free == 0 && err == nil ||
				errors.Is(err, tree.ErrAway) || errors.Is(err, tree.ErrNotExist) {
				t.Errorf("%s with %d descriptors left: %v, want success or %v", call, free, err, syscall.EMFILE)
			}
		}
		taken[0].Close()
		taken = taken[1:]
	}
	for _, f := range taken {
		f.Close()
	}
	if got, err := l.List(t.Context(), "d"); err != nil || len(got.Entries) != 5 {
		t.Errorf("afterwards: %+v, %v, want 5 entries", got, err)
	}
}

// asNobody runs f on a thread without root's rights on files.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if err := errors.Join(unix.Setfsgid(65534), unix.Setfsuid(65534)); err != nil {
			t.Error(err)
			return
		}
		f()
	}()
	<-done
}

func TestWhatMayNotBeReadIsNotAbsent(t *testing.T) {
	base, err := os.MkdirTemp("", "tree")
	do(t, err)
	t.Cleanup(func() { os.RemoveAll(base) })
	root := mkdir(t, base+"/root")
	do(t, os.Chmod(base, 0o755))
	fillDir(t, root+"/closed", 2)
	fillDir(t, root+"/names", 2)
	fillDir(t, root+"/secret", 1)
	do(t, os.Chmod(root+"/secret/"+name(0), 0), os.Chmod(root+"/closed", 0), os.Chmod(root+"/names", 0o444))
	t.Cleanup(func() { _, _ = os.Chmod(root+"/closed", 0o755), os.Chmod(root+"/names", 0o755) })
	l := newLocal(t, root, local.Options{})
	asNobody(t, func() {
		ctx := context.Background() // which keeps calls on this thread
		if _, err := l.List(ctx, "closed"); !errors.Is(err, syscall.EACCES) || errors.Is(err, tree.ErrNotExist) {
			t.Errorf("list of a closed directory: %v, want %v", err, syscall.EACCES)
		}
		if _, err := l.Stat(ctx, "closed/x"); !errors.Is(err, syscall.EACCES) || errors.Is(err, tree.ErrNotExist) {
			t.Errorf("stat in a closed directory: %v, want %v", err, syscall.EACCES)
		}
		got, err := l.List(ctx, "names")
		if err == nil {
			slices.Sort(got.Broken)
		}
		if err != nil || len(got.Entries) != 0 || !slices.Equal(got.Broken, []string{name(0), name(1)}) {
			t.Errorf("list of a directory of names only: %+v, %v, want both broken", got, err)
		}
		if _, err := l.Open(ctx, "secret/"+name(0)); !errors.Is(err, syscall.EACCES) {
			t.Errorf("open of a closed file: %v, want %v", err, syscall.EACCES)
		}
		if got, err := l.List(ctx, ""); err != nil || len(got.Entries) != 3 {
			t.Errorf("list of the root: %+v, %v, want 3 entries", got, err)
		}
	})
	do(t, os.Chmod(root, 0))
	asNobody(t, func() {
		if _, err := l.List(context.Background(), "names"); !errors.Is(err, tree.ErrAway) && !errors.Is(err, syscall.EACCES) {
			t.Errorf("list in a closed root: %v, want %v", err, syscall.EACCES)
		}
	})
	do(t, os.Chmod(root, 0o755))
}

// Trees are deeper than the longest path that the system takes in one call.
func TestPathsLongerThanTheSystemTakes(t *testing.T) {
	root := t.TempDir()
	part := strings.Repeat("d", 200)
	var path string
	back, err := os.Getwd()
	do(t, err)
	do(t, os.Chdir(root))
	for range 30 { // 6,030 bytes
		do(t, os.Mkdir(part, 0o755), os.Chdir(part))
		path = tree.Join(path, part)
	}
	do(t, os.WriteFile("f", []byte("deep"), 0o600), os.Chdir(back))
	for _, openat2 := range []bool{true, false} {
		l := newLocal(t, root, local.Options{})
		if !openat2 {
			l.WithoutOpenat2()
		}
		got, err := l.List(t.Context(), path)
		if err != nil || !slices.Equal(entryNames(got), []string{"f"}) {
			t.Fatalf("list: %+v, %v, want f", got, err)
		}
		if e, err := l.Stat(t.Context(), path+"/f"); err != nil || e != got.Entries[0] {
			t.Errorf("stat: %+v, %v, want %+v", e, err, got.Entries[0])
		}
		f, err := l.Open(t.Context(), path+"/f")
		do(t, err)
		b, err := io.ReadAll(io.NewSectionReader(f, 0, 10))
		if string(b) != "deep" || err != nil {
			t.Errorf("read %q, %v, want %q", b, err, "deep")
		}
		f.Close()
		if _, err := l.Stat(t.Context(), path+"/none"); !errors.Is(err, tree.ErrNotExist) {
			t.Errorf("stat of what is not there: %v, want %v", err, tree.ErrNotExist)
		}
	}
}

// Opening a FIFO lets a program go on that waits for a reader; looking must leave it waiting.
func TestWriterOfAFIFOIsNotDisturbed(t *testing.T) {
	root := t.TempDir()
	do(t, syscall.Mkfifo(root+"/fifo", 0o600))
	l := newLocal(t, root, local.Options{})
	waiting := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(root+"/fifo", os.O_WRONLY, 0)
		if err == nil {
			f.Close()
		}
		waiting <- err
	}()
	time.Sleep(20 * time.Millisecond) // until it waits in open(2), which nothing shows
	for range 10 {
		if _, err := l.Open(t.Context(), "fifo"); !errors.Is(err, tree.ErrNotRegular) {
			t.Errorf("open: %v, want %v", err, tree.ErrNotRegular)
		}
	}
	select {
	case err := <-waiting:
		t.Errorf("the writer went on (%v), want it to wait", err)
	case <-time.After(20 * time.Millisecond):
	}
	r, err := os.Open(root + "/fifo")
	do(t, err, <-waiting)
	r.Close()
}

// The daemon never writes to a root; an access time is a write too.
func TestReadingLeavesAccessTimesAlone(t *testing.T) {
	root := t.TempDir()
	touch(t, root+"/f")
	do(t, os.WriteFile(root+"/f", []byte("x"), 0o600))
	old := time.Now().Add(-72 * time.Hour) // relatime would renew a time as old as this
	do(t, os.Chtimes(root+"/f", old, old), os.Chtimes(root, old, old))
	l := newLocal(t, root, local.Options{})
	if _, err := l.List(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	f, err := l.Open(t.Context(), "f")
	do(t, err)
	_, err = f.ReadAt(make([]byte, 1), 0)
	do(t, err, f.Close())
	for _, path := range []string{root, filepath.Join(root, "f")} {
		var st unix.Stat_t
		do(t, unix.Stat(path, &st))
		if got := time.Unix(st.Atim.Unix()); !got.Equal(old.Truncate(time.Nanosecond)) {
			t.Errorf("access time of %s is %s, want it left at %s", path, got, old)
		}
	}
}

// patience is for how long a test waits for what must come to be: no busy machine takes as long.
const patience = 2 * time.Minute

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
