package tags

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// NumberOf reads the decimal number at the start of s. ok is false where there is none, or where it
// is longer than six digits (no track, disc or season is).
func NumberOf(s string) (n int, ok bool) {
	s = strings.TrimLeft(s, " #")
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 || i > 6 {
		return 0, false
	}
	n, _ = strconv.Atoi(s[:i])
	return n, true
}

// numberPair reads "3", "3/12" and "3 of 12". What is not there is 0.
func numberPair(s string) (n, total int) {
	n, _ = NumberOf(s)
	i := strings.IndexByte(s, '/')
	skip := 1
	if i < 0 {
		i, skip = strings.Index(s, " of "), 4
	}
	if i >= 0 {
		total, _ = NumberOf(s[i+skip:])
	}
	return n, total
}

// dateOf brings a date to YYYY, YYYY-MM or YYYY-MM-DD: as much of it as is there and makes sense. It
// reads ISO 8601 with or without a time, its basic form, EXIF's colons, and years beside other text
// ("c. 1969", "1969; remastered"). Day and month of "01/02/2003" are ambiguous and left out; "01.02.2003" is a day
// first.
func dateOf(s string) string {
	at := yearIn(s)
	if at < 0 {
		return ""
	}
	year, rest := s[at:at+4], s[at+4:]
	if year < "1000" {
		return ""
	}
	if at == 0 {
		month, day := monthAndDay(rest)
		return dateString(year, month, day)
	}
	var d, m int
	if n, err := fmt.Sscanf(s[:at], "%2d.%2d.", &d, &m); n == 2 && err == nil {
		return dateString(year, m, d)
	}
	return year
}

// yearIn returns where in s the first run of digits stands that can begin with a year: four of them,
// or eight (YYYYMMDD), or six at the very start (YYYYMM). It returns -1 where there is none.
func yearIn(s string) int {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		if n := j - i; n == 4 || n == 8 || n == 6 && i == 0 {
			return i
		}
		i = max(j, i+1)
	}
	return -1
}

// monthAndDay reads what follows a year: "-05-04T…", ":05:04", "/5", "0504". A time of day is neither.
func monthAndDay(s string) (month, day int) {
	month, rest := upToTwoDigits(s)
	if month == 0 {
		return 0, 0
	}
	day, _ = upToTwoDigits(rest)
	return month, day
}

func upToTwoDigits(s string) (int, string) {
	if s != "" && strings.IndexByte("-/:.", s[0]) >= 0 {
		s = s[1:]
	}
	n, i := 0, 0
	for i < len(s) && i < 2 && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:]
}

func dateString(year string, month, day int) string {
	switch {
	case month < 1 || month > 12:
		return year
	case day < 1 || day > 31:
		return fmt.Sprintf("%s-%02d", year, month)
	}
	return fmt.Sprintf("%s-%02d-%02d", year, month, day)
}

// yearOf returns the year of a date that dateOf returned, or 0.
func yearOf(date string) int {
	if len(date) < 4 {
		return 0
	}
	y, _ := strconv.Atoi(date[:4])
	return y
}

// decibels reads a ReplayGain value: "-7.89 dB", "+1,2dB", "3".
func decibels(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if n := len(s); n >= 2 && strings.EqualFold(s[n-2:], "db") {
		s = strings.TrimSpace(s[:n-2])
	}
	if s == "" { // as of nearly all files, each with an error to make
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsNaN(v) || v < -200 || v > 200 {
		return 0, false
	}
	return v, true
}

// q78Decibels reads the gain of an Opus file, in 1/256 dB against -23 LUFS (RFC 7845, 5.2.1; EBU
// R 128), and gives it against ReplayGain's -18 LUFS.
func q78Decibels(s string) (float64, bool) {
	if s == "" { // of nearly all
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 16)
	if err != nil {
		return 0, false
	}
	return float64(n)/256 + 5, true
}

// truth reads a flag: "1", "true", "yes".
func truth(s string) bool {
	switch strings.ToLower(s) {
	case "1", "true", "yes", "t", "y":
		return true
	}
	return false
}

// formatDecibels writes a gain that a binary field holds as the tags write it.
func formatDecibels(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
