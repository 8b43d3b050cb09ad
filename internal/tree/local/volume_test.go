package local

import "testing"

func TestTypesOfFileSystems(t *testing.T) {
	for name, want := range map[string]traits{
		"ext4": {}, "xfs": {}, "btrfs": {}, "zfs": {}, "tmpfs": {}, "overlay": {reborn: true}, "f2fs": {}, "bcachefs": {},
		"vfat": {weak: true}, "exfat": {weak: true}, "ntfs3": {weak: true},
		"fuseblk":       {weak: true},               // its block device is its own: every change has an event
		"fuse":          {weak: true, remote: true}, // anything
		"fuse.mergerfs": {weak: true, remote: true}, // its source changes when a branch is added
		"fuse.sshfs":    {weak: true, remote: true, server: true},
		"fuse.rclone":   {weak: true, remote: true, server: true},
		"nfs":           {weak: true, remote: true, server: true},
		"nfs4":          {weak: true, remote: true, server: true},
		"cifs":          {weak: true, remote: true, server: true},
		"smb3":          {weak: true, remote: true, server: true},
		"9p":            {weak: true, remote: true, server: true},
		"ceph":          {weak: true, remote: true, server: true},
		"afs":           {weak: true, remote: true, server: true},
		"virtiofs":      {weak: true, remote: true, server: true},
		"ocfs2":         {remote: true},
	} {
		if got := traitsOf(name); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// The forms are those of libblkid, by which udev names the links in /dev/disk/by-uuid.
func TestUUIDsAreWrittenAsUdevDoes(t *testing.T) {
	for _, c := range []struct {
		id   []byte
		want string
	}{
		{[]byte{0xcd, 0x60, 0x43, 0x9d, 0xb7, 0x1a, 0x4c, 0x80, 0xba, 7, 0x4c, 0xb3, 0x42, 0x87, 0x77, 0x16}, "cd60439d-b71a-4c80-ba07-4cb342877716"},
		{[]byte{0x34, 0x12, 0xcd, 0xab}, "ABCD-1234"},
		{[]byte{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}, "1122334455667788"},
		{make([]byte, 16), ""},
		{nil, ""},
		{[]byte{1, 2, 3}, ""},
	} {
		if got := formatUUID(c.id); got != c.want {
			t.Errorf("% x: %q, want %q", c.id, got, c.want)
		}
	}
}
