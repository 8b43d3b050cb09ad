package photo

import (
	"strings"
	"time"
)

// Time returns RFC 3339 for a date and time as EXIF ("2018:07:14 12:34:56"), XMP
// ("2018-07-14T12:34:56.42+02:00") and careless software write it, or "" for what is none. fraction
// (digits of a second) and zone ("+02:00", "Z") are used where the text has none of its own. Seconds
// that the text leaves out are zero; a text without a time gives "", see [Date].
func Time(text, fraction, zone string) string {
	text = strings.TrimSpace(text)
	if len(text) < len("2006-01-02 15:04") {
		return ""
	}
	day := Date(text)
	if len(day) < len("2006-01-02") || text[10] != ' ' && text[10] != 'T' {
		return ""
	}
	clock, rest := text[11:16], text[16:]
	seconds := ":00"
	if len(rest) >= 3 && rest[0] == ':' {
		seconds, rest = rest[:3], rest[3:]
	}
	if rest != "" && rest[0] == '.' {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		fraction, rest = rest[1:n], rest[n:]
	}
	at, err := time.Parse("2006-01-02T15:04:05", day+"T"+clock+seconds)
	if err != nil {
		return ""
	}
	if z := Zone(rest); z != "" {
		zone = z
	}
	out := at.Format("2006-01-02T15:04:05")
	if f := digits(fraction); strings.Trim(f, "0") != "" {
		out += "." + f
	}
	return out + Zone(zone)
}

// Date returns the date that text begins with as YYYY, YYYY-MM or YYYY-MM-DD, or "".
func Date(text string) string {
	text = strings.TrimSpace(text)
	if len(text) >= 10 {
		at, err := time.Parse("2006-01-02", text[:4]+"-"+text[5:7]+"-"+text[8:10])
		if err == nil && at.Year() > 0 && isSeparator(text[4]) && isSeparator(text[7]) {
			return at.Format("2006-01-02")
		}
	}
	if len(text) >= 8 {
		if at, err := time.Parse("20060102", text[:8]); err == nil && at.Year() > 0 {
			return at.Format("2006-01-02")
		}
	}
	if len(text) >= 7 && isSeparator(text[4]) {
		if at, err := time.Parse("2006-01", text[:4]+"-"+text[5:7]); err == nil && at.Year() > 0 {
			return at.Format("2006-01")
		}
	}
	if len(text) >= 4 && len(digits(text[:4])) == 4 && text[:4] != "0000" && (len(text) == 4 || !isDigit(text[4])) {
		return text[:4]
	}
	return ""
}

// Zone returns a zone as RFC 3339 has it ("Z", "+02:00") or "".
func Zone(text string) string {
	text = strings.TrimSpace(text)
	if text == "Z" || text == "z" {
		return "Z"
	}
	if len(text) == 5 && text[3] != ':' { // +0200
		text = text[:3] + ":" + text[3:]
	}
	if _, err := time.Parse("-07:00", text); err != nil {
		return ""
	}
	return text
}

func isSeparator(c byte) bool { return c == ':' || c == '-' || c == '/' || c == '.' }
func isDigit(c byte) bool     { return c >= '0' && c <= '9' }

// digits returns the digits that s begins with, at most nine.
func digits(s string) string {
	n := 0
	for n < len(s) && n < 9 && isDigit(s[n]) {
		n++
	}
	return s[:n]
}
