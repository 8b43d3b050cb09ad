package name_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

func TestAnExplanationTellsWhyATitleIsWhatItIs(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string][]string{
		"Wedding Bells Season (2022).mkv": {
			"Wedding Bells Season|title Wedding Bells Season|words of the name", "2022|year 2022|a year in brackets",
			"Season (2022|no season|the number is a year of release", ".mkv|a video|of its extension",
		},
		"/films/Open Window Season 2 (2008).mkv":             {"Season 2|no season|a year behind it ends the title"},
		"Long.Road.S02E05-E07.1080p.WEB-DL.mkv":              {"S02E05-E07|season 2, episode 5 to 7|season and episode in one mark", "WEB-DL|source Web|"},
		"The.Stamp.Collector.1999.1080p.mkv":                 {"Collector|no edition|a noun that ends titles"},
		"[Group] Sora no Uta - 04 [1080p].mkv":               {"04|episode 4|a plain number", "Group|release group Group|brackets that open the name"},
		"[Group] 3x3 Wells - 01 [720p].mkv":                  {"3x3|no episode|a number behind a dash"},
		"[Group] Sora no Uta The Final Season - 04 [72].mkv": {"Season - 04|no season|a dash with room"},
		"Long Road (2019)/Season 2/03 - Snow.mkv":            {"Long Road|title Long Road|the folder names it", "Snow|episode title Snow|words of the name"},
		"/comics/Blue Dog/Blue Dog v02 c003.cbz":             {".cbz|a comic|of its extension", "Blue Dog|series Blue Dog|words of the name"},
	} {
		g, reasons := name.Explain(path)
		if plain := name.Parse(path); !reflect.DeepEqual(g, plain) {
			t.Errorf("%q says %+v, and explained %+v", path, plain, g)
		}
		for _, want := range wants {
			w := strings.Split(want, "|")
			found := false
			for _, r := range reasons {
				found = found || r.Text == w[0] && r.Says == w[1] && strings.HasPrefix(r.Because, w[2])
			}
			if !found {
				t.Errorf("%q does not say %q: %+v", path, want, reasons)
			}
		}
	}
}
