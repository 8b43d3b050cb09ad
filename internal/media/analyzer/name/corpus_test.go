package name_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

// corpora is where the labelled names of other parsers' test suites lie, if this checkout has them beside it. They are
// not ours to give away; testdata/names.jsonl is, and TestOwnNames needs nothing else.
const corpora = "../../../../../shared/names/open"

// row is one labelled name.
type row struct {
	ID     string                     `json:"id"`
	Input  *string                    `json:"input"`
	Expect map[string]json.RawMessage `json:"expect"`
}

func readCorpus(tb testing.TB, file string) []row {
	tb.Helper()
	f, err := os.Open(filepath.Join(corpora, file+".jsonl"))
	if err != nil {
		tb.Skipf("the suites of other parsers are not beside this checkout: %v", err)
	}
	defer f.Close()
	var rows []row
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	return rows
}

var (
	videoCorpora  = []string{"guessit", "sonarr", "radarr", "jellyfin", "ptt", "ptn", "rls"}
	beyondCorpora = []string{"lidarr", "tracks", "photos", "rls_other", "jellyfin_books", "jellyfin_extras", "jellyfin_dirs"}
	neutral       = map[string]bool{"sonarr": true, "radarr": true, "jellyfin": true}
)

// BenchmarkCorpora parses every name of the corpora once an iteration.
func BenchmarkCorpora(b *testing.B) {
	var inputs []string
	for _, file := range append(videoCorpora, beyondCorpora...) {
		for _, r := range readCorpus(b, file) {
			inputs = append(inputs, *r.Input)
		}
	}
	benchmarkPaths(b, inputs)
}

func benchmarkPaths(b *testing.B, inputs []string) {
	b.ReportAllocs()
	start := processTime(b)
	for b.Loop() {
		for _, s := range inputs {
			name.Parse(s)
		}
	}
	names := float64(b.N * len(inputs))
	b.ReportMetric(names/b.Elapsed().Seconds(), "names/s")
	b.ReportMetric(names/(processTime(b)-start).Seconds(), "names/cpu-s")
}

// processTime returns the time that the process has computed, which other work on the machine does not
// change.
func processTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// tally counts names that are right.
type tally struct{ right, all int }

func (c tally) share() float64 { return 100 * float64(c.right) / float64(max(c.all, 1)) }

// TestCorpora holds the parser to what it reached on names that others labelled.
func TestCorpora(t *testing.T) {
	t.Parallel()
	var all, neutralRows tally
	classes := make(map[string]tally)
	for _, file := range videoCorpora {
		var c tally
		for _, r := range readCorpus(t, file) {
			want := object(r.Expect)
			labelled, bad := scoreCore(want, object(name.Parse(*r.Input)))
			if labelled == 0 {
				continue
			}
			ok := 0
			if len(bad) == 0 {
				ok = 1
			} else if testing.Verbose() {
				t.Logf("%s: %q: %v", file, *r.Input, bad)
			}
			for _, class := range classesOf(*r.Input, want) {
				classes[class] = tally{classes[class].right + ok, classes[class].all + 1}
			}
			c.right, c.all = c.right+ok, c.all+1
			all.right, all.all = all.right+ok, all.all+1
			if neutral[file] {
				neutralRows.right, neutralRows.all = neutralRows.right+ok, neutralRows.all+1
			}
		}
		t.Logf("%-10s %5.1f %% of %d names", file, c.share(), c.all)
	}
	for class, c := range classes {
		t.Logf("%-40s %5.1f %% of %d names", class, c.share(), c.all)
	}
	t.Logf("neutral %.1f %% of %d, all video %.1f %% of %d", neutralRows.share(), neutralRows.all, all.share(), all.all)
	if all.share() < 93 || neutralRows.share() < 90 {
		t.Errorf("video %.1f %%, neutral %.1f %%: want at least 93 and 90", all.share(), neutralRows.share())
	}
}

// TestCorporaBeyondVideo counts every labelled field, not whole names.
func TestCorporaBeyondVideo(t *testing.T) {
	t.Parallel()
	var all tally
	for _, file := range beyondCorpora {
		var c tally
		for _, r := range readCorpus(t, file) {
			got := object(name.Parse(*r.Input))
			for field, want := range object(r.Expect) {
				if want == nil || field[0] == '-' {
					continue
				}
				c.all++
				if compare(field, want, got[field], nil) == right {
					c.right++
				} else if testing.Verbose() {
					t.Logf("%s: %q: %s: want %v, got %v", file, *r.Input, field, want, got[field])
				}
			}
		}
		t.Logf("%-16s %5.1f %% of %d fields", file, c.share(), c.all)
		all.right, all.all = all.right+c.right, all.all+c.all
	}
	if all.share() < 90 {
		t.Errorf("beyond video %.1f %%: want at least 90", all.share())
	}
}

// classesOf returns the kinds of difficulty that a labelled name has.
func classesOf(input string, want map[string]any) []string {
	var out []string
	list := func(v any) bool {
		switch v := v.(type) {
		case []any:
			return len(v) > 1
		case map[string]any:
			return v["span"] != nil
		}
		return false
	}
	base := input[strings.LastIndexAny(input, `/\`)+1:]
	season, episode := want["season"], want["episode"]
	if list(season) || list(episode) {
		out = append(out, "several episodes or seasons")
	}
	if s, has := want["season"]; has && s == nil && episode != nil && strings.HasPrefix(input, "[") {
		out = append(out, "anime with absolute numbers")
	}
	if s, ok := season.(float64); ok {
		if e, ok := episode.(float64); ok && bareNumber(base, int(s), int(e)) {
			out = append(out, "bare numbers such as 103")
		}
	}
	if want["date"] != nil {
		out = append(out, "dates")
	}
	if strings.IndexFunc(input, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}) >= 0 {
		out = append(out, "Chinese, Japanese and Korean")
	}
	if strings.IndexFunc(input, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) >= 0 {
		out = append(out, "Cyrillic")
	}
	if title, has := want["title"]; has && title == nil {
		out = append(out, "no title in the name")
	}
	if title, ok := want["title"].(string); ok && !strings.Contains(squeeze(base), squeeze(title)) && base != input {
		out = append(out, "folders needed")
	}
	if want["type"] == "movie" {
		out = append(out, "films")
	}
	if len(out) == 0 {
		out = append(out, "plain episodes and the rest")
	}
	return out
}

// bareNumber reports whether season and episode stand in the name as one number, and in no other way.
func bareNumber(base string, season, episode int) bool {
	low := strings.ToLower(base)
	if strings.Contains(low, fmt.Sprintf("s%02de", season)) || strings.Contains(low, fmt.Sprintf("%dx%02d", season, episode)) || strings.Contains(low, "cap.") {
		return false
	}
	n := fmt.Sprintf("%d%02d", season, episode)
	i := strings.Index(low, n)
	return i >= 0 && (i+len(n) == len(low) || low[i+len(n)] < '0' || low[i+len(n)] > '9')
}
