package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/catalogizer/catalogizerd/internal/store"
)

type versionCommand struct{}

// Run prints the versions.
func (versionCommand) Run(p *process) error {
	_, err := fmt.Fprintf(p.out, "catalogizerd %s\ncommit %s\n%s %s/%s\nSQLite %s\n", version, commitOf(),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, store.SQLiteVersion())
	return err
}

// commitOf is the linker's word, else what the build recorded.
func commitOf() string {
	if commit != "" {
		return commit
	}
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
