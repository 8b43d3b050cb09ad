package local

import (
	"slices"
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
		servers := []string{"sshfs", "rclone", "glusterfs", "curlftpfs", "s3fs", "davfs", "smbnetfs"}
		return traits{weak: true, remote: true, server: slices.Contains(servers, sub)}
	case "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "ncpfs", "coda", "lustre", "beegfs", "glusterfs",
		"orangefs",
		"virtiofs", "vboxsf", "prl_fs", "vmhgfs", "gpfs": // a host's directory; the source is its tag
		return traits{weak: true, remote: true, server: true}
	case "overlay":
		return traits{reborn: true} // a container's files
	case "gfs2", "ocfs2":
		return traits{remote: true} // a disk shared by machines: true inodes, other machines' changes
	}
	return traits{}
}

// typeNames are the types by their magic numbers, for a machine without /proc: those that traitsOf tells apart, and the
// most common.
var typeNames = map[uint32]string{
	unix.EXT4_SUPER_MAGIC:      "ext4",
	unix.XFS_SUPER_MAGIC:       "xfs",
	unix.BTRFS_SUPER_MAGIC:     "btrfs",
	unix.TMPFS_MAGIC:           "tmpfs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlay",
	unix.F2FS_SUPER_MAGIC:      "f2fs",
	0x2fc12fc1:                 "zfs",
	unix.MSDOS_SUPER_MAGIC:     "vfat",
	unix.EXFAT_SUPER_MAGIC:     "exfat",
	0x5346544e:                 "ntfs",
	0x7366746e:                 "ntfs", // ntfs3
	unix.FUSE_SUPER_MAGIC:      "fuse",
	unix.NFS_SUPER_MAGIC:       "nfs",
	unix.CIFS_SUPER_MAGIC:      "cifs",
	unix.SMB2_SUPER_MAGIC:      "cifs",
	unix.SMB_SUPER_MAGIC:       "cifs",
	unix.V9FS_MAGIC:            "9p",
	unix.CEPH_SUPER_MAGIC:      "ceph",
	unix.AFS_SUPER_MAGIC:       "afs",
	unix.AFS_FS_MAGIC:          "afs",
}
