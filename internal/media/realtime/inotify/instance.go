package inotify

import (
	"bytes"
	"errors"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// watchID is what the kernel calls a watch of an instance (inotify(7): watch descriptor). It gives none again before it
// has given two thousand million others.
type watchID int32

// event is what the kernel says of a watched directory, or of a name in it.
type event struct {
	watch watchID
	mask  uint32 // bits of inotify(7)
	name  string // "" of the directory itself
}

const (
	// changes are what a watch tells of. IN_CLOSE_WRITE is among them since a file that is written through a memory
	// map (as torrent clients do) changes without an event, until it is closed: inotify(7), "Limitations and caveats".
	changes = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_ATTRIB |
		unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF
	vanished = unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF
	appeared = unix.IN_CREATE | unix.IN_MOVED_TO
)

// errOverflow says that the kernel's queue was full, so that events are missing.
var errOverflow = errors.New("the kernel's queue of events was full")

// instance is one of the kernel's (inotify(7)): watches, and a queue of what they tell. It keeps nothing of a watch:
// which directory each is of, the registry says. add and remove are the manager's, read is one goroutine's, and all end
// with close.
type instance struct {
	fd     int
	file   *os.File // for the runtime to wait for events
	closed atomic.Bool
	unread atomic.Int64   // events taken out of the kernel's queue, or about to be, and not yet passed on
	buffer [64 << 10]byte // some 2,000 events; the reader's
}

func newInstance() (*instance, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	return &instance{fd: fd, file: os.NewFile(uintptr(fd), "inotify")}, nil //nolint:gosec // a descriptor is no less
}

// add watches the directory at a path. Of one that is watched already it gives the watch that it has. The errors are
// those of inotify_add_watch(2).
func (i *instance) add(path string) (watchID, error) {
	for {
		wd, err := unix.InotifyAddWatch(i.fd, path, changes|unix.IN_ONLYDIR|unix.IN_DONT_FOLLOW)
		if !errors.Is(err, unix.EINTR) {
			return watchID(wd), err //nolint:gosec // it is an int32 in the kernel
		}
	}
}

// remove ends a watch. That there is none any more is what is wanted: the kernel removes that of a directory that goes.
func (i *instance) remove(w watchID) {
	_, _ = unix.InotifyRmWatch(i.fd, uint32(w)) //nolint:gosec // as the kernel gave it
}

// close removes all watches and ends read.
func (i *instance) close() {
	i.closed.Store(true)
	_ = i.file.Close() // the kernel has nothing to say about it
}

// pending is how many events wait to be passed on, those in the kernel's queue as one.
func (i *instance) pending() int {
	n := int(i.unread.Load())
	if bytes, err := unix.IoctlGetInt(i.fd, unix.TIOCINQ); err == nil && bytes > 0 {
		n++
	}
	return n
}

// read passes on what the kernel tells until the instance is closed, nil then. fn must not wait for the manager.
func (i *instance) read(fn func(event)) error {
	raw, err := i.file.SyscallConn()
	for err == nil {
		var n int
		var failed error
		err = raw.Read(func(uintptr) bool {
			i.unread.Store(1) // before the queue is empty, so that nobody finds both so
			if n, failed = unix.Read(i.fd, i.buffer[:]); errors.Is(failed, unix.EAGAIN) {
				i.unread.Store(0)
				return false
			}
			return true
		})
		switch {
		case err != nil || errors.Is(failed, unix.EINTR):
		case failed != nil:
			err = os.NewSyscallError("read", failed)
		default:
			i.passOn(i.buffer[:n], fn)
		}
	}
	if i.closed.Load() {
		return nil
	}
	return err
}

// passOn takes events apart: of each its head, and a name with zeros behind it.
func (i *instance) passOn(events []byte, fn func(event)) {
	defer i.unread.Store(0)
	for len(events) >= unix.SizeofInotifyEvent {
		head := (*unix.InotifyEvent)(unsafe.Pointer(&events[0])) //nolint:gosec // the kernel aligns and fills it
		end := unix.SizeofInotifyEvent + int(head.Len)
		name, _, _ := bytes.Cut(events[unix.SizeofInotifyEvent:end], []byte{0})
		fn(event{watchID(head.Wd), head.Mask, string(name)})
		events = events[end:]
	}
}
