package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
	"github.com/catalogizer/catalogizerd/internal/store"
)

type versionCommand struct{}

// versionFlag is --version.
type versionFlag bool

// BeforeReset prints the versions in the place of a command.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	if err := printVersions(app.Stdout); err != nil {
		return err
	}
	app.Exit(exitDone)
	return nil
}

// Run prints the versions.
func (versionCommand) Run(p *process) error { return printVersions(p.out) }

func printVersions(out io.Writer) error {
	_, err := fmt.Fprintf(out, "catalogizerd %s\ncommit %s\n%s %s/%s\nSQLite %s\n", version, commitOf(),
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
