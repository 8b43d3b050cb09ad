package tree

// WithoutOpenat2 makes a tree of a kernel or a container that has no openat2.
func (t *Local) WithoutOpenat2() { t.openat2 = false }
