package local

import "golang.org/x/sys/unix"

// WithoutOpenat2 makes a tree of a kernel or a container that has no openat2.
func (t *Tree) WithoutOpenat2() { t.openat2 = false }

// OnOldKernel makes a tree of Linux 5.8 to 6.7, which use the numbers of mounts again.
func (t *Tree) OnOldKernel() { t.mask &^= unix.STATX_MNT_ID_UNIQUE }

// Stuck is how many abandoned calls wait in the operating system.
func (t *Tree) Stuck() int64 { return t.gate.stuck.Load() }

// Full says whether as many calls are under way as may be, abandoned ones among them.
func (t *Tree) Full() bool {
	if t.gate.turns.TryAcquire(1) {
		t.gate.turns.Release(1)
		return false
	}
	return true
}

// UUIDs are what the two ways to ask say of an open directory.
func UUIDs(dir int, fsType string) (general, own string) {
	return formatUUID(kernelUUID(dir, fsType)), formatUUID(ownUUID(dir, fsType))
}
