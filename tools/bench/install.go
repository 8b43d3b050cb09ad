package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// install has a copy of the program measured, as it is on the machines of those who install it. The linker writes its
// output through a mapping, which some kernels cache in pieces of 2 MiB: of each, all is in memory as soon as anything
// is, some 5 MiB of code that nobody runs. It returns what removes the copy.
func (b *bench) install() (remove func() error, err error) {
	from, err := os.Open(b.binary)
	if err != nil {
		return nil, fmt.Errorf("open the program to measure: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return nil, err
	}
	to, err := os.CreateTemp(b.dir, "catalogizerd")
	if err != nil {
		return nil, err
	}
	b.binary = to.Name()
	_, err = io.Copy(to, from)
	err = errors.Join(err, to.Chmod(0o755), to.Close())
	return func() error { return os.Remove(b.binary) }, err
}
