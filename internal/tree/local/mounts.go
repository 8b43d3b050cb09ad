package local

import (
	"context"
	"fmt"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// Mount is one mounted file system of this process's mount namespace.
type Mount struct {
	ID     int    // unique while it is mounted; another one after every mount
	Point  string // absolute path
	FSType string
	Source string // device, server's export, or a word
	Root   string // the directory of the file system that is mounted; "/" but for bind mounts and subvolumes
}

// Mounts are those that concern one directory.
type Mounts struct {
	Dir   string  // without symbolic links
	Own   Mount   // that it is on
	Below []Mount // in the order in which they were mounted
}

// MountsAt returns the mount that a directory is on and those below it. The path must hold no symbolic links. It reads
// the kernel's table alone, and waits for no disk.
func MountsAt(dir string) (Mounts, error) {
	at := Mounts{Dir: dir}
	found, err := mountinfo.GetMounts(nil)
	if err != nil {
		return at, fmt.Errorf("find mounts at %s: %w", dir, err)
	}
	for _, m := range found {
		switch {
		case isBelow(dir, m.Mountpoint):
			if len(m.Mountpoint) >= len(at.Own.Point) { // of two at one point the later hides the other
				at.Own = asMount(m)
			}
		case isBelow(m.Mountpoint, dir):
			at.Below = append(at.Below, asMount(m))
		}
	}
	return at, nil
}

func asMount(m *mountinfo.Info) Mount {
	return Mount{ID: m.ID, Point: m.Mountpoint, FSType: m.FSType, Source: m.Source, Root: m.Root}
}

// WatchMounts calls changed once when it watches, and again after every change of the mounts that this
// process sees (changes in quick succession may share a call), until ctx ends; it then returns the
// context's error. What is read in changed is thus never older than the last change. It holds one thread.
func WatchMounts(ctx context.Context, changed func()) error {
	// proc_pid_mountinfo(5): after a change the open file polls as POLLERR and POLLPRI, once.
	mounts, err := unix.Open("/proc/self/mountinfo", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("watch mounts: %w", err)
	}
	defer unix.Close(mounts)
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return fmt.Errorf("watch mounts: %w", err)
	}
	defer unix.Close(wake)
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		one := [8]byte{1, 1, 1, 1, 1, 1, 1, 1} // any number but 0, in either byte order
		_, _ = unix.Write(wake, one[:])        // cannot fail: the counter is far from full
	})
	defer func() {
		if !stop() {
			<-woken // before the descriptor is closed
		}
	}()
	changed()
	for ctx.Err() == nil {
		fds := []unix.PollFd{{Fd: int32(mounts), Events: unix.POLLPRI}, {Fd: int32(wake), Events: unix.POLLIN}}
		if _, err := again(func() (int, error) { return unix.Poll(fds, -1) }); err != nil {
			return fmt.Errorf("watch mounts: %w", err)
		}
		if ctx.Err() == nil && fds[0].Revents&(unix.POLLPRI|unix.POLLERR) != 0 {
			changed()
		}
	}
	return ctx.Err()
}
