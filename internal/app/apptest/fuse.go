package apptest

import (
	"os"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// shown is a file system that shows a directory of the machine. Nothing is remembered: each call asks.
func shown(tb testing.TB, dir string) fuse.RawFileSystem {
	tb.Helper()
	root, err := fs.NewLoopbackRoot(dir)
	if err != nil {
		tb.Fatal(err)
	}
	return fs.NewNodeFS(root, &fs.Options{})
}

// mountFUSE mounts a file system at a directory, which it makes, until the test is over; answer has it answer well again,
// so that it can be unmounted. It needs a namespace with Mounts.
func mountFUSE(tb testing.TB, files fuse.RawFileSystem, at string, o fuse.MountOptions, answer func()) {
	tb.Helper()
	if err := os.MkdirAll(at, 0o755); err != nil {
		tb.Fatal(err)
	}
	o.DirectMountStrict = true
	server, err := fuse.NewServer(files, at, &o)
	if err != nil {
		tb.Fatalf("mount a FUSE file system: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		server.Serve()
		close(ended)
	}()
	tb.Cleanup(func() {
		answer()
		if err := server.Unmount(); err != nil {
			tb.Errorf("unmount: %v", err)
		}
		<-ended
	})
	if err := server.WaitMount(); err != nil {
		tb.Fatalf("mount a FUSE file system: %v", err)
	}
}
