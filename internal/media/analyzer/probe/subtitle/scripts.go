package subtitle

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// script is a writing system, or letters of one that tell its languages apart.
type script uint8

const (
	kana script = iota
	han
	common // characters that Chinese cannot do without
	hangul
	thai
	devanagari
	bengali
	tamil
	telugu
	georgian
	armenian
	hebrew
	greek
	arabic
	persian
	cyrillic
	ukrainian
	serbian
	belarusian
	russian
	scripts // how many there are
)

// scriptBlocks are the blocks of Unicode that scripts take.
var scriptBlocks = []struct {
	first, last rune
	script      script
}{
	{0x0370, 0x03FF, greek}, {0x0400, 0x04FF, cyrillic}, {0x0530, 0x058F, armenian}, {0x0590, 0x05FF, hebrew},
	{0x0600, 0x06FF, arabic}, {0x0900, 0x097F, devanagari}, {0x0980, 0x09FF, bengali}, {0x0B80, 0x0BFF, tamil},
	{0x0C00, 0x0C7F, telugu}, {0x0E00, 0x0E7F, thai}, {0x10A0, 0x10FF, georgian}, {0x3040, 0x30FF, kana},
	{0x4E00, 0x9FFF, han}, {0xAC00, 0xD7A3, hangul},
}

// telling are letters, in lower case, that not every language of a script has.
var telling = [scripts][]struct {
	letters string
	tells   script
}{
	han:    {{"的我你是了不在這这有他她们們", common}},
	arabic: {{"پچژگکی", persian}},
	cyrillic: {
		{"іїєґ", ukrainian}, {"јљњђћџ", serbian}, {"ў", belarusian}, {"ыэё", russian},
	},
}

// scriptCount counts letters by script.
type scriptCount struct {
	letters int
	of      [scripts]int
}

func (c *scriptCount) add(text []byte) {
	for text = text[:min(len(text), languageMaxRunes)]; len(text) > 0; {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		if r < utf8.RuneSelf {
			if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				c.letters++
			}
			continue
		}
		if unicode.IsLetter(r) {
			c.letters++
			c.letter(r)
		}
	}
}

func (c *scriptCount) letter(r rune) {
	for _, b := range scriptBlocks {
		if r < b.first || r > b.last {
			continue
		}
		c.of[b.script]++
		for _, t := range telling[b.script] {
			if strings.ContainsRune(t.letters, unicode.ToLower(r)) {
				c.of[t.tells]++
			}
		}
		return
	}
}

// loneLanguages are those that nearly all that is written in a script is in, and how much the script speaks for them.
var loneLanguages = []struct {
	script script
	code   string
	weight float64
}{{thai, "th", 0.3}, {devanagari, "hi", 1}, {bengali, "bn", 1}, {tamil, "ta", 1}, {telugu, "te", 1}, {georgian, "ka", 1}, {armenian, "hy", 1}}

// language returns what the script alone tells, with the share of its letters.
func (c *scriptCount) language() (string, float64) {
	if c.letters < 8 {
		return "", 0
	}
	share := func(n int) float64 { return float64(n) / float64(c.letters) }
	cjk := c.of[kana] + c.of[han] + c.of[hangul]
	switch {
	case share(cjk) > 0.5 && c.of[hangul] > cjk/2:
		return "ko", share(c.of[hangul]) * 0.5
	case share(cjk) > 0.5 && c.of[kana] > cjk/5:
		return "ja", share(cjk) * 0.5
	case share(c.of[han]) > 0.5 && c.of[common] > c.of[han]/40:
		return "zh", share(c.of[han]) * 0.5
	}
	for _, l := range loneLanguages {
		if share := share(c.of[l.script]); share > 0.5 {
			return l.code, share * l.weight
		}
	}
	return "", 0
}

// likely returns the commonest language of the script that most letters are of, Latin aside.
func (c *scriptCount) likely() string {
	most := c.letters * 2 / 3
	switch {
	case c.letters == 0:
	case c.of[cyrillic] > most:
		return c.likelyCyrillic()
	case c.of[greek] > most:
		return "el"
	case c.of[hebrew] > most:
		return "he"
	case c.of[arabic] > most && c.of[persian] > c.of[arabic]/50:
		return "fa"
	case c.of[arabic] > most:
		return "ar"
	}
	return ""
}

func (c *scriptCount) likelyCyrillic() string {
	switch {
	case c.of[ukrainian] > 0 && c.of[russian] == 0 && c.of[belarusian] == 0:
		return "uk"
	case c.of[belarusian] > 0:
		return "be"
	case c.of[serbian] > 0:
		return "sr"
	}
	return "ru"
}
