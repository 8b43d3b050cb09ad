package name

import "strings"

// halfIssue is the token from which on a name says "#½"; len(tok) where that is behind all words, -1 where it does
// not say so.
func (s *segment) halfIssue() int {
	at := strings.Index(s.text, "½")
	if at < 0 || !strings.HasSuffix(strings.TrimRight(s.text[:at], " "), "#") {
		return -1
	}
	for i := range s.tok {
		if s.tok[i].start >= at {
			return i
		}
	}
	return len(s.tok)
}

// bareIssue finds a number that no word marks, where none was found: "Series 012 (2014)", "Series 07 - Title",
// "04 - Series", and an issue beside a volume. It returns where the series ends and begins.
func (s *segment) bareIssue(c *comicName, start, end int) (int, int) {
	if c.issue.First != "" || c.chapter.First != "" {
		return end, start
	}
	for i := start; i < len(s.tok); i++ {
		hash := s.tok[i].sep&sepHash != 0
		if s.tok[i].bracket >= 0 && i > start && !hash || !s.issueLike(i, c) {
			continue
		}
		m := mark{from: i, to: i + 1, span: Span{First: leadingNumber(s.word(i))}}
		s.extendMark(&m, false)
		last := s.bracketOrEnd(m.to) || m.to == end // a date follows
		titled := s.at(m.to).sep.spacedDash()
		switch {
		case i > start && (hash || last || titled && s.beforeStory(m, end, c)):
			c.issue = m.span
			if s.negative(i) {
				c.issue.First = "-" + c.issue.First
			}
			return min(end, i), start
		case i == start && titled && s.issueLike(m.to, c) && s.at(m.to+1).sep.spacedDash(): // "421 - 01 - Title"
		case i == start && (titled || len(s.tok) == 1 || last && m.span.Last != ""):
			c.issue = m.span
			if m.to < end {
				c.leading = true
				return end, m.to
			}
			return start, start
		}
	}
	return end, start
}

// beforeStory reports whether a bare number with a dash behind it is an issue, whose story follows.
func (s *segment) beforeStory(m mark, end int, c *comicName) bool {
	return m.from >= end || s.word(m.from)[0] == '0' || m.to > m.from+1 || !s.laterIssue(m.to, c)
}

// laterIssue reports a number behind token i that ends the name's words.
func (s *segment) laterIssue(i int, c *comicName) bool {
	for ; i < len(s.tok); i++ {
		if s.tok[i].bracket < 0 && s.issueLike(i, c) && !s.is(i-1, "part") && s.bracketOrEnd(i+1) {
			return true
		}
	}
	return false
}

// negative reports an issue below zero: "#-1", "Series v1 -001".
func (s *segment) negative(i int) bool {
	sep := s.tok[i].sep
	return i > 0 && s.text[s.tok[i].start-1] == '-' &&
		(sep&sepHash != 0 || sep == sepSpace|sepDash && len(s.word(i)) == 3)
}

// issueLike reports a number that may be an issue's: no year, and none that belongs to the word before it.
func (s *segment) issueLike(i int, c *comicName) bool {
	k, t := s.word(i), &s.tok[i]
	n := digits(k, 0)
	for _, said := range c.said[:c.marks] {
		if i >= said[0] && i < said[1] {
			return false
		}
	}
	switch {
	case n == 0 || n > 4 || n < len(k) && !isCorrection(string(k[n:])):
		return false
	case n == 4 && yearLike(t.num) && t.sep&sepHash == 0, s.dated(i):
		return false
	case i > 0 && t.sep.tightDash() && s.tok[i-1].num < 0: // "IG-88"
		return s.spaceless()
	case t.sep&sepQuote != 0, t.sep == sepDot && s.at(i-1).num >= 0: // "'89", "1.5"
		return false
	}
	return true
}
