package analyzer

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
)

func TestLanguagesHaveOneCodeSetWhateverTheyAreReadFrom(t *testing.T) {
	t.Parallel()
	read := func(d media.Description, err error) []string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d.Languages
	}
	named := func(path string) []string {
		_, d := fromName(path)
		return d.Languages
	}
	opf, err := sidecar.OPF([]byte(`<package><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title><dc:language>ger</dc:language><dc:language>und</dc:language></metadata></package>`))
	for from, c := range map[string]struct{ got, want []string }{
		"a film's name":              {named("/films/Long Road (2019) German 1080p.mkv"), []string{"de"}},
		"a subtitle's name":          {named("Long Road (2019).ger.srt"), []string{"de"}},
		"a subtitle's with a region": {named("Long Road (2019).pt-br.srt"), []string{"pt-BR"}},
		"a subtitle's with a script": {named("Long Road (2019).zh-hant.srt"), []string{"zh-Hant"}},
		"a game's name":              {named("Long Road (Europe) (En,Zh-Hans,Pt-BR).nes"), []string{"en", "zh-Hans", "pt-BR"}},
		"a name that says none":      {named("Long Road (2019).mkv"), nil},
		"ComicInfo":                  {read(sidecar.ComicInfo([]byte(`<ComicInfo><Title>T</Title><LanguageISO>deu</LanguageISO></ComicInfo>`))), []string{"de"}},
		"an OPF document":            {read(opf.Description, err), []string{"de"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", from, c.got, c.want)
		}
	}
}
