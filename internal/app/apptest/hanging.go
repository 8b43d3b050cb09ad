package apptest

import (
	"sync/atomic"
	"testing"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// Hanging is a disk that can be made to hang, as one does whose controller resets or whose server is gone: a FUSE file
// system that shows another directory. Calls into it then wait in the kernel until it answers again.
type Hanging struct {
	fuse.RawFileSystem

	gate atomic.Pointer[chan struct{}] // open while it answers
}

// MountHanging mounts a disk that shows dir. It needs a namespace with Mounts.
func MountHanging(tb testing.TB, dir, at string) *Hanging {
	tb.Helper()
	h := &Hanging{RawFileSystem: shown(tb, dir)}
	open := make(chan struct{})
	close(open)
	h.gate.Store(&open)
	mountFUSE(tb, h, at, fuse.MountOptions{FsName: dir, Name: "hanging"}, h.Answer)
	return h
}

// Hang has every call wait from now on.
func (h *Hanging) Hang() {
	shut := make(chan struct{})
	h.gate.Store(&shut)
}

// Answer has the calls that wait, and all others, be answered.
func (h *Hanging) Answer() {
	open := make(chan struct{})
	close(open)
	if gate := *h.gate.Swap(&open); gate != nil {
		select {
		case <-gate: // it did not hang
		default:
			close(gate)
		}
	}
}

// wait ends when the disk answers, or the one who called is killed.
func (h *Hanging) wait(cancel <-chan struct{}) fuse.Status {
	select {
	case <-*h.gate.Load():
		return fuse.OK
	case <-cancel:
		return fuse.EINTR
	}
}

// Lookup implements fuse.RawFileSystem.
func (h *Hanging) Lookup(cancel <-chan struct{}, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	if s := h.wait(cancel); s != fuse.OK {
		return s
	}
	return h.RawFileSystem.Lookup(cancel, in, name, out)
}

// GetAttr implements fuse.RawFileSystem.
func (h *Hanging) GetAttr(cancel <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	if s := h.wait(cancel); s != fuse.OK {
		return s
	}
	return h.RawFileSystem.GetAttr(cancel, in, out)
}

// Open implements fuse.RawFileSystem.
func (h *Hanging) Open(cancel <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if s := h.wait(cancel); s != fuse.OK {
		return s
	}
	return h.RawFileSystem.Open(cancel, in, out)
}

// Read implements fuse.RawFileSystem.
func (h *Hanging) Read(cancel <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	if s := h.wait(cancel); s != fuse.OK {
		return nil, s
	}
	return h.RawFileSystem.Read(cancel, in, buf)
}

// OpenDir implements fuse.RawFileSystem.
func (h *Hanging) OpenDir(cancel <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if s := h.wait(cancel); s != fuse.OK {
		return s
	}
	return h.RawFileSystem.OpenDir(cancel, in, out)
}

// StatFs implements fuse.RawFileSystem.
func (h *Hanging) StatFs(cancel <-chan struct{}, in *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	if s := h.wait(cancel); s != fuse.OK {
		return s
	}
	return h.RawFileSystem.StatFs(cancel, in, out)
}
