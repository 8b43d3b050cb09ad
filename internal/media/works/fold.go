package works

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is what titles and names are compared by: without case, marks, punctuation and the English article, "&" as
// "and", Roman numerals as numbers. It is empty only where s is.
func Fold(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	words := make([]byte, 0, len(s)+8)
	words = foldWords(words, frontArticle(s))
	if len(words) == 0 {
		return strings.ToLower(s) // nothing but signs
	}
	return string(foldNumbers(cutArticle(words)))
}

// foldWords appends the words of s, in lower case and with single spaces.
func foldWords(out []byte, s string) []byte {
	space := false
	put := func(c byte) {
		if space && len(out) > 0 {
			out = append(out, ' ')
		}
		space = false
		out = append(out, c)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return foldRunes(out, s[i:], space)
		case c >= 'A' && c <= 'Z':
			put(c + 'a' - 'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			put(c)
		case c == '&':
			if len(out) > 0 {
				out = append(out, " and"...)
			} else {
				out = append(out, "and"...)
			}
			space = true
		case c == '\'' || c == '`':
		default:
			space = true
		}
	}
	return out
}

// letters have no decomposition, but a plain spelling.
var letters = map[rune]string{
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ı': "i", 'ß': "ss", 'ŋ': "n", 'ħ': "h",
}

// foldRunes goes on where a text leaves ASCII.
func foldRunes(out []byte, s string, space bool) []byte {
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '’', r == '‘', r == '\'', r == '`':
			continue
		case r == '&':
			if len(out) > 0 {
				out = append(out, ' ')
			}
			out, space = append(out, "and"...), true
			continue
		case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Mc, r):
			space = true
			continue
		}
		if space && len(out) > 0 {
			out = append(out, ' ')
		}
		space = false
		r = unicode.ToLower(r)
		if plain, ok := letters[r]; ok {
			out = append(out, plain...)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// trailingArticles stand behind a title and a comma in names that sort well. English ones are dropped there as in
// front.
var trailingArticles = map[string]bool{
	"the": true, "a": true, "an": true, "der": true, "die": true, "das": true, "le": true, "la": true, "les": true,
	"l'": true, "el": true, "los": true, "las": true, "il": true, "lo": true, "gli": true, "de": true, "het": true,
	"een": true, "ein": true, "eine": true, "un": true, "une": true, "una": true,
}

// frontArticle makes "Title, The" "The Title".
func frontArticle(s string) string {
	i := strings.LastIndexByte(s, ',')
	if i <= 0 || len(s)-i > 6 {
		return s
	}
	article := strings.TrimSpace(s[i+1:])
	if !trailingArticles[strings.ToLower(article)] {
		return s
	}
	return article + " " + s[:i]
}

func cutArticle(words []byte) []byte {
	for _, article := range [...]string{"the ", "a ", "an "} {
		if len(words) > len(article) && string(words[:len(article)]) == article {
			return words[len(article):]
		}
	}
	return words
}

var roman = map[string]string{
	"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
	"xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18",
	"xix": "19", "xx": "20",
}

// short are words that are also written short, before a number.
var short = map[string]string{"pt": "part", "vol": "volume", "chap": "chapter", "ep": "episode", "no": "number"}

// foldNumbers makes numerals behind the first word digits: Roman ones, and words behind "part" and the like.
func foldNumbers(words []byte) []byte {
	if !mayNumber(words) {
		return words
	}
	fields := strings.Fields(string(words))
	for i := 1; i < len(fields); i++ {
		number := roman[fields[i]]
		switch fields[i-1] {
		case "part", "pt", "chapter", "chap", "volume", "vol", "book", "episode":
			if n, ok := numberWords[fields[i]]; ok {
				number = strconv.Itoa(n)
			}
		}
		if number != "" {
			fields[i] = number
		}
		if long, ok := short[fields[i-1]]; ok && isDigits(fields[i]) {
			fields[i-1] = long
		}
	}
	return []byte(strings.Join(fields, " "))
}

// mayNumber reports whether there is a word at all that foldNumbers may change.
func mayNumber(words []byte) bool {
	for start := 0; start < len(words); {
		end := start
		for end < len(words) && words[end] != ' ' {
			end++
		}
		word := words[start:end]
		if start > 0 && len(word) <= 5 {
			if _, ok := roman[string(word)]; ok {
				return true
			}
			if _, ok := numberWords[string(word)]; ok {
				return true
			}
		}
		if _, ok := short[string(word)]; ok {
			return true
		}
		start = end + 1
	}
	return false
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// folds remembers the last text: tracks and episodes say the same of album and series, one after the other.
type folds struct {
	last, folded string
}

func (f *folds) fold(s string) string {
	if s != f.last {
		f.last, f.folded = s, Fold(s)
	}
	return f.folded
}
