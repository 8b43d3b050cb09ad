package name

import (
	"bytes"
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
		before, _ := utf8.DecodeLastRune(k[:p])
		counter, w := utf8.DecodeRune(k[end:])
		ordinal := before == '第'
		switch {
		case !ordinal && !isDigit(k[p]): // 一 inside a word
		case before == '全' || before == '共':
			c.count, found = n, true
		case counter == '季' || counter == '期' && ordinal:
			c.seasons, found = s.number(n), true
			c.weight = weightSeason
		case before == '즌': // 시즌2
			c.seasons, found = s.number(n), true
			c.weight = weightSeason
		case counter == '话' || counter == '話' || counter == '集' || counter == '回' || counter == '화' ||
			counter == '회' || counter == '章' && ordinal:
			c.episodes, found = s.number(n), true
			s.fromBefore(&c, p)
		}
		p = end
		if w > 0 && end < len(k) {
			p = end + w
		}
	}
	return c, found
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
	if containsRunes(k, "新番") || containsRunes(k, "僅限") || containsRunes(k, "仅限") {
		return true
	}
	if d := digits(k, 0); d > 0 && d < len(k) {
		rest := k[d:]
		return len(rest) > 3 && string(rest[:3]) == "年" && len(rest) <= 12 &&
			(bytes.HasSuffix(rest, []byte("剧")) || bytes.HasSuffix(rest, []byte("番")))
	}
	switch string(k) {
	case "剧场版", "劇場版":
		ends := i+1 >= len(s.tok) || s.tok[i+1].sep&(sepOpen|sepClose|sepSlash) != 0
		return i > 0 && s.tok[i-1].prop == propNone && s.tok[i].sep == sepSpace && ends
	}
	return false
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
	q, tens := p, false
	for q < len(k) {
		r, w := utf8.DecodeRune(k[q:])
		d := 0
		switch r {
		case '一':
			d = 1
		case '二':
			d = 2
		case '三':
			d = 3
		case '四':
			d = 4
		case '五':
			d = 5
		case '六':
			d = 6
		case '七':
			d = 7
		case '八':
			d = 8
		case '九':
			d = 9
		case '十':
			if tens {
				return n, q, true
			}
			n, tens = max(n, 1)*10, true
			q += w
			continue
		default:
			return n, q, q > p
		}
		n += d
		q += w
	}
	return n, q, q > p
}

// containsRunes reports whether the text of sub occurs in k.
func containsRunes(k []byte, sub string) bool {
	for i := 0; i+len(sub) <= len(k); i++ {
		if string(k[i:i+len(sub)]) == sub {
			return true
		}
	}
	return false
}
