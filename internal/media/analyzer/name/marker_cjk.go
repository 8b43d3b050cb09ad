package name

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// cjkMarker reads the numbers that Chinese, Japanese and Korean write with a counter: 第05话, 857集,
// 第3季, 第二季, 全24集, 12화.
func (s *segment) cjkMarker(i int) (claim, bool) {
	k := s.word(i)
	c := claim{from: i, to: i + 1, weight: weightWord}
	found := false
	for p := 0; p < len(k); {
		n, end, ok := cjkNumber(k, p)
		if !ok {
			_, w := utf8.DecodeRune(k[p:])
			p += w
			continue
		}
		found = s.counted(&c, n, p, end) || found
		_, w := utf8.DecodeRune(k[end:])
		p = end + w
	}
	return c, found
}

// counted takes n, the bytes [p, end) of the word of c, for what the letters around it say that it counts.
func (s *segment) counted(c *claim, n, p, end int) bool {
	k := s.word(c.to - 1)
	before, _ := utf8.DecodeLastRune(k[:p])
	counter, _ := utf8.DecodeRune(k[end:])
	ordinal := before == '第'
	switch {
	case !ordinal && !isDigit(k[p]): // 一 inside a word
		return false
	case before == '全' || before == '共':
		c.count = n
	case counter == '季' || counter == '期' && ordinal || before == '즌': // 시즌2
		c.seasons, c.weight = s.number(n), weightSeason
	case strings.ContainsRune("话話集回화회", counter) || counter == '章' && ordinal:
		c.episodes = s.number(n)
		s.fromBefore(c, p)
	default:
		return false
	}
	return true
}

// fromBefore extends the episode that c names to a range that begins in the word before: "第01-12话", "01-12集". The
// number of c stands at p in its word.
func (s *segment) fromBefore(c *claim, p int) {
	i := c.from - 1
	if p != 0 || i < 0 || s.tok[i].prop != propNone || !s.tok[c.from].sep.only(sepDash|sepTilde) {
		return
	}
	k := bytes.TrimPrefix(s.word(i), []byte("第"))
	from, last := number(k), s.nums[c.episodes.from]
	if from < 0 || from >= last || last-from > maxRun || len(k) > 4 {
		return
	}
	s.nums[c.episodes.from] = from
	s.runTo(&c.episodes, last)
	c.from--
}

// listingWord reports a word that a tracker's listing added, "10月新番" (new shows of October) or "23年日剧" (a Japanese
// series of 2023), and one behind a title that says that it is a film.
func (s *segment) listingWord(i int) bool {
	k := s.word(i)
	// "only for Hong Kong, Macau, Taiwan"
	if bytes.Contains(k, []byte("新番")) || bytes.Contains(k, []byte("僅限")) || bytes.Contains(k, []byte("仅限")) {
		return true
	}
	if d := digits(k, 0); d > 0 {
		return len(k)-d <= 12 && bytes.HasPrefix(k[d:], []byte("年")) &&
			(bytes.HasSuffix(k, []byte("剧")) || bytes.HasSuffix(k, []byte("番")))
	}
	ends := s.bracketOrEnd(i+1) || s.tok[i+1].sep&sepSlash != 0
	return oneOf(k, "剧场版", "劇場版") && s.freeWord(i-1) && s.tok[i].sep == sepSpace && ends
}

// cjkNumber reads digits or a number up to 99 in Chinese numerals from k at p on.
func cjkNumber(k []byte, p int) (n, end int, ok bool) {
	if isDigit(k[p]) {
		q := digits(k, p)
		if q-p > 4 {
			return 0, q, false
		}
		return number(k[p:q]), q, true
	}
	const numerals = "一二三四五六七八九十"
	q, tens := p, false
	for q < len(k) {
		r, w := utf8.DecodeRune(k[q:])
		at := strings.IndexRune(numerals, r)
		switch d := at/w + 1; {
		case at < 0 || d == 10 && tens:
			return n, q, q > p
		case d == 10:
			n, tens = max(n, 1)*10, true
		default:
			n += d
		}
		q += w
	}
	return n, q, q > p
}
