package filter

import (
	"errors"
	"math"
	"strings"
	"time"
)

// parseTime reads a moment, or a day, a month or a year, which is all of it.
func parseTime(value string, asClock bool) (Span, error) {
	value = strings.ReplaceAll(value, " ", "+") // as a query has the sign of a zone that was not encoded
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		if asClock {
			t = clockOf(t)
		}
		return Span{Nanoseconds(t), Nanoseconds(t)}, nil
	}
	if t, err := time.Parse("2006-01-02T15:04:05", value); err == nil && asClock {
		return Span{Nanoseconds(t), Nanoseconds(t)}, nil
	}
	for _, whole := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(whole.layout, value); err == nil {
			end := Nanoseconds(t.AddDate(whole.years, whole.months, whole.days))
			return Span{Nanoseconds(t), max(end-1, Nanoseconds(t))}, nil
		}
	}
	return Span{}, errors.New("write a time as 2026-11-27T18:30:00Z, a date as 2026-11-27 or a month as 2026-11")
}

// Since reads the beginning of what a text says in the way of a filter by time.
func Since(value string) (time.Time, error) {
	span, err := parseTime(value, false)
	return time.Unix(0, span.From), err
}

// Nanoseconds are a time's since 1970; beyond what they can count, the nearest that they can.
func Nanoseconds(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// clockOf is what the clock of a time's zone shows, as if it stood in Greenwich.
func clockOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// Clock reads when a picture was taken, by the clock of where it was.
func Clock(takenAt string) (ns int64, known bool) {
	if takenAt == "" { // of nearly all
		return 0, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, takenAt); err == nil {
			return Nanoseconds(clockOf(t)), true
		}
	}
	return 0, false
}
