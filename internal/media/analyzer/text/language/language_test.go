package language_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

func TestALanguageIsWrittenInOneWayWhateverNamesIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"de": "de", "deu": "de", "ger": "de", "DEU": "de", "German": "de", "Deutsch": "de", "de-DE": "de-DE", "de_DE.UTF-8@euro": "de-DE", "de_AT": "de-AT", "deu\x00": "de",
		"fre": "fr", "fra": "fr", "cze": "cs", "cz": "cs", "jpn": "ja", "jp": "ja", "gre": "el", "ell": "el", "per": "fa", "iw": "he",
		"por-BR": "pt-BR", "pt_br": "pt-BR", "pob": "pt-BR", "Portuguese (Brazil)": "pt-BR", "es-419": "es-419", "spl": "es-419",
		"zh-hant": "zh-Hant", "zh-Hant-TW": "zh-TW", "zh-Hans-TW": "zh-Hans-TW", "cht": "zh-Hant", "cmn": "zh", "yue": "yue", "en-Latn-US": "en-US",
		"sr-Latn": "sr-Latn", "scc": "sr", "nob": "no", "nn": "nn", "en-x-lyric": "en", "de-1996": "de", "mul": "mul",
		"und": "", "zxx": "", "mis": "", "unk": "", "XXX": "", "qaa": "", "qtz": "", "--": "", "": "", "e": "", "xx": "", "not a language": "",
		"\xff\xfe": "", "??": "", "und-Latn": "",
	} {
		if got := language.Tag(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if again := language.Tag(want); again != want {
			t.Errorf("the tag %q is %q", want, again)
		}
	}
}

func TestLanguagesAreNamedOnceEach(t *testing.T) {
	t.Parallel()
	if got := language.Tags([]string{"eng", "und", "English", "pt-br", "en"}); !slices.Equal(got, []string{"en", "pt-BR"}) {
		t.Errorf("%q", got)
	}
	if got := language.Tags([]string{"und"}); got != nil {
		t.Errorf("%q", got)
	}
}

func TestATextMayNameSeveralLanguages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"eng/ger": "en de", "engger": "en de", "en, de;fr": "en de fr", "English / Deutsch": "en de", "de|ger|deu": "de", "und": "", "engxxx": "en",
		"a sentence that has been put here": "", "engger\x00fre": "fr",
	} {
		if got := strings.Join(language.Tags([]string{text}), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestADescriptionSaysTagsOnly(t *testing.T) {
	t.Parallel()
	d := media.Description{Languages: []string{"ger", "XXX", "deu"}, Media: &media.Media{
		Video: []media.Video{{Language: "und"}}, Audio: []media.Audio{{Language: "fre"}, {}}, Subtitles: []media.Subtitle{{Language: "por-BR"}},
	}}
	want := media.Description{Languages: []string{"de"}, Media: &media.Media{
		Video: []media.Video{{}}, Audio: []media.Audio{{Language: "fr"}, {}}, Subtitles: []media.Subtitle{{Language: "pt-BR"}},
	}}
	language.Describe(&d)
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func FuzzTag(f *testing.F) {
	for _, s := range []string{"de", "zh-Hant-TW", "en-US-u-ca-buddhist", "x-private", "i-klingon", "a-b-c", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tag := language.Tag(text)
		if again := language.Tag(tag); again != tag {
			t.Fatalf("%q is %q, and that %q", text, tag, again)
		}
	})
}
