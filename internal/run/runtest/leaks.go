package runtest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is for how long goroutines may take to end that are about to: no busy machine takes as long.
const patience = time.Minute

// Main runs a package's tests and ends the process. Goroutines that they leave behind are a failure.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := Leaks(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// Leaks waits until no goroutine is left that somebody started, for a minute at most, and says which do not end. What a
// server's or a connection's end brings about comes later than that end, and on a busy machine by more than goleak's
// own patience of half a second.
func Leaks() error { return leaks(patience) }

func leaks(patience time.Duration) error {
	for end := time.Now().Add(patience); ; {
		err := goleak.Find()
		if err == nil || time.Now().After(end) {
			return err
		}
	}
}
