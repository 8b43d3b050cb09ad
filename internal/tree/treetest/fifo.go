package treetest

import "golang.org/x/sys/unix"

// Mkfifo implements Writer.
func (d Directory) Mkfifo(path string) error { return unix.Mkfifo(d.at(path), 0o644) }
