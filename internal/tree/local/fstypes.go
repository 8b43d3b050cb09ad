package local

import (
	"strings"

	"golang.org/x/sys/unix"
)

// traits are what is known of a type of file system.
type traits struct {
	// weak: its inode numbers may be used again or made up at each mount.
	weak bool
	// remote: others change it without an event here.
	remote bool
	// server: its source names a server's export, and so stays the same.
	server bool
	// reborn: a file is copied when it is first changed or renamed, and has another time of birth from then on.
	reborn bool
}

// traitsOf judges a type by its name in mountinfo.
//
// FUSE is taken to be remote, since anything may stand behind it (sshfs, rclone, or mergerfs, whose
// branches can be written to directly), but for fuseblk (ntfs-3g, exfat-fuse): that owns its block device,
// so every change goes through the mount and has its event. Overlays are local: writing to their layers
// from outside is undefined anyway. Their inode numbers outlast the copy where all layers are on one file
// system, or with xino=on (Documentation/filesystems/overlayfs.rst, "Inode properties").
func traitsOf(fsType string) traits {
	name, sub, _ := strings.Cut(fsType, ".")
	switch name {
	case "vfat", "msdos", "fat", "exfat", "ntfs", "ntfs3", "hfs", "fuseblk":
		return traits{weak: true}
	case "fuse":
		switch sub {
		case "sshfs", "rclone", "glusterfs", "curlftpfs", "s3fs", "davfs", "smbnetfs":
			return traits{weak: true, remote: true, server: true}
		}
		return traits{weak: true, remote: true}
	case "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "ncpfs", "coda", "lustre", "beegfs", "glusterfs",
		"orangefs":
		return traits{weak: true, remote: true, server: true}
	case "virtiofs", "vboxsf", "prl_fs", "vmhgfs", "gpfs":
		return traits{weak: true, remote: true, server: true} // a host's directory; the source is its tag
	case "overlay":
		return traits{reborn: true} // a container's files
	case "gfs2", "ocfs2":
		return traits{remote: true} // a disk shared by machines: true inodes, other machines' changes
	}
	return traits{}
}

// typeName names a type by its magic number, for a machine without /proc. It knows those that traitsOf
// tells apart, and the most common.
func typeName(magic int64) string {
	switch uint32(magic) {
	case unix.EXT4_SUPER_MAGIC:
		return "ext4"
	case unix.XFS_SUPER_MAGIC:
		return "xfs"
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs"
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay"
	case unix.F2FS_SUPER_MAGIC:
		return "f2fs"
	case 0x2fc12fc1:
		return "zfs"
	case unix.MSDOS_SUPER_MAGIC:
		return "vfat"
	case unix.EXFAT_SUPER_MAGIC:
		return "exfat"
	case 0x5346544e, 0x7366746e:
		return "ntfs"
	case unix.FUSE_SUPER_MAGIC:
		return "fuse"
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.SMB_SUPER_MAGIC:
		return "cifs"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs"
	}
	return "unknown"
}
