package subtitle

import (
	"bytes"

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

// legacyEncodings are tried on a text that is no Unicode, by labels that are plain: such are not written anew each time.
var legacyEncodings = []string{
	"windows1252", "windows1251", "windows1250", "windows1254", "windows1253", "windows1255", "windows1256",
	"windows1257", "koi8r", "windows874", "gb18030", "big5", "shiftjis", "euckr",
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
