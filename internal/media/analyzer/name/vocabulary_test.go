package name

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// Each phrase stands in the tables of tags once: the later of two lines would hide the earlier.
func TestVocabularyHasNoDuplicates(t *testing.T) {
	t.Parallel()
	files, err := vocabularyFiles.ReadDir("vocabulary")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]string)
	for _, f := range files {
		text, err := vocabularyFiles.ReadFile("vocabulary/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			cols := strings.Split(strings.TrimRight(line, "\n"), "\t")
			if line[0] == '#' || len(cols) < 4 || propertyNames[cols[0]] == propNone {
				continue
			}
			for phrase := range strings.SplitSeq(cols[3], "|") {
				key := foldWord(phrase)
				if was, ok := seen[key]; ok {
					t.Errorf("%s: %q is %s already, now %s %s", f.Name(), phrase, was, cols[0], cols[1])
				}
				seen[key] = cols[0] + " " + cols[1]
			}
		}
	}
}

// The catalog has one code set for languages, whatever they were read from.
func TestVocabularyNamesLanguagesByBCP47InShortestForm(t *testing.T) {
	t.Parallel()
	for i, e := range vocabulary().entries {
		phrase := vocabulary().phrases[i]
		if e.tag == nil || e.tag.prop != propLanguage && e.tag.prop != propSubtitle || e.tag.value == "und" {
			continue
		}
		if tag := language.Tag(e.tag.value); tag != e.tag.value {
			t.Errorf("%q is %q, in shortest form %q", phrase, e.tag.value, tag)
		}
	}
}

func TestVocabularyRefusesBadLines(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"source\tWeb\ts", "colour\tred\ts\tred", "source\tWeb\tx\tweb", "month\tmay\tw\tmay", "source\tWeb\ts\tweb\tshade=dark"} {
		if err := addLine(make(map[string]*entry), line); err == nil {
			t.Errorf("line %q was taken", line)
		}
	}
}

func TestFoldWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Français":         "francais",
		"Franc\u0327ais":   "francais", // the cedilla as a combining mark
		"SEZÓNA":           "sezona",
		"Сезон":            "сезон",
		"Ｗｅｂ－ＤＬ":           "web dl",
		"Director’s.Cut":   "directors cut",
		"Łódź":             "lodz",
		"a\xffb":           "a b",
		"  many   spaces ": "many spaces",
	} {
		if got := foldWord(in); got != want {
			t.Errorf("foldWord(%q) = %q, want %q", in, got, want)
		}
	}
}

// Every word of a name is the text between its positions, and the keys are the folded words in a row.
func TestTokens(t *testing.T) {
	t.Parallel()
	var s segment
	s.reset("[Grp] Some.Title's_Name - S01E02 (2001)")
	want := []struct {
		raw, key string
		sep      separators
		bracket  int16
	}{
		{"Grp", "grp", sepOpen, 0},
		{"Some", "some", sepClose | sepSpace, -1},
		{"Title's", "titles", sepDot, -1},
		{"Name", "name", sepUnderscore, -1},
		{"S01E02", "s01e02", sepSpace | sepDash, -1},
		{"2001", "2001", sepSpace | sepOpen, 1},
	}
	if len(s.tok) != len(want) {
		t.Fatalf("%d tokens, want %d", len(s.tok), len(want))
	}
	for i, w := range want {
		if s.raw(i) != w.raw || string(s.word(i)) != w.key || s.tok[i].sep != w.sep || s.tok[i].bracket != w.bracket {
			t.Errorf("token %d is %q %q %b in %d, want %+v", i, s.raw(i), s.word(i), s.tok[i].sep, s.tok[i].bracket, w)
		}
	}
	if s.tail != sepClose {
		t.Errorf("tail is %b", s.tail)
	}
}

func TestSplitPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{ // the file, and the nearest folder
		"/a/b/c.mkv":                       "c|b",
		`C:\a\b\c.mkv`:                     "c|b",
		"Show / Серия / S1 [2017, WEB-DL]": "Show / Серия / S1 [2017, WEB-DL]|",
		"Name (2016/S01/WEB-DL)":           "Name (2016/S01/WEB-DL)|",
		"/a (b/c).mkv":                     "c)|a (b",
		"a/ b/c":                           "c|b",
		"Title.S01E02.WEB-DL.x264.AAC":     "Title.S01E02.WEB-DL.x264.AAC|",
		"a/b/":                             "b|a",
		"":                                 "|",
		"///":                              "|",
	} {
		p := splitPath(path)
		if got := p.file + "|" + p.dirs[0]; got != want {
			t.Errorf("splitPath(%q) = %q, want %q", path, got, want)
		}
	}
}
