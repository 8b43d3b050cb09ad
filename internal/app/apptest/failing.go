package apptest

import (
	"path"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// Asked is what is asked of a file or directory, as bits: what a disk can fail at.
type Asked int

// What a disk is asked.
const (
	ToFind    Asked = 1 << iota // a name, or what is known of it: open, stat
	ToOpen                      // a file that is there
	ToCreate                    // a file, a directory, a second name
	ToRead                      // bytes of a file
	ToWrite                     // bytes of a file
	ToSync                      // a file or directory
	ToShorten                   // or give another owner, mode or time
	ToRemove
	ToRename
	ToList // a directory
	ToCount
)

// Reading is all that changes nothing, Writing is all that does.
const (
	Reading = ToFind | ToOpen | ToRead | ToList | ToCount
	Writing = ToCreate | ToWrite | ToSync | ToShorten | ToRemove | ToRename
)

// Failing is a disk of which any call can be made to fail, Go's as well as SQLite's: a FUSE file system that shows
// another directory. Its methods may be called from any goroutine.
type Failing struct {
	fuse.RawFileSystem

	mu    sync.Mutex
	names map[uint64]placed
	fault *DiskFault
	seen  int    // calls that the fault is about
	last  string // of these that failed
}

// placed is where something lies.
type placed struct {
	parent uint64
	name   string
}

// DiskFault says what fails. The zero value of a field is good.
type DiskFault struct {
	Asked Asked
	About func(path string) bool // by the path below the mount; nil: any
	Errno syscall.Errno
	First int  // the first of the calls that fails, from 1
	Count int  // how many from there on; 0: all
	Short bool // the first write that fails writes half, and says so
}

// MountFailing mounts a disk that shows dir, and fails at nothing until it is told to. It needs a namespace with
// Mounts.
func MountFailing(tb testing.TB, dir, at string) *Failing {
	tb.Helper()
	f := &Failing{RawFileSystem: shown(tb, dir), names: map[uint64]placed{}}
	mountFUSE(tb, f, at, fuse.MountOptions{FsName: dir, Name: "failing", DisableReadDirPlus: true}, f.Heal)
	return f
}

// Fail has calls fail from now on. Their numbers begin at 1.
func (f *Failing) Fail(fault DiskFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault.First = max(fault.First, 1)
	f.fault, f.seen, f.last = &fault, 0, ""
}

// Heal has all calls succeed again.
func (f *Failing) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = nil
}

// Seen is how many calls the last fault was about, and of what the last one was that failed; "" where none did.
func (f *Failing) Seen() (calls int, last string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen, f.last
}

// path is that of a node, or of a name in it.
func (f *Failing) path(node uint64, name string) string {
	for node != fuse.FUSE_ROOT_ID {
		at, known := f.names[node]
		if !known {
			break
		}
		name, node = path.Join(at.name, name), at.parent
	}
	return name
}

// ask counts a call, and says how it fails; short: after half of it was done.
func (f *Failing) ask(what Asked, node uint64, name string) (errno fuse.Status, short bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.fault
	if r == nil || r.Asked&what == 0 {
		return fuse.OK, false
	}
	at := f.path(node, name)
	if r.About != nil && !r.About(at) {
		return fuse.OK, false
	}
	f.seen++
	if f.seen < r.First || r.Count > 0 && f.seen >= r.First+r.Count {
		return fuse.OK, false
	}
	f.last = path.Clean(at)
	return fuse.Status(r.Errno), r.Short && what == ToWrite && f.seen == r.First
}

// place notes where something lies that was found or made.
func (f *Failing) place(node, parent uint64, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names[node] = placed{parent, name}
}

// mapped reports whether SQLite maps a file into memory, which it cannot where each read is asked for.
func (f *Failing) mapped(node uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.HasSuffix(f.path(node, ""), "-shm")
}
