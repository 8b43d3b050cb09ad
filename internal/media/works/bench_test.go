package works_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
)

// shelf makes the items of one unit.
type shelf struct {
	unit  works.Unit
	items []works.Item
}

func newShelf(root, dir string) *shelf { return &shelf{unit: works.Unit{Root: root, Dir: dir}} }

func (s *shelf) put(id int64, kind media.Kind, below string, d media.Description) {
	s.items = append(s.items, works.Item{ID: id, Seq: id, Path: s.unit.Dir + "/" + below, Kind: kind, Size: id,
		AddedAt: time.Unix(id, 0), Said: works.Say(&d)})
}

// collection is a library of about as many items as asked for: three of four are songs.
func collection(items int) []*shelf {
	var out []*shelf
	var id int64
	next := func() int64 { id++; return id }
	for n := 0; int(id) < items; n++ {
		artist, album := fmt.Sprintf("The Artist Number %d", n/8), fmt.Sprintf("Album of Songs %d", n)
		s := newShelf("music", artist+"/"+album+" (1994)")
		for track := 1; track <= 12; track++ {
			title := fmt.Sprintf("A Song of the %dth Kind", track)
			s.put(next(), media.KindTrack, fmt.Sprintf("%02d - %s.flac", track, title), media.Description{Title: title,
				Artist: artist, AlbumArtist: artist, Album: album, Track: track, Year: 1994, Genres: []string{"Rock"},
				Media: &media.Media{DurationSeconds: 200}})
		}
		s.put(next(), media.KindArtwork, "cover.jpg", media.Description{})
		out = append(out, s)

		title := fmt.Sprintf("The Film Number %d", n)
		s = newShelf("films", title+" (1994)")
		s.put(next(), media.KindMovie, title+" (1994) - 1080p.mkv", media.Description{Title: title, Year: 1994,
			Media: &media.Media{DurationSeconds: 6000, Video: []media.Video{{Height: 1080}},
				Audio: []media.Audio{{Language: "en"}}}})
		s.put(next(), media.KindSubtitle, title+" (1994) - 1080p.en.srt", media.Description{Languages: []string{"en"}})
		out = append(out, s)

		if n%10 == 0 {
			series := fmt.Sprintf("A Series Numbered %d", n)
			s = newShelf("series", series)
			for e := range 20 {
				season := 1 + e/10
				name := fmt.Sprintf("Season %d/%s - S%02dE%02d.mkv", season, series, season, 1+e%10)
				s.put(next(), media.KindEpisode, name,
					media.Description{Title: series, Series: series, Season: &season, Episodes: []int{1 + e%10},
						Media: &media.Media{DurationSeconds: 2400, Video: []media.Video{{Height: 720}}}})
			}
			out = append(out, s)
		}
	}
	return out
}

func worksOf(shelves []*shelf) []works.Work {
	var parts []*works.Part
	var credits []works.Credit
	for _, s := range shelves {
		for _, p := range works.Derive(s.unit, "", s.items) {
			parts = append(parts, p)
			if p.Credit.Name != "" {
				credits = append(credits, p.Credit)
			}
		}
	}
	works.Separate(parts, works.MaxShared)
	return append(works.JoinArtists(credits), works.Join(parts)...)
}

func formerOf(derived []works.Work) []works.Former {
	parents := make(map[string]int64, len(derived))
	for i := range derived {
		parents[derived[i].Key] = int64(i + 1)
	}
	out := make([]works.Former, len(derived))
	for i := range derived {
		w := &derived[i]
		out[i] = works.Former{ID: int64(i + 1), Kind: w.Kind, Key: w.Key, Parent: parents[w.Parent], Number: w.Number,
			Main: mains(w)}
	}
	return out
}

// A million items in batches, from items to works with their ids.
func BenchmarkMillionItems(b *testing.B) {
	const batch = 50_000
	shelves := collection(batch)
	items := 0
	for _, s := range shelves {
		items += len(s.items)
	}
	former := formerOf(worksOf(shelves))
	b.ReportAllocs()
	began := cpuTime(b)
	for b.Loop() {
		for done := 0; done < 1_000_000; done += items {
			derived := worksOf(shelves)
			if ids := works.Match(former, derived, time.Time{}); ids[0] == 0 {
				b.Fatal("an id is lost")
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/item")
	b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N)/1e6, "cpu-ns/item")
}

// cpuTime is what this process used: other than the clock's, it is the same on a busy machine.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
