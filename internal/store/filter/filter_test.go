package filter

import (
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestTextsCompareWithoutCaseAndDiacritics(t *testing.T) {
	for a, b := range map[string]string{"Motörhead": "MOTORHEAD", "Ærø": "aero", "Straße": "STRASSE", "Ёлкин": "елкин", "Łódź": "lodz", " x ": "X", "Don’t": "don't"} {
		if Fold(a) != Fold(b) {
			t.Errorf("%q is %q, %q is %q", a, Fold(a), b, Fold(b))
		}
	}
	if Fold("Rock") == Fold("Rock & Roll") {
		t.Error("a part is as good as the whole")
	}
}

func TestTimesAreWholeAndRangesClosed(t *testing.T) {
	at := func(text string) int64 {
		m, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return m.UnixNano()
	}
	for value, want := range map[string]Span{
		"2026-11-27":                {at("2026-11-27T00:00:00Z"), at("2026-11-27T23:59:59.999999999Z")},
		"2024-02":                   {at("2024-02-01T00:00:00Z"), at("2024-02-29T23:59:59.999999999Z")},
		"2024":                      {at("2024-01-01T00:00:00Z"), at("2024-12-31T23:59:59.999999999Z")},
		"2024-02..2024-03-01":       {at("2024-02-01T00:00:00Z"), at("2024-03-01T23:59:59.999999999Z")},
		"2024-02-01T10:00:00+02:00": {at("2024-02-01T08:00:00Z"), at("2024-02-01T08:00:00Z")},
		"2024-02-01T10:00:00 02:00": {at("2024-02-01T08:00:00Z"), at("2024-02-01T08:00:00Z")},
	} {
		if got, err := parseSpan(moment, value); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", value, got, err, want)
		}
	}
	if got, err := parseSpan(clock, "2024-02-01T10:00:00+02:00"); err != nil || got.From != at("2024-02-01T10:00:00Z") {
		t.Errorf("a camera's clock: %v, %v", got, err)
	}
	if s := Seconds(1.5); ToSeconds(s) != 1.5 || s >= Seconds(60) || Seconds(0) >= s {
		t.Error("seconds do not rise")
	}
}

func TestWhatCannotBeUnderstoodIsRefused(t *testing.T) {
	for _, query := range []string{"year=", "year=x", "year=2..1", "size=..", "duration=NaN", "added=2026-02-30", "hdr=yes", "has=all", "audio=klingonese",
		"ids=x", "ids=imdb:", "bbox=1,2,3", "bbox=0,10,0,-10", "bbox=0,0,200,0", "work=0", "fingerprint=12", "held=false", "not_year=y", "state=gone"} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(v, Items); !errors.Is(err, Err) {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestWhatIsUnknownPassesOnlyTheOpposite(t *testing.T) {
	for _, name := range Names(Items | Works) {
		value := map[string]string{"added": "2024", "modified": "2024", "taken": "2024", "updated": "2024", "hdr": "pq", "audio": "de", "subtitles": "de",
			"ids": "a:b", "has": "error", "bbox": "0,0,1,1", "fingerprint": "0123456789abcdef", "state": "present", "analysis": "done", "held": "true",
			"gaps": "true"}[trimmed(name)]
		if value == "" {
			value = "1"
		}
		set, err := Parse(url.Values{name: {value}}, Items|Works)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := set.Matches(&Facts{}), name != trimmed(name); got != want {
			t.Errorf("%s=%s: %v", name, value, got)
		}
	}
	names := Names(Items)
	if slices.Contains(names, "not_bbox") || slices.Contains(names, "gaps") || !slices.IsSorted(names) {
		t.Errorf("names %q", names)
	}
}

func trimmed(name string) string {
	if len(name) > 4 && name[:4] == negation {
		return name[4:]
	}
	return name
}
