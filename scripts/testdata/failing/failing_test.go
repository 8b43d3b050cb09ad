// Package failing has tests that fail in each way that a gate must tell from the others.
package failing

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPasses(*testing.T) {}

func TestAlways(t *testing.T) { t.Error("every run") }

func TestOnce(t *testing.T) {
	t.Run("below", func(t *testing.T) { failIn(t, "TestOnce", 1) })
}

func TestOnceToo(t *testing.T)  { failIn(t, t.Name(), 1) }
func TestOnceMore(t *testing.T) { failIn(t, t.Name(), 1) }
func TestSeldom(t *testing.T)   { failIn(t, t.Name(), 1, 6) } // the last of five repetitions

func TestSkippedLater(t *testing.T) {
	if failIn(t, t.Name(), 1) == 6 {
		t.Skip("in the last of five repetitions")
	}
}

func TestRaces(t *testing.T) {
	var n int
	done := make(chan bool)
	go func() { n++; close(done) }()
	n++
	<-done
	failIn(t, t.Name(), 1)
}

func TestPanics(t *testing.T) {
	if first(t) {
		panic("the first run")
	}
}

func TestExits(t *testing.T) {
	if first(t) {
		os.Exit(1)
	}
}

func TestLeaks(t *testing.T) {
	if first(t) {
		go func() { select {} }()
	}
}

func TestHangs(t *testing.T) {
	if first(t) {
		time.Sleep(time.Hour)
	}
}

func first(t *testing.T) bool { return failIn(t, t.Name()) == 1 }

// failIn has the test fail in some of its runs, and returns which run this is. A file counts them.
func failIn(t *testing.T, name string, runs ...int) int {
	path := filepath.Join(os.Getenv("RUNS"), name)
	before, _ := os.ReadFile(path)
	if err := os.WriteFile(path, append(before, '.'), 0o600); err != nil {
		panic(err)
	}
	n := len(before) + 1
	for _, fails := range runs {
		if n == fails {
			t.Errorf("fails in run %d", n)
		}
	}
	return n
}
