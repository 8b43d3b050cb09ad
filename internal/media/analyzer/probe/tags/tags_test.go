package tags

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/google/go-cmp/cmp"
)

func TestTagsBecomeADescription(t *testing.T) {
	type pair [2]string
	season := 0
	for name, c := range map[string]struct {
		tags []pair
		kind media.Kind
		want media.Description
	}{
		"names are read in any spelling": {
			[]pair{{"title", "T"}, {"ALBUM ARTIST", "Band"}, {"album_artist", "Band"}, {"WM/AlbumTitle", "A"}, {"ReplayGain-Nonsense", "x"}},
			media.KindTrack, media.Description{Title: "T", AlbumArtist: "Band", Album: "A"},
		},
		"several artists are kept one by one and joined as shown": {
			[]pair{{"ARTIST", "A/B"}, {"ARTIST", "C"}, {"ARTIST", "C"}},
			media.KindTrack, media.Description{Artist: "A/B; C", Artists: []string{"A/B", "C"}},
		},
		"a credit stands beside its artists": {
			[]pair{{"ARTIST", "A feat. B"}, {"ARTISTS", "A\x00B"}},
			media.KindTrack, media.Description{Artist: "A feat. B", Artists: []string{"A", "B"}},
		},
		"numbers with their totals": {
			[]pair{{"TRACKNUMBER", "3/12"}, {"DISCNUMBER", "1"}, {"DISCTOTAL", "2"}, {"COMPILATION", "1"}},
			media.KindTrack, media.Description{Track: 3, TrackTotal: 12, Disc: 1, DiscTotal: 2, Compilation: true},
		},
		"the most exact date of this release, and the original one": {
			[]pair{{"YEAR", "2019"}, {"DATE", "2019-05-04T10:00:00Z"}, {"ORIGINALDATE", "1969"}},
			media.KindTrack, media.Description{Date: "2019-05-04", Year: 2019, OriginalDate: "1969"},
		},
		"sort names": {
			[]pair{{"ARTISTSORT", "Band, The"}, {"TITLESORT", "Title, A"}, {"ALBUMSORT", "Album, An"}, {"ALBUMARTISTSORT", "Other, The"}},
			media.KindTrack, media.Description{ArtistSort: "Band, The", SortTitle: "Title, A", AlbumSort: "Album, An", AlbumArtistSort: "Other, The"},
		},
		"ids by the names that Picard gives in every format": {
			[]pair{{"MUSICBRAINZ_TRACKID", "r"}, {"MusicBrainz Release Track Id", "t"}, {"MusicBrainz/Album Id", "a"}, {"MUSICBRAINZ_ARTISTID", "1\x002"}},
			media.KindTrack, media.Description{IDs: map[string]string{
				"musicbrainz_track": "r", "musicbrainz_releasetrack": "t", "musicbrainz_album": "a", "musicbrainz_artist": "1; 2",
			}},
		},
		"gains": {
			[]pair{{"REPLAYGAIN_TRACK_GAIN", "-7.89 dB"}, {"replaygain_track_peak", "0,98"}, {"R128_ALBUM_GAIN", "-1280"}, {"LYRICS", "la la"}},
			media.KindTrack, media.Description{Media: &media.Media{Lyrics: true, ReplayGain: &media.Gain{Track: -7.89, TrackPeak: 0.98}}},
		},
		"gains that say nothing": {
			[]pair{{"TITLE", "T"}, {"REPLAYGAIN_TRACK_GAIN", "-24601.00 dB"}, {"REPLAYGAIN_TRACK_PEAK", "0.00000000"}},
			media.KindTrack, media.Description{Title: "T"},
		},
		"an audiobook by its genre": {
			[]pair{{"ARTIST", "Author"}, {"COMPOSER", "Reader"}, {"GENRE", "Audiobook"}, {"MVNM", "Saga"}, {"MVIN", "2.5"}},
			media.KindAudiobook, media.Description{
				Artist: "Author", Artists: []string{"Author"}, Composer: "Reader", Genres: []string{"Audiobook"},
				Authors: []string{"Author"}, Narrator: "Reader", Series: "Saga", SeriesIndex: new(2.5),
			},
		},
		"a special": {
			[]pair{{"TVSHOW", "Show"}, {"TVSEASON", "0"}, {"TVEPISODE", "4"}},
			media.KindTrack, media.Description{Series: "Show", Season: &season, Episodes: []int{4}},
		},
		"nothing but white space": {[]pair{{"TITLE", " \x00 \t"}}, media.KindTrack, media.Description{}},
	} {
		t.Run(name, func(t *testing.T) {
			var tags Set
			r := format.Result{Kind: media.KindTrack}
			if c.want.Media != nil {
				r.Description.Media = &media.Media{}
			}
			for _, p := range c.tags {
				tags.AddNamed(p[0], p[1])
			}
			tags.Describe(&r)
			if d := cmp.Diff(c.want, r.Description); d != "" || r.Kind != c.kind {
				t.Errorf("kind %s, want %s; description (-want +got):\n%s", r.Kind, c.kind, d)
			}
		})
	}
}

func TestDescribeLeavesWhatStands(t *testing.T) {
	var tags Set
	tags.Add(Title, "of the tag")
	tags.Add(Album, "album")
	r := format.Result{Description: media.Description{Title: "known better"}}
	tags.Describe(&r)
	if r.Description.Title != "known better" || r.Description.Album != "album" {
		t.Errorf("description is %+v", r.Description)
	}
}

func TestALowerTagFillsTheGaps(t *testing.T) {
	var upper, lower Set
	upper.Add(Title, "long title")
	lower.Add(Title, "long ti")
	lower.Add(Album, "album")
	upper.Fill(&lower)
	if upper.First(Title) != "long title" || upper.First(Album) != "album" {
		t.Errorf("title %q, album %q", upper.First(Title), upper.First(Album))
	}
}

func TestTagValuesAreBounded(t *testing.T) {
	var tags Set
	tags.Add(Plot, strings.Repeat("é", MaxValue))
	for i := range 1000 {
		tags.Add(Artist, strings.Repeat("a", i+1))
	}
	if n := len(tags.First(Plot)); n > MaxValue || len(tags.values[Artist]) > MaxValues {
		t.Errorf("kept %d bytes, %d values", n, len(tags.values[Artist]))
	}
}

func TestGenres(t *testing.T) {
	for in, want := range map[string][]string{
		"Rock": {"Rock"}, "17": {"Rock"}, "(17)": {"Rock"}, "(17)Rock": {"Rock"}, "(51)(39)": {"Techno-Industrial", "Noise"},
		"(4)Eurodisco": {"Eurodisco"}, "(51)(4)Eurodisco": {"Techno-Industrial", "Eurodisco"}, "(RX)": {"Remix"}, "CR": {"Cover"},
		"((live)": {"(live)"}, "(live) Rock": {"(live) Rock"}, "(999)": {"(999)"}, "255": nil, "(242)": {"(242)"}, "242": nil, "1984": {"1984"}, "Rock; Pop ;": {"Rock", "Pop"},
		"(191": {"(191"}, "191": {"Psybient"}, "80": {"Folk"}, "2 Step": {"2 Step"}, "": nil,
	} {
		if d := cmp.Diff(want, genresOf(in)); d != "" {
			t.Errorf("genresOf(%q) (-want +got):\n%s", in, d)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2019": "2019", "2019-05": "2019-05", "2019-05-04": "2019-05-04", "2019-05-04T10:20:30": "2019-05-04", "2019:05:04 10:00:00": "2019-05-04",
		"20190504": "2019-05-04", "201905": "2019-05", "2019/05/04": "2019-05-04", "2019-00-00": "2019", "2019-13-01": "2019", "2019-05-42": "2019-05",
		"04.05.2019": "2019-05-04", "04/05/2019": "2019", "c. 1969": "1969", "(1969)": "1969", "1969 remastered": "1969", "0000": "", "0000-00-00": "",
		"69": "", "": "", "no date": "", "12345": "", "2019-5-4": "2019-05-04", "May 4, 2019": "2019", "2019 10:30": "2019",
	} {
		if got := dateOf(in); got != want {
			t.Errorf("dateOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNumberPairs(t *testing.T) {
	for in, want := range map[string][2]int{
		"3": {3, 0}, "03": {3, 0}, "3/12": {3, 12}, "03 / 12": {3, 12}, "3 of 12": {3, 12}, "/12": {0, 12}, "A3": {0, 0}, "#4": {4, 0},
		"": {0, 0}, "99999999999999999999/2": {0, 2}, "-1": {0, 0},
	} {
		if n, total := numberPair(in); [2]int{n, total} != want {
			t.Errorf("numberPair(%q) = %d, %d, want %v", in, n, total, want)
		}
	}
}

func TestDecibels(t *testing.T) {
	for in, want := range map[string]float64{"-7.89 dB": -7.89, "+1,2dB": 1.2, "3": 3} {
		if got, ok := decibels(in); !ok || got != want {
			t.Errorf("decibels(%q) = %v, %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "dB", "NaN", "1e9", "loud"} {
		if got, ok := decibels(in); ok {
			t.Errorf("decibels(%q) = %v", in, got)
		}
	}
}
