package works_test

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/works"
)

func TestUnitsHoldWhatIsAPartOfThem(t *testing.T) {
	for path, want := range map[string]string{
		"Velm (1994)/Velm.mkv":                            "Velm (1994)",
		"Velm (1994)/Extras/Making.mkv":                   "Velm (1994)",
		"Velm (1994)/Subs/Velm.1994-GRP/2_English.srt":    "Velm (1994)",
		"Velm (1994)/Disc 1/VIDEO_TS/VTS_01_1.VOB":        "Velm (1994)",
		"Velm (1994)/BDMV/STREAM/00001.m2ts":              "Velm (1994)",
		"Show/Season 01/Show S01E01.mkv":                  "Show",
		"Show/Staffel 2 (2010)/Featurettes/x.mkv":         "Show",
		"Show/Specials/x.mkv":                             "Show",
		"Show/Season 01 Extras/x.mkv":                     "Show",
		"Show/S01 - Featurettes/x.mkv":                    "Show",
		"Show/S01/x.mkv":                                  "Show",
		"Show/S01E01 Title/x.mkv":                         "Show/S01E01 Title",
		"Artist/Album/CD2 - Live/01.flac":                 "Artist/Album",
		"Artist/Album/Side B/01.flac":                     "Artist/Album",
		"Artist/Album (Disc 1)/01.flac":                   "Artist/Album (Disc 1)",
		"Author/Book/Part Two/01.mp3":                     "Author/Book",
		"Artist/Disco/01.mp3":                             "Artist/Disco",
		"Artist/Part of the Plan/01.mp3":                  "Artist/Part of the Plan",
		"Season 1/x.mkv":                                  "",
		"x.mkv":                                           "",
		"Partition 1/x.mkv":                               "Partition 1",
		"Artist/100/01.mp3":                               "Artist/100",
		"Velm (1994)/Featurettes/Behind the Scenes/x.mkv": "Velm (1994)",
	} {
		if got := works.UnitOf("r", path); got != (works.Unit{Root: "r", Dir: want}) {
			t.Errorf("%s lies in %q, not in %q", path, got.Dir, want)
		}
	}
}

func TestSpellingsOfOneTitleFoldAlike(t *testing.T) {
	for _, alike := range [][]string{
		{"The Velm & Sons", "Velm and Sons, The", "the velm & sons", "The Velm and Sons"},
		{"Café Orra", "Cafe Orra", "CAFÉ ORRA", "Cafe\u0301 Orra"},
		{"Velm II", "Velm 2"},
		{"Velm: Part Two", "Velm - Part 2", "Velm Pt. 2"},
		{"Orra's Tarn", "Orra’s Tarn", "Orras Tarn"},
		{"Velm.Orra", "Velm Orra", "Velm_Orra", "Velm - Orra"},
		{"Die Velm", "Velm, Die"},
		{"Łódź", "Lodz"},
		{"Søren", "Soren"},
	} {
		for _, s := range alike[1:] {
			if works.Fold(s) != works.Fold(alike[0]) {
				t.Errorf("%q folds to %q, %q to %q", s, works.Fold(s), alike[0], works.Fold(alike[0]))
			}
		}
	}
	for _, pair := range [][2]string{
		{"Velm", "Velm 2"}, {"Velm EP", "Velm"}, {"Die Velm", "Velm"}, {"+", "-"}, {"Malcolm X", "Malcolm"}, {"東京", "京都"}, {"The", "A"},
	} {
		if works.Fold(pair[0]) == works.Fold(pair[1]) {
			t.Errorf("%q and %q fold alike, to %q", pair[0], pair[1], works.Fold(pair[0]))
		}
	}
	if works.Fold("") != "" || works.Fold("!!!") == "" {
		t.Error("a title of signs alone has to stay one")
	}
}
