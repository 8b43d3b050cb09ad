package local

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// mountOf tells the mount of an open file, of which st is the look. Linux before 6.8 uses the numbers of
// mounts again, at once: there the file system's own short id is added, which differs between two disks
// that take turns on one device and mount point.
func mountOf(fd int, st *unix.Statx_t) mountKey {
	k := keyOf(st)
	if st.Mask&unix.STATX_MNT_ID_UNIQUE == 0 {
		var stat unix.Statfs_t
		if unix.Fstatfs(fd, &stat) == nil {
			k.fsid = stat.Fsid
		}
	}
	return k
}

// nestedVolumes remembers the volumes that are not the root's own: mounts below it that the tree crosses
// into, and btrfs subvolumes.
type nestedVolumes struct {
	mu    sync.Mutex
	known map[mountKey]tree.Volume
}

// nestedLimit is how many are remembered. Remounting makes new ones; the old are dropped with all
// others when there are this many.
const nestedLimit = 256

func (n *nestedVolumes) get(k mountKey) (tree.Volume, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.known[k]
	return v, ok
}

func (n *nestedVolumes) put(k mountKey, v tree.Volume) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= nestedLimit {
		n.known = make(map[mountKey]tree.Volume)
	}
	n.known[k] = v
}

// volumeAt returns the volume of the open directory fd at dir, of which st is the look and p the proof of its root.
func (t *Tree) volumeAt(root int, p *proof, dir string, fd int, st *unix.Statx_t) (tree.Volume, error) {
	mount := mountOf(fd, st)
	if mount == p.mount {
		return p.volume, nil
	}
	if v, ok := t.nested.get(mount); ok {
		return v, nil
	}
	top, err := t.topOf(root, dir, fd, mount)
	if err != nil {
		return tree.Volume{}, err
	}
	v, err := volumeOf(fd, top)
	if err != nil {
		return tree.Volume{}, err
	}
	if !t.births.Load() { // nothing of this tree tells its birth
		v.Root.Birth, v.WeakIDs = 0, true
	}
	t.nested.put(mount, v)
	return v, nil
}

// Total implements tree.Tree.
func (t *Tree) Total(ctx context.Context, dir string) (int64, error) {
	return callOn(ctx, t, "measure the file system of", dir, func() (int64, error) { return t.total(dir) }, nil)
}

func (t *Tree) total(dir string) (int64, error) {
	root, p, err := t.openRoot()
	if err != nil {
		return 0, err
	}
	defer unix.Close(root)
	fd, err := t.openDir(root, dir)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	var st unix.Statx_t
	if err := statxFD(fd, t.mask, &st); err != nil {
		return 0, err
	}
	v, err := t.volumeAt(root, p, dir, fd, &st)
	if err != nil {
		return 0, err
	}
	if !v.Remote {
		return 0, nil
	}
	if v == p.volume {
		fd = root // a pool may say of each directory how large the disks are that have it
	}
	var fs unix.Statfs_t
	if _, err := again(func() (int, error) { return 0, unix.Fstatfs(fd, &fs) }); err != nil {
		return 0, err
	}
	unit := uint64(max(fs.Frsize, 0)) //nolint:gosec // of a block: some file systems leave it out
	if unit == 0 {
		unit = uint64(max(fs.Bsize, 0)) //nolint:gosec // as above
	}
	return int64(min(fs.Blocks, math.MaxInt64/max(unit, 1)) * unit), nil //nolint:gosec // bounded
}

// topOf returns the identity of the highest directory on the way to dir that is on dir's own mount.
func (t *Tree) topOf(root int, dir string, fd int, mount mountKey) (tree.FileID, error) {
	var st unix.Statx_t
	if err := statxFD(fd, t.mask, &st); err != nil {
		return tree.FileID{}, err
	}
	top := fileID(&st)
	for dir != "" {
		dir, _ = tree.Split(dir)
		above, err := t.openBeneath(root, dir, unix.O_PATH|unix.O_DIRECTORY)
		if err != nil {
			return tree.FileID{}, err
		}
		err = statxFD(above, t.mask, &st)
		same := err == nil && mountOf(above, &st) == mount
		unix.Close(above)
		if err != nil {
			return tree.FileID{}, err
		}
		if !same {
			break
		}
		top = fileID(&st)
	}
	return top, nil
}

// volumeOf establishes the volume of an open directory (O_PATH will do). top is the identity of the
// highest directory of the volume that the tree shows. Whatever fails on the way is an error: going on
// without it would name the same file system differently.
func volumeOf(fd int, top tree.FileID) (tree.Volume, error) {
	var stat unix.Statfs_t
	if _, err := again(func() (int, error) { return 0, unix.Fstatfs(fd, &stat) }); err != nil {
		return tree.Volume{}, err
	}
	mount, err := mountOfFD(fd)
	if err != nil {
		return tree.Volume{}, err
	}
	v := tree.Volume{Root: top, FSType: cmp.Or(typeNames[uint32(stat.Type)], "unknown")}
	if mount != nil {
		v.FSType = mount.FSType
	}
	t := traitsOf(v.FSType)
	v.Remote = t.remote
	v.WeakIDs = t.weak || t.reborn || top.Birth == 0
	id, err := filesystemUUID(fd, v.FSType)
	switch {
	case err != nil:
		return tree.Volume{}, err
	case id == "":
		v.ID, err = marker(fd, mount, top, v.FSType)
	case v.FSType == "btrfs":
		// All subvolumes share the UUID and count their inodes separately. The short id differs between
		// them, and is made from the UUID and the subvolume's number alone.
		v.ID = fmt.Sprintf("uuid:%s/%08x%08x", id, uint32(stat.Fsid.Val[0]), uint32(stat.Fsid.Val[1]))
	default:
		v.ID = "uuid:" + id
	}
	if t.reborn {
		v.Root.Birth = 0 // which is part of the ID all the same: the topmost directory is never copied
	}
	return v, err
}

// mountOfFD finds the mount of an open file in mountinfo; nil where /proc is not there or closed to this
// process (Landlock), or where a chroot hides the mount.
func mountOfFD(fd int) (*mountinfo.Info, error) {
	var st unix.Statx_t
	if err := statxFD(fd, unix.STATX_MNT_ID, &st); err != nil || st.Mask&unix.STATX_MNT_ID == 0 {
		return nil, err
	}
	found, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		is := uint64(m.ID) == st.Mnt_id
		return !is, is
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// marker names a file system without a UUID by the root directory of its mount, so that all roots on it
// agree, or by the highest that the tree shows where that cannot be looked at. Without birth times that
// is little (the root of every FUSE file system is inode 1), so the type and, where it names a server's
// export, the source are added.
func marker(fd int, mount *mountinfo.Info, top tree.FileID, fsType string) (string, error) {
	id, source := top, ""
	if mount != nil {
		source = mount.Source
		var here, point unix.Statx_t
		if err := statxFD(fd, entryMask, &here); err != nil {
			return "", err
		}
		switch err := statxAt(unix.AT_FDCWD, mount.Mountpoint, entryMask, &point); err {
		case nil:
			if !crosses(&here, &point) {
				id = fileID(&point)
			}
		case unix.ENOMEM:
			return "", err
		}
	}
	m := fmt.Sprintf("marker:%d.%d", id.Inode, id.Birth)
	if id.Birth == 0 {
		m += ":" + fsType
		if traitsOf(fsType).server {
			m += ":" + source
		}
	}
	return m, nil
}

// Requests of ioctl(2) that name a file system, from <linux/fs.h> and the file systems' own headers.
const (
	fsGetUUID       = 0x80111500 // FS_IOC_GETFSUUID, Linux 6.9: any file system that set one
	ext4GetUUID     = 0x8008662c // EXT4_IOC_GETFSUUID, Linux 6.0
	xfsGeometry     = 0x80705864 // XFS_IOC_FSGEOMETRY_V1
	btrfsFilesystem = 0x8400941f // BTRFS_IOC_FS_INFO
)

// filesystemUUID returns the UUID of the file system of an open directory, in the form that udev gives
// it under /dev/disk/by-uuid, or "". Which of the ways answers must make no difference: the next kernel
// may offer another. The file system's own comes first: ext4's UUID can be changed while it is mounted,
// as machine images do when they first start, and the general interface shows that after a remount only.
func filesystemUUID(fd int, fsType string) (string, error) {
	dir, err := again(func() (int, error) {
		return unix.Openat(fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return "", err
	}
	defer unix.Close(dir)
	for _, ask := range []func(int, string) []byte{ownUUID, kernelUUID} {
		if id := formatUUID(ask(dir, fsType)); id != "" {
			return id, nil
		}
	}
	return diskUUID(fd)
}

// formatUUID writes an id as udev does: UUIDs in groups of lower-case digits; the serial numbers of FAT (4
// bytes) and NTFS (8), which are little-endian, in upper case. An id of zeros is none.
func formatUUID(id []byte) string {
	if strings.Trim(string(id), "\x00") == "" {
		return ""
	}
	switch len(id) {
	case 16:
		h := hex.EncodeToString(id)
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	case 4:
		n := binary.LittleEndian.Uint32(id)
		return fmt.Sprintf("%04X-%04X", n>>16, n&0xffff)
	case 8:
		return fmt.Sprintf("%016X", binary.LittleEndian.Uint64(id))
	}
	return ""
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); e != 0 {
		return e
	}
	return nil
}

// kernelUUID asks the kernel's general interface.
func kernelUUID(dir int, _ string) []byte {
	var a struct {
		length uint8
		uuid   [16]byte
	}
	if ioctl(dir, fsGetUUID, unsafe.Pointer(&a)) != nil {
		return nil
	}
	return a.uuid[:min(int(a.length), len(a.uuid))]
}

// ownUUID asks the file systems that had an interface of their own before.
func ownUUID(dir int, fsType string) []byte {
	switch fsType {
	case "ext2", "ext3", "ext4":
		a := struct {
			length, flags uint32
			uuid          [16]byte
		}{length: 16}
		if ioctl(dir, ext4GetUUID, unsafe.Pointer(&a)) == nil {
			return a.uuid[:]
		}
	case "xfs":
		var a struct {
			_    [64]byte
			uuid [16]byte
			_    [32]byte
		}
		if ioctl(dir, xfsGeometry, unsafe.Pointer(&a)) == nil {
			return a.uuid[:]
		}
	case "btrfs":
		var a struct {
			_    [16]byte
			uuid [16]byte
			_    [992]byte
		}
		if ioctl(dir, btrfsFilesystem, unsafe.Pointer(&a)) == nil {
			return a.uuid[:]
		}
	}
	return nil
}

// diskUUID finds the block device under the file system among those that udev named by their UUID.
func diskUUID(fd int) (string, error) {
	const byUUID = "/dev/disk/by-uuid"
	var st unix.Statx_t
	if err := statxFD(fd, unix.STATX_TYPE, &st); err != nil {
		return "", err
	}
	links, err := os.ReadDir(byUUID)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, l := range links {
		var dev unix.Stat_t
		if unix.Stat(filepath.Join(byUUID, l.Name()), &dev) == nil &&
			dev.Rdev == unix.Mkdev(st.Dev_major, st.Dev_minor) {
			return l.Name(), nil
		}
	}
	return "", nil
}
