package tree

// WithoutOpenat2 makes a tree of a kernel or a container that has no openat2.
func (t *Local) WithoutOpenat2() { t.openat2 = false }

// UUIDs are what the two ways to ask say of an open directory.
func UUIDs(dir int, fsType string) (general, own string) {
	return formatUUID(kernelUUID(dir, fsType)), formatUUID(ownUUID(dir, fsType))
}
