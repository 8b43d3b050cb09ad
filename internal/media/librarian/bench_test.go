package librarian

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

var benchCatalog = flag.String("catalog", "", "the data `DIR` of a catalog, of a copy of which works are derived")

// The works of a catalog of which none are derived yet, as behind the first pass of a scan: of 20,000 items, or of those
// of a catalog that is named.
func BenchmarkFirstPass(b *testing.B) {
	s := &shelf{t: b, dir: b.TempDir(), roots: map[string]int64{}}
	if *benchCatalog != "" {
		if err := os.CopyFS(s.dir, os.DirFS(*benchCatalog)); err != nil {
			b.Fatal(err)
		}
	}
	s.open()
	b.Cleanup(func() { s.close() })
	if *benchCatalog == "" {
		s.stock(20_000)
	}
	items := float64(s.ItemCounts().Items)
	over := make(chan struct{})
	close(over)
	var cpu time.Duration
	var took, allocated uint64
	for b.Loop() {
		b.StopTimer()
		if err := s.keeper.Forget(b.Context()); err != nil {
			b.Fatal(err)
		}
		s.lib = New(Config{Pass: over}, s.Store, s.lib.log)
		s.keeper = s.NewWorkKeeper()
		s.lib.keeper, s.lib.known = s.keeper, map[int64]int64{}
		runtime.GC()
		began := cpuTime(b)
		took = allocatedBytes()
		b.StartTimer()
		s.catchUp()
		cpu += cpuTime(b) - began
		allocated += allocatedBytes() - took
	}
	each := items * float64(b.N)
	b.ReportMetric(float64(cpu.Microseconds())/each, "cpu-µs/item")
	b.ReportMetric(float64(allocated)/each, "B/item")
	b.ReportMetric(float64(s.lib.Counters().Derived.Load())/items, "units/item")
}

// stock makes a library of so many items, and of what is left of the last folders: two of three are songs.
func (s *shelf) stock(items int) {
	for _, name := range []string{"music", "films", "series"} {
		s.update(func(tx *store.Tx) error {
			r := store.Root{Name: name, Kind: "local", Location: "/" + name}
			err := tx.AddRoot(&r)
			s.roots[name] = r.ID
			return err
		})
	}
	for n, made := 0, 0; made < items; n++ {
		files := madeFolders(n)
		s.putAll(files)
		made += len(files)
	}
}

// putAll adds files in one transaction.
func (s *shelf) putAll(files []file) {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		for i := range files {
			var it store.Item
			if err := s.item(tx, &files[i], &it); err != nil {
				return err
			}
			if err := tx.Insert(&it); err != nil {
				return err
			}
		}
		return nil
	})
}

// madeFolders are an album, a film, and of every fifth a season.
func madeFolders(n int) (out []file) {
	artist, album := fmt.Sprintf("The Artist Number %d", n/8), fmt.Sprintf("Album of Songs %d", n)
	dir := artist + "/" + album + " (1994)/"
	for track := 1; track <= 12; track++ {
		title := fmt.Sprintf("A Song of the %dth Kind", track)
		out = append(out, file{"music", dir + fmt.Sprintf("%02d - %s.flac", track, title), media.KindTrack,
			media.Description{Title: title, Artist: artist, AlbumArtist: artist, Album: album, Track: track, Year: 1994,
				Genres: []string{"Rock"}, Media: &media.Media{Container: "flac", DurationSeconds: 200,
					Audio: []media.Audio{{Codec: "flac", Channels: 2, SampleRate: 44100}}}}})
	}
	out = append(out, file{"music", dir + "cover.jpg", media.KindArtwork, media.Description{}})
	title := fmt.Sprintf("The Film Number %d", n)
	name := title + " (1994)"
	out = append(out, file{"films", name + "/" + name + ".mkv", media.KindMovie,
		media.Description{Title: title, Year: 1994, Media: &media.Media{Container: "matroska", DurationSeconds: 6000,
			Video: []media.Video{{Codec: "h264", Width: 1920, Height: 1080}},
			Audio: []media.Audio{{Codec: "aac", Language: "en"}}}}},
		file{"films", name + "/" + name + ".en.srt", media.KindSubtitle, media.Description{Languages: []string{"en"}}})
	if n%5 == 0 {
		series, season := fmt.Sprintf("A Series Numbered %d", n), 1
		for e := 1; e <= 10; e++ {
			path := fmt.Sprintf("%s/Season 1/%s - S01E%02d.mkv", series, series, e)
			out = append(out, file{"series", path, media.KindEpisode,
				media.Description{Title: series, Series: series, Season: &season, Episodes: []int{e},
					Media: &media.Media{DurationSeconds: 2400, Video: []media.Video{{Codec: "h264", Height: 720}}}}})
		}
	}
	return out
}

// cpuTime is what this process used: other than the clock's, it is the same on a busy machine.
func cpuTime(tb testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func allocatedBytes() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
