package config

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Hours are hours of the day by the local clock, from one time up to before another, which may be of the next day. The
// zero value is all of the day.
type Hours struct{ from, to time.Duration } // since midnight, by the clock on the wall

// shortestHours is enough for whatever is due to be begun, as seldom as it is looked whether something is.
const shortestHours = 30 * time.Minute

var errHours = errors.New(`wants hours of the day by the local clock, half an hour at least, such as "02:00-06:00" ` +
	`or "22:30-05:00", or "" for any time`)

// parseHours reads "02:00-06:00"; "" is all of the day.
func parseHours(text string) (h Hours, err error) {
	if text == "" {
		return h, nil
	}
	from, to, ok := strings.Cut(text, "-")
	if h.from, err = parseClock(from); ok && err == nil {
		h.to, err = parseClock(to)
	}
	if !ok || err != nil || h.length() < shortestHours {
		return Hours{}, fmt.Errorf("%w, not %q", errHours, text)
	}
	return h, nil
}

// Within are the hours in which scanner.window lets what is due begin. The configuration is valid.
func (s *Scanner) Within() Hours {
	h, _ := parseHours(s.Window)
	return h
}

func parseClock(text string) (time.Duration, error) {
	at, err := time.Parse("15:04", strings.TrimSpace(text))
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, err
}

// length is how long they last on a day without a change of the clock.
func (h Hours) length() time.Duration {
	if h.to > h.from {
		return h.to - h.from
	}
	return h.to - h.from + 24*time.Hour
}

// Next is the first time from t on that is within the hours: t itself, or when they begin next. It counts as t does, so
// that a clock which is set meanwhile does not move it.
func (h Hours) Next(t time.Time) time.Time {
	if h == (Hours{}) {
		return t
	}
	year, month, day := t.Date()
	for d := day - 1; ; d++ { // they may have begun yesterday
		opens := earliest(onWall(year, month, d, h.from, t.Location()))
		end := d
		if h.to <= h.from {
			end++
		}
		closes := onWall(year, month, end, h.to, t.Location())
		if !closes.After(opens) { // the clock is put forward over all of them
			closes = opens.Add(h.length())
		}
		if t.Before(closes) {
			return t.Add(max(0, opens.Sub(t)))
		}
	}
}

// onWall is when a clock on the wall shows a time of a day. Where it is put forward over that time it is when that is
// done; where it is put back it may be either of two.
func onWall(year int, month time.Month, day int, clock time.Duration, at *time.Location) time.Time {
	hour, minute := int(clock/time.Hour), int(clock%time.Hour/time.Minute)
	t := time.Date(year, month, day, hour, minute, 0, 0, at)
	_, east := t.Zone()
	begins, ends := t.ZoneBounds()
	asked := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	switch shows := t.UTC().Add(time.Duration(east) * time.Second); {
	case shows.After(asked):
		return begins
	case shows.Before(asked):
		return ends
	}
	return latest(t)
}

// twice gives the other time at which the wall shows what it does at t, where its clock is put back; t elsewhere.
func twice(t time.Time, by time.Duration) time.Time {
	if o := t.Add(by); o.Hour() == t.Hour() && o.Minute() == t.Minute() {
		return o
	}
	return t
}

func earliest(t time.Time) time.Time { return twice(twice(t, -time.Hour), -30*time.Minute) }
func latest(t time.Time) time.Time   { return twice(twice(t, time.Hour), 30*time.Minute) }
