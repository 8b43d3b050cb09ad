package name

import "slices"

// claim is a run of tokens that was found to say something.
type claim struct {
	prop       property
	weight     int8 // of markers: against other markers of the same name
	tenths     int8 // of the episode: 5 is that of "07.5", a recap between two
	seasonWord bool // "Season 3" rather than "S03"
	from, to   int  // tokens [from, to)
	tag        *tag
	text       string // the value, where there is no tag
	num        int    // the value, where it is a number

	// Of markers: what they number, as ranges of segment.nums.
	seasons, episodes, absolute span
	count                       int // of a season, "3 of 12"
}

// span is a range of segment.nums.
type span struct{ from, to int }

func (p span) empty() bool { return p.from == p.to }

// number appends a number, and returns the span that holds it alone.
func (s *segment) number(n int) span {
	s.nums = append(s.nums, n)
	return span{len(s.nums) - 1, len(s.nums)}
}

// numbers returns what p spans.
func (s *segment) numbers(p span) []int { return s.nums[p.from:p.to] }

// maxRun is the longest range of episodes or seasons that is spelt out. Longer ones are no ranges.
const maxRun = 1500

// append adds n to p, which is the last span.
func (s *segment) append(p *span, n int) {
	s.nums = append(s.nums, n)
	p.to = len(s.nums)
}

// last returns the last number of p.
func (s *segment) last(p span) int { return s.nums[p.to-1] }

// runTo appends what follows the last number of p up to n.
func (s *segment) runTo(p *span, n int) {
	for v := s.last(*p) + 1; v <= n; v++ {
		s.nums = append(s.nums, v)
	}
	p.to = len(s.nums)
}

// add records c, and marks its tokens. A token may have two claims, such as BD1080p: the later one is
// what it is taken for.
func (s *segment) add(c claim) {
	for i := c.from; i < c.to; i++ {
		s.tok[i].prop = c.prop
		s.tok[i].claim = int16(len(s.claims))
	}
	s.claims = append(s.claims, c)
	s.said |= 1 << c.prop
}

// free reports whether no claim holds any of the tokens [from, to).
func (s *segment) free(from, to int) bool {
	for i := from; i < to; i++ {
		if s.tok[i].prop != propNone {
			return false
		}
	}
	return true
}

// drop takes claim i back.
func (s *segment) drop(i int) {
	c := &s.claims[i]
	for t := c.from; t < c.to; t++ {
		if int(s.tok[t].claim) == i {
			s.tok[t].prop, s.tok[t].claim = propNone, -1
		}
	}
	c.prop, c.to = propNone, c.from
	s.said = 0
	for j := range s.claims {
		s.said |= 1 << s.claims[j].prop
	}
}

// orderClaims sorts the claims by where they stand, so that what comes first in the name comes first in the guess.
func (s *segment) orderClaims() {
	byPlace := func(a, b claim) int { return a.from - b.from }
	if slices.IsSortedFunc(s.claims, byPlace) {
		return
	}
	slices.SortStableFunc(s.claims, byPlace)
	for i := range s.claims {
		for t := s.claims[i].from; t < s.claims[i].to; t++ {
			s.tok[t].claim = int16(i)
		}
	}
}

// first returns the index of the first claim of prop, -1 if there is none.
func (s *segment) first(prop property) int {
	for i := range s.claims {
		if s.claims[i].prop == prop {
			return i
		}
	}
	return -1
}

// has reports whether anything was found that says prop.
func (s *segment) has(prop property) bool { return s.said&(1<<prop) != 0 }

// lead returns the first token that no claim holds, len(tok) if all are held.
func (s *segment) lead() int {
	for i := range s.tok {
		if s.tok[i].prop == propNone {
			return i
		}
	}
	return len(s.tok)
}

// leading reports whether nothing but claims stands before token i.
func (s *segment) leading(i int) bool { return i <= s.lead() }

// technicalProps is the set of properties that describe a release rather than a work.
const technicalProps = 1<<propSource | 1<<propVideoCodec | 1<<propColorDepth | 1<<propVideoProfile | 1<<propVideoAPI |
	1<<propAudioCodec | 1<<propAudioProfile | 1<<propAudioChannels | 1<<propScreenSize | 1<<propService |
	1<<propCRC | 1<<propSize | 1<<propRate

// technical reports whether prop describes a release rather than a work.
func (p property) technical() bool { return technicalProps>>p&1 != 0 }

// descriptive reports whether prop comes from the vocabulary.
func (p property) descriptive() bool {
	return p.technical() || p == propLanguage || p == propSubtitle || p == propEdition || p == prop3D || p == propOther
}
