package name_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

// What a name says does not depend on the separators it is written with, on its case, on a tracker's
// mark behind it, or on the folder it lies in.
func TestDressDoesNotMatter(t *testing.T) {
	t.Parallel()
	names := []string{
		"The.Paper.Boat.2011.1080p.BluRay.DTS.x264-ABC",
		"Web.of.Nets.S02E05.The.Dark.Web.1080p.AMZN.WEB-DL.DDP5.1.H.264-ABC",
		"Room.9.1x02.HDTV.XviD-ABC",
		"Long.Road.S01E02-E04.720p.HDTV.x264-ABC",
		"Long.Road.S01-S03.1080p.BluRay.x265-ABC",
		"Evening.Talk.2014.03.09.Guest.Name.720p.HDTV.x264-ABC",
		"French.Dressing.2009.PROPER.DVDRip.XviD-ABC",
		"24.S08E01.720p.HDTV.x264-ABC",
		"3.Wishes.2of6.Winter.PDTV.XviD-ABC",
	}
	dress := map[string]func(string) string{
		"spaces":      func(s string) string { return strings.ReplaceAll(s, ".", " ") },
		"underscores": func(s string) string { return strings.ReplaceAll(s, ".", "_") },
		"lower case":  strings.ToLower,
		"upper case":  strings.ToUpper,
		"extension":   func(s string) string { return s + ".mkv" },
		"a folder":    func(s string) string { return "/srv/downloads/" + s + ".mkv" },
		"a tracker":   func(s string) string { return s + "[site]" },
		"a website":   func(s string) string { return "[www.site.org] - " + s },
	}
	type said struct {
		Type                name.Type
		Title, Date, Screen string
		Source, Video       string
		Year                int
		Season              name.Ints
		Episode             name.Numbers
	}
	read := func(path string) said {
		g := name.Parse(path)
		return said{g.Type, strings.ToLower(g.Title), g.Date, g.ScreenSize, g.Source, g.VideoCodec, g.Year, g.Season, g.Episode}
	}
	for _, plain := range names {
		want := read(plain)
		if want.Title == "" || want.Type == "" {
			t.Fatalf("%q says %+v", plain, want)
		}
		for how, f := range dress {
			if diff := cmp.Diff(want, read(f(plain))); diff != "" {
				t.Errorf("%q with %s (-plain +dressed):\n%s", plain, how, diff)
			}
		}
	}
}

// Whatever stands for the title, the rest of the name is read the same.
func TestTitlesAreNotRead(t *testing.T) {
	t.Parallel()
	titles := []string{"Wolf", "The Long Winter Road", "Room 9", "Agent X", "3 Wishes", "O'Brien and Sons", "Lights! Action!", "Web of Lies",
		"French Dressing", "Élan Vital", "Extended Family", "Part of Me", "May Days", "Quiet Season", "The Bone Collector", "Harbour Festival", "The IT Man", "Season of Rain", "Série noire", "嵐の夜"}
	for _, title := range titles {
		for _, rest := range []string{" - S01E02 - Name.mkv", " (2011) [1080p].mkv", " S03E04 720p HDTV x264-ABC", " - 1x05.avi", " 2011 1080p BluRay x264-ABC"} {
			g := name.Parse(title + rest)
			if g.Title != title {
				t.Errorf("title %q of %q", g.Title, title+rest)
			}
		}
	}
}
