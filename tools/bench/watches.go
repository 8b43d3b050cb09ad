package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

const watchLimit = "/proc/sys/fs/inotify/max_user_watches"

// raiseWatches raises the kernel's limit of watches until what it returns is called. Where that is not allowed, daemons
// poll what is above it, and that is said.
func (b *bench) raiseWatches(to int) (restore func() error, err error) {
	none := func() error { return nil }
	before, err := os.ReadFile(watchLimit)
	if err != nil {
		return none, err
	}
	limit, err := strconv.Atoi(string(bytes.TrimSpace(before)))
	if err != nil || limit >= to {
		return none, err
	}
	err = os.WriteFile(watchLimit, []byte(strconv.Itoa(to)), 0o644)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		fmt.Fprintf(b.out, "%d watches are allowed here and %s cannot be raised: others are polled\n", limit,
			watchLimit)
		return none, nil
	}
	return func() error { return os.WriteFile(watchLimit, before, 0o644) }, err
}
