//nolint:misspell // misspelled words are what is looked for
package words

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWordsHaveOneSpelling(t *testing.T) {
	for text, want := range map[string]string{
		"The WALL (1982)":           "the wall 1982",
		"Straße STRASSE Fuß":        "strasse strasse fuss",
		"Ёлка ёлка елка":            "елка елка елка",
		"Amélie Ångström Łódź Þór":  "amelie angstrom lodz thor",
		"Ὀδυσσεύς ΟΔΥΣΣΕΥΣ":         "οδυσσευσ οδυσσευσ",
		"Schindler's Schindler’s":   "schindler s schindler s schindlers schindlers",
		"Spider-Man 2":              "spider man 2 spiderman",
		"O'Brien – the film":        "o brien the film obrien",
		"Yu‐Gi‑Oh":                  "yu gi oh yugioh",
		"a--b":                      "a b",
		"-'rock 'n' roll'-":         "rock n roll",
		"co\u00ADoperate":           "cooperate",
		"2021-05-03":                "2021 05 03",
		"9-1-1":                     "9 1 1 911",
		"a-b-c-d-e":                 "a b c d e",
		"ＷＩＤＥ ½ x²":                 "wide 1 2 x2",
		"東京物語":                      "東京 京物 物語 語",
		"京":                         "京",
		"スター・ウォーズ":                  "スタ ター ー ウォ ォー ーズ ズ",
		"ｽﾀｰ":                       "スタ ター ー",
		"東京tower":                   "東京 京 tower",
		"괴물":                        "괴물 물",
		"がか":                        "がか か",
		"हिन्दी":                    "हिन्दी",
		"שָׁלוֹם":                   "שלום",
		"كِتَاب":                    "كتاب",
		"a\xffb\x00c":               "a b c",
		"":                          "",
		"!!! … ":                    "",
		strings.Repeat("x", 100):    strings.Repeat("x", 64),
		strings.Repeat("я", 100):    strings.Repeat("я", 32),
		"tv/x-files.s01.mkv":        "tv x files s01 mkv xfiles",
		"Wi-Fi":                     "wi fi wifi",
		"naïve_file.name+and&other": "naive file name and other",
	} {
		if got := Of(text); got != want {
			t.Errorf("words of %q are %q, want %q", text, got, want)
		}
	}
}

// TestEveryPartOfATextIsFoundInIt: what a person may take out of a text finds it, whatever joints are left out.
func TestEveryPartOfATextIsFoundInIt(t *testing.T) {
	for text, questions := range map[string][]string{
		"Spider-Man: No Way Home": {"spiderman", "spider man", "spider-man", "SPIDER’MAN", `"spider-man no way"`, "no way ho", `"man no"`},
		"Schindlers Liste":        {"schindler's", "schindlers", "schindler’s li"},
		"Schindler's List":        {"schindlers", "schindler", "schindler s", `"schindler's list"`},
		"L'Amour":                 {"amour", "lamour", "l'am"},
		"Die Straße":              {"strasse", "STRASSE", "straße", "stras"},
		"Ёлки":                    {"елки", "ёлки", "ЕЛ"},
		"大東京物語":                   {"京", "大", "語", "東京", "京物語", "大東京物語", `"東京"`, "物語"},
		"東京 tower 2":              {`"京 tower"`, `"東京 tower"`, "tower 京"},
		"Catch-22":                {"catch22", "catch 22", "catch-2"},
	} {
		words := Of(text)
		for _, q := range questions {
			terms := Terms(q)
			for i := range terms {
				if !terms[i].In(words, true) {
					t.Errorf("%q is not found by %q: %+v is not in %q", text, q, terms[i], words)
				}
			}
			if len(terms) == 0 {
				t.Errorf("%q asks for nothing", q)
			}
		}
	}
}

func TestOnlyTheLastWordThatWasTypedMayBeABeginning(t *testing.T) {
	for q, want := range map[string]string{
		"the wal":    "the| wal|*",
		`"the wal"`:  "the wal|",
		`the "wal"`:  "the| wal|",
		`"the" wal`:  "the| wal|*",
		"x-fil":      "x fil,xfil|*",
		"東 wal":      "東|+ wal|*",
		"wal 東京":     "wal| 東京|",
		`"" - ' * (`: "",
		`a" "b`:      "a| b|*",
	} {
		var got []string
		for _, term := range Terms(q) {
			text := strings.Join(term.Phrases, ",") + "|"
			if term.Starts {
				text += "+"
			}
			if term.Open {
				text += "*"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q asks for %q, want %q", q, got, want)
		}
	}
}

// naive is the optimal string alignment as its definition says it.
func naive(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func randomWord(r *rand.Rand, most int) []rune {
	w := make([]rune, 1+r.IntN(most))
	for i := range w {
		w[i] = []rune("abcя")[r.IntN(4)]
	}
	return w
}

func TestTheDistanceIsThatOfItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a, b := randomWord(r, 9), randomWord(r, 9)
		if r.IntN(20) == 0 {
			a, b = randomWord(r, maxSpelled), randomWord(r, maxSpelled)
		}
		for limit := range 3 {
			want := naive(a, b)
			if want > limit {
				want = far
			}
			if got := distance(a, b, limit); got != want {
				t.Fatalf("from %q to %q is %d within %d, want %d", string(a), string(b), got, limit, want)
			}
		}
	}
}

func TestWordsAreMeantThatContainOneOrAreNearIt(t *testing.T) {
	var page []byte
	for i, w := range []string{"anterior", "antler", "atner", "decanter", "elan", "enter", "lantern", "panther", "ranter", "winter", "ананас"} {
		page = AppendWord(page, w, int64(1)<<i)
	}
	EachWord(page, func(w []byte, size int) {
		if len(w) == 0 || size < 1 || size >= separators {
			t.Errorf("%q of size %d", w, size)
		}
	})
	for q, want := range map[string]string{
		"anter":    "[ranter lantern decanter] [enter atner antler]", // the commonest first; what it begins is found by it
		"anter x":  "[ranter lantern decanter anterior] [enter atner antler]",
		"lantren":  "[] [lantern]",
		"pantehr":  "[] [panther]",
		"decnater": "[] [decanter]",
		"dcnater":  "[] []", // two letters are too many for one so short
		"нанас":    "[ананас] []",
		"анонас":   "[] [ананас]",
		"lan":      "[elan] []",
	} {
		term := Terms(q)[0]
		m := NewMeaning(&term)
		m.Look(page)
		m.Look(page) // a word may stand in two
		near := slices.DeleteFunc(m.Near(2), func(w string) bool { return slices.Contains(m.Inside(), w) })
		if got := fmt.Sprint(m.Inside(), near); got != want {
			t.Errorf("%q may mean %s, want %s", q, got, want)
		}
	}
	if m := NewMeaning(&Term{Word: "decnatre"}); true {
		if m.Look(page); len(m.Near(1)) > 0 || len(m.Near(2)) != 1 {
			t.Errorf("two letters are %q at one, %q at two", m.Near(1), m.Near(2))
		}
	}
}

func TestNoMoreThanSixteenWordsAreMeant(t *testing.T) {
	var page []byte
	for i := range 100 {
		page = AppendWord(page, fmt.Sprintf("x%clantern%c", 'a'+i%10, 'a'+i/10), int64(1)<<(i/10))
	}
	m := NewMeaning(&Term{Word: "lantern"})
	if m.Look(page); len(m.Inside()) != maxMeant || !strings.HasSuffix(m.Inside()[0], "j") {
		t.Errorf("%d words, %q the first", len(m.Inside()), m.Inside()[0])
	}
}

// FuzzWords: what is in a text is found in it, and is folded already.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"a b", "Straße-Bahn", "東京 tower", "\xff", "ｽﾀｰ-a", "a’b’c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := Of(s)
		if strings.ContainsAny(words, "\"*()'-\x00") || strings.Contains(words, "  ") || words != strings.TrimSpace(words) {
			t.Errorf("%q has words %q", s, words)
		}
		if strings.Contains(s, `"`) {
			return
		}
		for _, term := range Terms(s) {
			if !term.In(words, false) {
				t.Errorf("%q: %+v is not in %q", s, term, words)
			}
		}
	})
}
