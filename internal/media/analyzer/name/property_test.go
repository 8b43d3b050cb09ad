package name_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

// samples are names of every class, for benchmarks and as seeds.
var samples = []string{
	"Movies/The Paper Boat (2011)/The.Paper.Boat.2011.1080p.BluRay.DTS.x264-ABC.mkv",
	"/tv/Long Road/Season 2/Long.Road.S02E05.The.Dark.Web.1080p.AMZN.WEB-DL.DDP5.1.H.264-ABC.mkv",
	"[Group] Sora no Uta - 07 [1080p][0A1B2C3D].mkv",
	"[字幕组][空之歌][Sora no Uta][05][1080P][简体][MP4]",
	"Evening.Talk.2014.03.09.Guest.Name.720p.HDTV.x264-ABC.mp4",
	"Долгий путь / Long Road / Сезон: 2 / Серии: 1-3 (12) [2017, США, WEBRip 1080p] MVO",
	"/music/Anna Bell/Rain (1994)/03 - Blue.flac",
	"Anna_Bell-Rain-CD-FLAC-1994-ABC",
	"IMG-20180704-WA0007.jpg",
	"Iron Fox 012 (2014).cbz",
	"Long Road - S01E02.en.forced.srt",
	"Long Road 01 - 119 [Batch]",
	"S02E04.720p.mkv",
	"caf\xe9.S01E02.\xff\xfe.mkv",
	"cafe\u0301 (2011).mkv",
}

func FuzzParse(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	for _, s := range []string{"(((((", "]]]]", "1x1x1x1", "s1s2s3e4e5e6", strings.Repeat("01-", 50), "((" + strings.Repeat("/", 3700) + "CC", "【第】話", "{tmdb-}", "a.b.c.srt", "+-+", "＃０１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if len(path) > 4096 {
			path = path[:4096]
		}
		start := time.Now()
		g := name.Parse(path)
		took := time.Since(start)
		limit := time.Millisecond
		if raceEnabled { // its checks cost more than the work
			limit = 50 * time.Millisecond
		}
		if took > limit && fastest(path) > limit {
			t.Fatalf("Parse took %v for %d bytes", took, len(path))
		}
		invariants(t, path, g)
		if explained, _ := name.Explain(path); !reflect.DeepEqual(g, explained) {
			t.Fatalf("%q says %+v, and explained %+v", path, g, explained)
		}
	})
}

// fastest returns the best of several runs, since the first may have been interrupted.
func fastest(path string) time.Duration {
	best := time.Hour
	for range 20 {
		start := time.Now()
		name.Parse(path)
		best = min(best, time.Since(start))
	}
	return best
}

// invariants are what holds for every name.
func invariants(t *testing.T, path string, g name.Guess) {
	t.Helper()
	if again := name.Parse(path); !reflect.DeepEqual(g, again) {
		t.Fatalf("two guesses of %q differ:\n%+v\n%+v", path, g, again)
	}
	text, err := json.Marshal(g)
	if err != nil {
		t.Fatalf("encode the guess of %q: %v", path, err)
	}
	if !utf8.Valid(text) || !json.Valid(text) {
		t.Fatalf("the guess of %q is no valid JSON: %q", path, text)
	}
	for _, s := range []string{g.Title, g.Artist, g.Album, g.EpisodeTitle, g.ReleaseGroup, g.Author, g.Series} {
		if !utf8.ValidString(s) {
			t.Fatalf("the guess of %q holds bytes that are no UTF-8: %q", path, s)
		}
	}
	if g.Year != 0 && (g.Year < 1890 || g.Year > 2099) {
		t.Fatalf("year %d of %q", g.Year, path)
	}
}

func TestInvariants(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		for cut := range s {
			invariants(t, s[:cut], name.Parse(s[:cut]))
			invariants(t, s[cut:], name.Parse(s[cut:]))
		}
	}
}

// Every word of a title stands in the path.
func TestTitleIsNeverInvented(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		g := name.Parse(s)
		path := strings.NewReplacer(".", " ", "_", " ").Replace(s)
		for word := range strings.FieldsSeq(strings.NewReplacer(".", " ").Replace(g.Title)) {
			if utf8.ValidString(s) && !strings.Contains(path, word) {
				t.Errorf("%q of title %q does not stand in %q", word, g.Title, s)
			}
		}
	}
	tags := []string{"1080p", "720p.WEB-DL.x264", "BluRay.DTS-HD.MA.5.1.HEVC", "[1080p][HEVC][AAC]", "2160p.UHD.BluRay.HDR10.TrueHD.7.1", "S01E01", "S03.1080p.WEB-DL"}
	for _, s := range tags {
		if g := name.Parse(s + ".mkv"); g.Title != "" {
			t.Errorf("%q has only tags, and yet the title %q", s, g.Title)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	want := make([]name.Guess, len(samples))
	for i, s := range samples {
		want[i] = name.Parse(s)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				for i, s := range samples {
					if got := name.Parse(s); !reflect.DeepEqual(got, want[i]) {
						t.Errorf("guess of %q under concurrency: %+v", s, got)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// A guess must not hold on to the buffers of the call that made it.
func TestGuessOutlivesItsCall(t *testing.T) {
	t.Parallel()
	first := name.Parse(samples[1])
	text, _ := json.Marshal(first)
	for range 100 {
		for _, s := range samples {
			name.Parse(s)
		}
	}
	if again, _ := json.Marshal(first); string(again) != string(text) {
		t.Errorf("guess changed from %s to %s", text, again)
	}
}

// Four times the length of a name takes at most about four times the time: what is quadratic shows here. It is run by
// `make test-time`, without the race detector.
func TestLinearTime(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("measures time, which the race detector takes ten times more of")
	}
	for _, unit := range []string{
		"a ", "1 ", "01-", "S01E01 ", "(", "[a]", "1080p.", "[1] ", "x264 ", "german.", "2014.", "a/b ", "(a/", "((//",
		"話", "第1", "-", "é", "\xff", "part 1 ", "x01-", "1of2 ", "a - ", "www.a.", "1.5", "c001-", "v1 ", "season 2 ",
	} {
		short, long := strings.Repeat(unit, 256/len(unit)), strings.Repeat(unit, 1024/len(unit))
		a, b := fastest(short), fastest(long)
		if b > 8*a+20*time.Microsecond {
			t.Errorf("%q: 256 bytes take %v, 1024 take %v", unit, a, b)
		}
		if whole := fastest(strings.Repeat(unit, 4096/len(unit))); whole > time.Millisecond {
			t.Errorf("%q: 4096 bytes take %v", unit, whole)
		}
	}
	for _, whole := range []string{
		"((" + strings.Repeat("/", 3700) + "CC",
		"(" + strings.Repeat("a/", 2000) + ")",
		strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
		strings.Repeat("a/", 2000) + strings.Repeat("S01E01.", 100),
		strings.Repeat("\x9d", 3000) + "A- 0- 0.AAC",
	} {
		if took := fastest(whole); took > time.Millisecond {
			t.Errorf("%.20q...: %d bytes take %v", whole, len(whole), took)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range samples {
			name.Parse(s)
		}
	}
	b.ReportMetric(float64(b.N*len(samples))/b.Elapsed().Seconds(), "names/s")
}

func BenchmarkParseLength(b *testing.B) {
	for _, n := range []int{64, 256, 1024, 4096} {
		path := strings.Repeat("Long.Road.S01E02.1080p.WEB-DL/", n/30+1)[:n]
		b.Run("bytes="+itoa(n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				name.Parse(path)
			}
		})
	}
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}
