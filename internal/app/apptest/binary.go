package apptest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
)

// BinaryVar names the environment variable that holds the binary's path. Where it is set nothing is built:
// the processes that a test starts inherit it.
const BinaryVar = "APPTEST_BINARY"

const mainPackage = "github.com/catalogizer/catalogizerd/cmd/catalogizerd"

// Main builds the binary, runs the tests, then what ends what all of them used, and returns their exit code. Goroutines
// that they leave behind are a failure.
func Main(m *testing.M, ends ...func()) int {
	if os.Getenv(BinaryVar) == "" {
		dir, err := os.MkdirTemp("", "catalogizerd-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "make a directory for the binary:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		if err := build(filepath.Join(dir, "catalogizerd")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	code := m.Run()
	for _, end := range ends {
		end()
	}
	if err := runtest.Leaks(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// build builds the binary, with the race detector where the tests have it.
func build(path string) error {
	args := []string{"build", "-tags", "sqlite_fts5", "-o", path}
	if RaceEnabled {
		args = append(args, "-race")
	}
	cmd := exec.CommandContext(context.Background(), "go", append(args, mainPackage)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the daemon: %w\n%s", err, out)
	}
	return os.Setenv(BinaryVar, path)
}
