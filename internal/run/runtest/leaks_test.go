package runtest

import (
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

func TestAGoroutineThatEndsLateIsNoLeak(t *testing.T) {
	go time.Sleep(2 * time.Second)
	if err := leaks(patience); err != nil {
		t.Error(err)
	}
}

func TestAGoroutineThatDoesNotEndIsNamed(t *testing.T) {
	end := make(chan bool)
	defer close(end)
	go waits(end)
	if err := leaks(0); err == nil || !strings.Contains(err.Error(), "runtest.waits") {
		t.Errorf("%v, want the one that waits", err)
	}
}

func waits(end <-chan bool) { <-end }
