package name

import "unicode/utf8"

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
		case counter == '话' || counter == '話' || counter == '集' || counter == '回' || counter == '화' || counter == '회' || counter == '章' && ordinal:
			c.episodes, found = s.number(n), true
		}
		p = end
		if w > 0 && end < len(k) {
			p = end + w
		}
	}
	return c, found
}

// cjkNumber reads digits or a number up to 99 in Chinese numerals from k at p on.
func cjkNumber(k []byte, p int) (n, end int, ok bool) {
	if isDigit(k[p]) {
		q := digits(k, p)
		if q-p > 4 {
			return 0, q, false
		}
		return int(number(k[p:q])), q, true
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
