package config

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestHoursAreReadAndWrongOnesToldOf(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"02:00-06:00": 4 * time.Hour, "22:30-05:00": 6*time.Hour + 30*time.Minute,
		"0:15-00:45": 30 * time.Minute, "23:30 - 00:00": 30 * time.Minute,
	} {
		if h, err := parseHours(text); err != nil || h.length() != want {
			t.Errorf("%q: %v, %v", text, h.length(), err)
		}
	}
	for _, text := range []string{
		"2-6", "02:00", "02:00-", "02:00-24:00", "25:00-03:00", "02:00-02:20", "02:00–06:00", "night", "-",
	} {
		if _, err := parseHours(text); err == nil {
			t.Errorf("%q is taken for hours", text)
		}
	}
}

func TestTheNextTimeWithinHours(t *testing.T) {
	for _, c := range []struct{ zone, hours, at, want string }{
		{"UTC", "", "2026-11-29 12:34", "2026-11-29T12:34:00Z"},
		{"UTC", "02:00-06:00", "2026-11-29 01:59", "2026-11-29T02:00:00Z"},
		{"UTC", "02:00-06:00", "2026-11-29 02:00", "2026-11-29T02:00:00Z"},
		{"UTC", "02:00-06:00", "2026-11-29 05:59", "2026-11-29T05:59:00Z"},
		{"UTC", "02:00-06:00", "2026-11-29 06:00", "2026-11-30T02:00:00Z"},
		{"UTC", "02:00-06:00", "2026-12-31 23:00", "2027-01-01T02:00:00Z"},
		{"UTC", "22:00-03:00", "2026-11-29 21:00", "2026-11-29T22:00:00Z"},
		{"UTC", "22:00-03:00", "2026-11-29 23:30", "2026-11-29T23:30:00Z"},
		{"UTC", "22:00-03:00", "2026-11-29 02:59", "2026-11-29T02:59:00Z"},
		{"UTC", "22:00-03:00", "2026-11-29 03:00", "2026-11-29T22:00:00Z"},
		{"UTC", "22:00-00:00", "2026-11-29 00:00", "2026-11-29T22:00:00Z"},
		// Berlin puts its clock forward at 02:00 of 29 March 2026, to 03:00, and back at 03:00 of 25 October, to 02:00.
		{"Europe/Berlin", "02:00-06:00", "2026-03-29 01:00", "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", "02:15-02:45", "2026-03-29 01:00", "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", "01:00-02:30", "2026-03-29 03:10", "2026-03-30T01:00:00+02:00"},
		{"Europe/Berlin", "02:30-06:00", "2026-10-25 01:00", "2026-10-25T02:30:00+02:00"},
		{"Europe/Berlin", "22:00-02:30", "2026-10-25 01:00", "2026-10-25T01:00:00+02:00"},
		// Lord Howe Island puts its own forward by half an hour.
		{"Australia/Lord_Howe", "02:00-06:00", "2026-10-04 01:30", "2026-10-04T02:30:00+11:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		h, err := parseHours(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Next(at).Format(time.RFC3339); got != c.want {
			t.Errorf("%s within %q from %s: %s, want %s", c.zone, c.hours, c.at, got, c.want)
		}
	}
}

// Over all of a year, in zones of every kind: hours come each day, none is missed, and what is given lies within them.
func TestHoursComeEveryDayOfAYear(t *testing.T) {
	for _, name := range []string{
		"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago",
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"02:00-06:00", "23:45-00:30", "02:10-02:50", "00:00-01:00"} {
			h, err := parseHours(text)
			if err != nil {
				t.Fatal(err)
			}
			at, days := time.Date(2026, 1, 1, 12, 0, 0, 0, zone), 0
			for end := at.AddDate(1, 0, 0); at.Before(end); days++ {
				next := h.Next(at)
				if !h.Next(next).Equal(next) || next.Sub(at) > 25*time.Hour {
					t.Fatalf("%s, %s: after %v comes %v", name, text, at, next)
				}
				at = next.Add(h.length() + 2*time.Hour)
			}
			if days < 364 || days > 366 {
				t.Errorf("%s, %s: they came %d times in a year", name, text, days)
			}
		}
	}
}
