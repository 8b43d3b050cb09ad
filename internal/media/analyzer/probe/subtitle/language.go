package subtitle

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// The language of a text: its script tells some languages alone, and the small words that no sentence
// does without tell the others. For a text in a legacy encoding every likely encoding is tried, and the
// one in which it makes most sense is taken.

const (
	languageMaxWords = 300 // enough to be sure; the rest of a film says the same
	languageMaxRunes = 4 << 10
	languageLikely   = 0.01 // how much a script speaks for the commonest language in it
)

// languageWords are the commonest words of spoken language, by ISO 639-1 code. At most 64 languages.
var languageWords = []struct{ code, words string }{
	{"en", "the you and to is it that of what this have for are not with your was do don't i'm it's know we he can me my all she they there"},
	{"fr", "je tu vous est pas le la les un une que des et pour dans c'est ça nous il elle avec mais suis ne j'ai qui moi sur au du plus"},
	{"de", "ich du nicht das ist die und der es sie wir was ein zu mir mit dich auf ja wie hast den dass auch nein hier aber haben"},
	{"es", "que no de la el es lo en un por qué me una te los se con para mi está si pero las su yo muy eso estoy aquí"},
	{"pt", "que não de é eu um uma você para em com isso por se está mas meu ele ela os do da estou aqui o muito tem foi"},
	{"it", "che non di è la il un per mi ti sono ho una cosa con lo si ma questo se da mio hai perché della sei bene"},
	{"ca", "que no de la el és un per què em una amb això si però els què molt estic aquí vaig aquest"},
	{"ro", "nu de să ce este la în un am că pe cu eu te mai o ai și asta pentru dar sunt e ești"},
	{"nl", "ik je het de een is niet dat wat en van we zijn ze met voor er naar maar heb hij mijn dit geen ben hebben"},
	{"sv", "jag det är du inte att en och vi har som för på vad med han ett den kan mig var så om hon av till dig"},
	{"da", "jeg det er du ikke at en og vi har som for på hvad med han et den kan mig var så om hun af til dig"},
	{"no", "jeg det er du ikke å en og vi har som for på hva med han et den kan meg var så om hun av til deg"},
	{"fi", "on ei se ja en minä hän mutta että olen sinä mitä ole nyt niin kun voi tämä hyvä sen oli mikä onko"},
	{"et", "ei ja on ma see sa mis ta et kui aga oli mida sina mina ole siin nii"},
	{"lv", "ir tas es nav un ka tu kas mēs bet man ar viņš jā ko par"},
	{"lt", "ir tai aš ne kad tu yra kas jis mes bet man su ką ar čia taip"},
	{"pl", "nie to się że na co jest do jak ja mi tak czy ale po go jestem dla mnie z w już tego"},
	{"cs", "to je se na že co ne jsem jsi tak jak mi ale ty ho za pro si proč když nebo už není jste"},
	{"sk", "to je sa na že čo nie som si tak ako mi ale ty ho za pre prečo keď alebo už ste"},
	{"sl", "je da se ne kaj to v na sem si kako ampak za ti mi ni smo samo bil zakaj kje"},
	{"hr", "je da se ne što to u na sam si kako ali za ti mi nije smo samo ovo bio od gdje šta"},
	{"hu", "a nem az hogy ez egy meg van és is mit csak de ha itt mi vagy igen jó én el kell"},
	{"tr", "bir bu ne ve için değil mi ben sen evet hayır çok var da de ama daha nasıl şey beni"},
	{"id", "yang tidak aku kau ini itu dan di kita apa dia ada akan untuk dengan kamu saya bisa"},
	{"vi", "không là tôi anh có của và đã cho em một được này cô ấy gì"},
	{"el", "και το να είναι δεν με που για την σε μου τι θα τον της εγώ"},
	{"he", "את לא של אני זה מה הוא על אתה היא כן אבל יש לי"},
	{"ar", "من في لا ما أن على هذا أنا لقد إلى هل هو مع نعم"},
	{"fa", "که من به این را و از در تو است نه با اون برای"},
	{"ru", "не я что в и ты на это с как мы а но он меня у вы так все да нет мне его она привет"},
	{"uk", "не я що в і ти на це з як ми а але він мене у ви так все й та ні привіт"},
	{"bg", "не да се на и е ще ми това съм как какво за ти си аз го той"},
	{"sr", "је да се не што то у на сам си како али за ти ми није"},
}

// languageIndex gives for a word the set of languages that use it.
var languageIndex = sync.OnceValue(func() map[string]uint64 {
	index := make(map[string]uint64, 1024)
	for i, l := range languageWords {
		for word := range strings.FieldsSeq(l.words) {
			index[word] |= 1 << i
		}
	}
	return index
})

var languageSeed = maphash.MakeSeed()

// legacyEncodings are tried on a text that is no Unicode.
var legacyEncodings = []string{
	"windows-1252", "windows-1251", "windows-1250", "windows-1254", "windows-1253", "windows-1255", "windows-1256",
	"windows-1257", "koi8-r", "windows-874", "gb18030", "big5", "shift_jis", "euc-kr",
}

// subtitleText returns a text as UTF-8, or as it is where it is no Unicode: all that a format has to say
// of itself is ASCII.
func subtitleText(b []byte) []byte {
	u, _ := charset.Unicode(b)
	return lineEnds(u)
}

// lineEnds is a text whose lines end as everywhere: those of old Macintoshes end with a carriage return alone.
func lineEnds(text []byte) []byte {
	start := text[:min(len(text), 1024)]
	if alone := bytes.Count(start, []byte("\r")) - bytes.Count(start, []byte("\r\n")); alone <= bytes.Count(start, []byte("\n")) {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
}

// languageExcerpt is how much of a text is tried in every legacy encoding.
const languageExcerpt = 8 << 10

// speechStart returns a text from where its cues begin, which long lists of styles may stand before.
func speechStart(text []byte) []byte {
	for _, mark := range [...]string{"[Events]", "<body", "<BODY", "<Body"} {
		if i := bytes.Index(text, []byte(mark)); i >= 0 {
			return text[i:]
		}
	}
	return text
}

// detectLanguage returns the ISO 639-1 code of what spoken appends of a text, or "" where it is not sure.
func detectLanguage(w *window.Window, text []byte, spoken func(to, text []byte) []byte) string {
	words := w.Lend(4 * languageMaxRunes)[:0]
	if u, ok := charset.Unicode(text); ok {
		language, _ := languageOf(spoken(words, speechStart(lineEnds(u))))
		return language
	}
	text = speechStart(lineEnds(text))
	text = text[:min(len(text), languageExcerpt)]
	decoded := w.Lend(4 * languageExcerpt)[:0]
	best, confidence := "", languageLikely // in a legacy encoding every script can come out of any
	for _, label := range legacyEncodings {
		u, ok := charset.AppendDecode(decoded, text, label)
		if !ok || bytes.Count(u, []byte("\uFFFD")) > len(text)/200+1 {
			continue
		}
		if language, c := languageOf(spoken(words, u)); c > confidence {
			best, confidence = language, c
		}
	}
	return best
}

// languageOf returns the language of a text and how much speaks for it, from 0 to about 1.
func languageOf(text []byte) (string, float64) {
	var scripts scriptCount
	scripts.add(text)
	if language, share := scripts.language(); language != "" {
		return language, share
	}
	if language, share := languageByWords(text); language != "" {
		return language, share
	}
	return scripts.likely(), languageLikely
}

// languageMaxWord is the length, in bytes, above which no word is a common one.
const languageMaxWord = 48

// foldWord writes a word as the lists have it: in lower case, with plain apostrophes, none of them outside.
func foldWord(to, word []byte) []byte {
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		if r == '’' {
			r = '\''
		}
		if r != '\'' || len(to) > 0 {
			to = utf8.AppendRune(to, unicode.ToLower(r))
		}
	}
	return bytes.TrimRight(to, "'")
}

// languageByWords weighs each known word by how few languages share it.
func languageByWords(text []byte) (string, float64) {
	index := languageIndex()
	var weight [64]float64
	var hits, distinct [64]int
	var last [64]uint64
	var buf [4*languageMaxWord + utf8.UTFMax]byte
	words := 0
	for word := range bytes.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && !unicode.IsMark(r) }) {
		if words++; words > languageMaxWords {
			break
		}
		if len(word) > languageMaxWord {
			continue
		}
		word = foldWord(buf[:0], word)
		set := index[string(word)]
		if set == 0 {
			continue
		}
		share := 1 / float64(bits.OnesCount64(set))
		same := maphash.Bytes(languageSeed, word)
		for ; set != 0; set &= set - 1 {
			i := bits.TrailingZeros64(set)
			weight[i] += share
			hits[i]++
			if last[i] != same { // laughter is the same in every language
				distinct[i]++
				last[i] = same
			}
		}
	}
	first, second := 0, -1
	for i := range languageWords {
		switch {
		case weight[i] > weight[first]:
			first, second = i, first
		case i != first && (second < 0 || weight[i] > weight[second]):
			second = i
		}
	}
	share := float64(hits[first]) / float64(max(1, words))
	isLatin := languageWords[first].words[0] < utf8.RuneSelf
	switch {
	case hits[first] == 0 || share < 0.08, isLatin && (distinct[first] < 3 || share < 0.12):
		return "", 0
	case weight[first] < 1.1*weight[second]:
		return "", 0
	}
	return languageWords[first].code, share
}

// scriptCount counts letters by script, and those that tell languages of one script apart.
type scriptCount struct {
	letters                               int
	kana, han, hangul                     int
	common                                int // characters that Chinese cannot do without
	thai, devanagari, tamil, telugu       int
	bengali, georgian, armenian           int
	hebrew, greek, arabic                 int
	persian, cyrillic, ukrainian, serbian int
	belarusian, russian                   int
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
	switch {
	case r >= 0x3040 && r <= 0x30FF:
		c.kana++
	case r >= 0x4E00 && r <= 0x9FFF:
		c.han++
		if strings.ContainsRune("的我你是了不在這这有他她们們", r) {
			c.common++
		}
	case r >= 0xAC00 && r <= 0xD7A3:
		c.hangul++
	case r >= 0x0E00 && r <= 0x0E7F:
		c.thai++
	case r >= 0x0900 && r <= 0x097F:
		c.devanagari++
	case r >= 0x0980 && r <= 0x09FF:
		c.bengali++
	case r >= 0x0B80 && r <= 0x0BFF:
		c.tamil++
	case r >= 0x0C00 && r <= 0x0C7F:
		c.telugu++
	case r >= 0x10A0 && r <= 0x10FF:
		c.georgian++
	case r >= 0x0530 && r <= 0x058F:
		c.armenian++
	case r >= 0x0590 && r <= 0x05FF:
		c.hebrew++
	case r >= 0x0370 && r <= 0x03FF:
		c.greek++
	case r >= 0x0600 && r <= 0x06FF:
		c.arabic++
		if strings.ContainsRune("پچژگکی", r) {
			c.persian++
		}
	case r >= 0x0400 && r <= 0x04FF:
		c.cyrillic++
		c.cyrillicLetter(r)
	}
}

func (c *scriptCount) cyrillicLetter(r rune) {
	switch unicode.ToLower(r) {
	case 'і', 'ї', 'є', 'ґ':
		c.ukrainian++
	case 'ј', 'љ', 'њ', 'ђ', 'ћ', 'џ':
		c.serbian++
	case 'ў':
		c.belarusian++
	case 'ы', 'э', 'ё':
		c.russian++
	}
}

// language returns what the script alone tells, with the share of its letters.
func (c *scriptCount) language() (string, float64) {
	share := func(n int) float64 { return float64(n) / float64(max(1, c.letters)) }
	cjk := c.kana + c.han + c.hangul
	switch {
	case c.letters < 8:
		return "", 0
	case share(cjk) > 0.5 && c.hangul > cjk/2:
		return "ko", share(c.hangul) * 0.5
	case share(cjk) > 0.5 && c.kana > cjk/5:
		return "ja", share(cjk) * 0.5
	case share(c.han) > 0.5 && c.common > c.han/40:
		return "zh", share(c.han) * 0.5
	case share(c.thai) > 0.5:
		return "th", share(c.thai) * 0.3
	case share(c.devanagari) > 0.5:
		return "hi", share(c.devanagari)
	case share(c.bengali) > 0.5:
		return "bn", share(c.bengali)
	case share(c.tamil) > 0.5:
		return "ta", share(c.tamil)
	case share(c.telugu) > 0.5:
		return "te", share(c.telugu)
	case share(c.georgian) > 0.5:
		return "ka", share(c.georgian)
	case share(c.armenian) > 0.5:
		return "hy", share(c.armenian)
	}
	return "", 0
}

// likely returns the commonest language of the script that most letters are of, Latin aside.
func (c *scriptCount) likely() string {
	most := c.letters * 2 / 3
	switch {
	case c.letters == 0:
	case c.cyrillic > most && c.ukrainian > 0 && c.russian == 0 && c.belarusian == 0:
		return "uk"
	case c.cyrillic > most && c.belarusian > 0:
		return "be"
	case c.cyrillic > most && c.serbian > 0:
		return "sr"
	case c.cyrillic > most:
		return "ru"
	case c.greek > most:
		return "el"
	case c.hebrew > most:
		return "he"
	case c.arabic > most && c.persian > c.arabic/50:
		return "fa"
	case c.arabic > most:
		return "ar"
	}
	return ""
}

// spokenLines appends the lines of SubRip, WebVTT, MicroDVD and the like that are spoken: no numbers,
// times, settings or tags.
func spokenLines(to, text []byte) []byte {
	for line := range bytes.Lines(text) {
		if len(to) > languageMaxRunes {
			break
		}
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0, bytes.Contains(line, []byte("-->")), bytes.HasPrefix(line, []byte("WEBVTT")),
			bytes.HasPrefix(line, []byte("NOTE")), bytes.HasPrefix(line, []byte("STYLE")):
			continue
		}
		to = appendSpoken(to, line)
	}
	return to
}

// spokenASS appends the text of Dialogue lines, which is their tenth field.
func spokenASS(to, text []byte) []byte {
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(line, []byte("Dialogue:"))
		if !ok {
			continue
		}
		if len(to) > languageMaxRunes {
			break
		}
		for range 9 {
			_, rest, _ = bytes.Cut(rest, []byte(","))
		}
		to = appendSpoken(to, rest)
	}
	return to
}

// spokenMarkup appends the text of a document between its tags.
func spokenMarkup(to, text []byte) []byte { return appendSpoken(to, text) }

// appendSpoken appends a line without what stands in tags, braces and brackets, with blanks for the line
// breaks of ASS.
func appendSpoken(to, line []byte) []byte {
	depth, most := 0, len(to)+2*languageMaxRunes
	for i := 0; i < len(line) && len(to) <= most; {
		r, n := utf8.DecodeRune(line[i:])
		switch {
		case r == '<' || r == '{' || r == '[':
			depth++
		case (r == '>' || r == '}' || r == ']') && depth > 0:
			depth--
			to = append(to, ' ')
		case r == '\\' && i+1 < len(line) && (line[i+1] == 'N' || line[i+1] == 'n'):
			to = append(to, ' ')
			n = 2
		case depth == 0:
			to = utf8.AppendRune(to, r)
		}
		i += n
	}
	return append(to, '\n')
}
