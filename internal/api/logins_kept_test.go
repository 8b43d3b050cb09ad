package api

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A restart forgets no code that was used, and remembers none whose time is over.
func TestUsedLoginCodesAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "logins.used")
	soon, over := time.Now().Add(time.Hour).Unix(), time.Now().Add(-time.Second).Unix()
	l := &logins{file: file}
	if err := errors.Join(l.use("one", soon), l.use("two", soon), l.use("old", over)); err != nil {
		t.Fatal(err)
	}
	restarted := &logins{file: file}
	if err := restarted.use("two", soon); !errors.Is(err, errUsed) {
		t.Errorf("after a restart: %v, want it used", err)
	}
	if err := restarted.use("three", soon); err != nil {
		t.Error(err)
	}
	if _, known := restarted.used["old"]; known {
		t.Error("a code is kept whose time is over")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others can read it", info, err)
	}
	if err := os.WriteFile(file, []byte("1 gone\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&logins{file: file}).use("four", soon); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "gone") {
		t.Errorf("%q, %v: the file grows for ever", text, err)
	}
}

// What a full disk has left of one code makes none behind it good again.
func TestACodeBehindOneThatWasCutIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "logins.used")
	soon := time.Now().Add(time.Hour).Unix()
	if err := os.WriteFile(file, fmt.Appendf(nil, "%d hal", soon), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&logins{file: file}).use("one", soon); err != nil {
		t.Fatal(err)
	}
	if err := (&logins{file: file}).use("one", soon); !errors.Is(err, errUsed) {
		t.Errorf("after a restart: %v, want it used", err)
	}
}

// What cannot be noted lets nobody in: it would do so again after a restart.
func TestALoginThatCannotBeNotedIsNone(t *testing.T) {
	l := &logins{file: filepath.Join(t.TempDir(), "away", "logins.used")}
	soon := time.Now().Add(time.Hour).Unix()
	for range 2 { // and is not used up by that
		if err := l.use("one", soon); err == nil || errors.Is(err, errUsed) {
			t.Errorf("%v, want that it cannot be kept", err)
		}
	}
}

func TestACodeIsUsedOnceHoweverManyBringIt(t *testing.T) {
	l := &logins{file: filepath.Join(t.TempDir(), "logins.used")}
	soon := time.Now().Add(time.Hour).Unix()
	var in atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if l.use("one", soon) == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 {
		t.Errorf("%d are let in by one code, want 1", in.Load())
	}
}
