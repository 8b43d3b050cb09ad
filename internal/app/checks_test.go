package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/config"
)

func TestTheCatalogIsCheckedOnceAWeekWhenThereIsNothingElseToDo(t *testing.T) {
	start := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	var last time.Time
	at, idle, checked, broken := start, false, 0, error(nil)
	c := &checks{
		last: func() time.Time { return last }, now: func() time.Time { return at }, idle: func() bool { return idle },
		opens:  func(t time.Time) time.Time { return t },
		keep:   func(_ context.Context, t time.Time) error { last = t; return nil },
		forget: func(time.Time) ([]string, error) { return nil, nil },
		check:  func(context.Context) error { checked++; return broken },
		log:    zaptest.NewLogger(t),
	}
	for i, step := range []struct {
		after  time.Duration
		idle   bool
		broken error
		want   int
	}{
		{0, false, nil, 0},                                 // never checked, but busy
		{time.Hour, true, nil, 1},                          // idle
		{6 * 24 * time.Hour, true, nil, 1},                 // within the week
		{25 * time.Hour, false, nil, 1},                    // due, but busy
		{time.Hour, true, errors.New("page 3 is lost"), 2}, // due
		{time.Hour, true, nil, 3},                          // what was not sound is not taken for checked
		{-30 * 24 * time.Hour, true, nil, 4},               // the clock was ahead
		{7*24*time.Hour - time.Second, true, nil, 4},
		{time.Second, true, nil, 5},
	} {
		at, idle, broken = at.Add(step.after), step.idle, step.broken
		if c.turn(t.Context()); checked != step.want {
			t.Errorf("step %d: checked %d times, want %d", i, checked, step.want)
		}
	}
}

func TestTheCatalogIsCheckedWithinTheWindow(t *testing.T) {
	at := time.Date(2026, 11, 29, 1, 0, 0, 0, time.UTC)
	var last time.Time
	cfg := config.Default()
	cfg.Scanner.Window = "02:00-06:00"
	hours := cfg.Scanner.Within()
	c := &checks{
		last: func() time.Time { return last }, now: func() time.Time { return at }, idle: func() bool { return true },
		opens: hours.Next, keep: func(_ context.Context, t time.Time) error { last = t; return nil },
		forget: func(time.Time) ([]string, error) { return nil, nil },
		check:  func(context.Context) error { return nil }, log: zaptest.NewLogger(t),
	}
	for range 30 * 24 * 6 { // a month
		at = at.Add(checkTurn)
		was := last
		if c.turn(t.Context()); !last.Equal(was) && (at.Hour() < 2 || at.Hour() >= 6) {
			t.Errorf("checked at %v", at)
		}
	}
	if since := at.Sub(last); since > 8*24*time.Hour {
		t.Errorf("the last check was %v ago", since)
	}
}
