package name

// match is a vocabulary phrase at a place in a name.
type match struct {
	tag *tag
	to  int // one past its last token
}

// lookup returns the longest phrase of the vocabulary that begins at token i, as a tag. No claim holds the words behind
// the first. Most tokens are asked for many times, so what the vocabulary says of the words alone is kept.
func (s *segment) lookup(i int) match {
	t := &s.tok[i]
	if !t.searched {
		t.searched = true
		if t.entry == nil {
			t.found = s.lookupGlued(i)
		} else {
			t.found = s.lookupPhrase(i, len(s.tok))
		}
	}
	if end := t.found.to; end > i+1 && !s.free(i+1, end) {
		for end = i + 1; s.tok[end].prop == propNone; {
			end++
		}
		return s.lookupPhrase(i, end)
	}
	return t.found
}

// lookupPhrase returns the longest phrase from token i on that does not reach beyond end.
func (s *segment) lookupPhrase(i, end int) match {
	e := s.tok[i].entry
	m := match{tag: e.tag, to: i + 1}
	for to := i + 2; to <= min(i+int(e.words), end); to++ {
		if sep := s.tok[to-1].sep; sep&(sepOpen|sepClose|sepComma) != 0 || !sameJoint(sep) {
			break
		}
		if f := lookupWord(s.key[s.tok[i].k0:s.tok[to-1].k1]); f != nil && f.tag != nil {
			m = match{tag: f.tag, to: to}
		}
	}
	return m
}

// sameJoint reports whether the parts of a phrase may be joined by sep.
func sameJoint(sep separators) bool { return !sep.spacedDash() || sep&sepSpace == 0 }

// lookupGlued finds the tag in a word made of a tag and a number of channels or tracks, or of two
// tags: DDP5, FLACx2, 3xUkr, BD1080p.
func (s *segment) lookupGlued(i int) match {
	k := s.word(i)
	if len(k) < 3 || len(k) > 24 || s.tok[i].cjk {
		return match{}
	}
	var t *tag
	switch d := digits(k, 0); {
	case d == 0 || d > 2:
		t = tagBeforeNumber(k)
	case string(k[d:]) == "dvd" || string(k[d:]) == "xdvd":
		t = lookupWord("dvdr").tag
	case len(k)-d > 3 && k[d] == 'x':
		t = lookupWord(k[d+1:]).tagOf(propLanguage, propSource)
	default:
		t = lookupWord(k[d:]).tagOf(propLanguage, propSource)
	}
	if t == nil {
		return match{}
	}
	return match{tag: t, to: i + 1}
}

// tagBeforeNumber finds the tag that letters in front of a number are: DDP5, FLACx2, BD1080p.
func tagBeforeNumber(k []byte) *tag {
	d := firstDigit(k)
	if d == len(k) || d < 2 {
		return nil
	}
	head, rest := k[:d], k[d:]
	if d > 3 && head[d-1] == 'x' && len(rest) == 1 {
		head = head[:d-1]
	}
	t := lookupWord(head).tagOf(propAudioCodec, propSource)
	switch {
	case t == nil:
		return nil
	case t.prop == propAudioCodec && len(rest) <= 2 && digits(rest, 0) == len(rest):
		return t
	case t.prop == propSource && (isScreenSize(rest) || lookupWord(rest).isTag()):
		return t
	}
	return nil
}

// isTag reports whether the phrase, which may be unknown, is a tag.
func (e *entry) isTag() bool { return e != nil && e.tag != nil }

// tagOf returns the tag of the phrase, which may be unknown, if it is of one of two properties.
func (e *entry) tagOf(a, b property) *tag {
	if e.isTag() && (e.tag.prop == a || e.tag.prop == b) {
		return e.tag
	}
	return nil
}

// findStrongTags claims the words of the vocabulary that are tags wherever they stand. They are the
// frame for those that depend on it.
func (s *segment) findStrongTags() {
	n := len(s.tok)
	for i := 0; i < n; {
		if s.tok[i].prop != propNone {
			i++
			continue
		}
		m := s.lookup(i)
		if m.tag == nil || m.tag.strength != strong || !s.free(i, m.to) || s.firstWord(i) && m.to-i < n {
			i++
			continue
		}
		s.claimTag(m, i)
		i = m.to
	}
}

// firstWord reports whether token i opens the name outside any bracket, where even a technical word
// is a title: "Web Therapy", "8 Bit Christmas".
func (s *segment) firstWord(i int) bool {
	if s.tok[i].bracket >= 0 || i+1 >= len(s.tok) || s.tok[i+1].sep.only(sepOpen|sepClose) {
		return false
	}
	for j := range i {
		if p := s.tok[j].prop; p != propWebsite && p != propGroup && p != propIgnored {
			return false
		}
	}
	return !s.tagsOnly(i)
}

// tagsOnly reports whether every word from token i on is a tag.
func (s *segment) tagsOnly(i int) bool {
	for ; i < len(s.tok); i++ {
		if s.tok[i].prop == propNone && !(s.tok[i].num >= 0 && len(s.word(i)) == 1) {
			if m := s.lookup(i); m.tag == nil {
				return false
			}
		}
	}
	return true
}

func (s *segment) claimTag(m match, from int) {
	s.add(claim{prop: m.tag.prop, from: from, to: m.to, tag: m.tag})
	if m.tag.prop == propAudioCodec {
		s.claimChannels(m.to)
	}
}

// claimChannels claims the digits of "5.1" behind token to-1 when the word itself holds the first of
// them (DDP5 1), or both follow (AAC 2 0).
func (s *segment) claimChannels(to int) {
	k := s.word(to - 1)
	last := k[len(k)-1]
	glued := isDigit(last) && len(k) > 2 && !isDigit(k[len(k)-2]) && string(k) != "ac3" && string(k) != "eac3" &&
		string(k) != "mp3" && string(k) != "mp2"
	one := func(i int) bool {
		return s.freeWord(i) && len(s.word(i)) == 1 && s.tok[i].num >= 0 &&
			s.tok[i].sep.only(sepDot|sepSpace|sepUnderscore|sepDash|sepPlus)
	}
	if glued && one(to) && s.tok[to].num <= 2 {
		s.add(claim{prop: propAudioChannels, from: to, to: to + 1, text: channels(int(last-'0'), s.tok[to].num)})
	}
	if !glued && one(to) && one(to+1) && s.tok[to+1].num <= 2 && s.tok[to].num > 0 {
		s.add(claim{prop: propAudioChannels, from: to, to: to + 2, text: channels(s.tok[to].num,
			s.tok[to+1].num)})
	}
}

func channels(a, b int) string {
	switch {
	case a == 1 && b == 0:
		return "1.0"
	case a == 2 && b == 0:
		return "2.0"
	case a == 5 && b == 1:
		return "5.1"
	case a == 7 && b == 1:
		return "7.1"
	case a == 6 && b == 1:
		return "6.1"
	}
	return ""
}

// findAnchor returns the first token that cannot belong to a title any more: that of a technical tag
// or a marker, or of a year that something precedes.
func (s *segment) findAnchor() int {
	lead := s.lead()
	for i := range s.tok {
		p := s.tok[i].prop
		if p == propMarker || p == propDate || p.technical() && i > lead || p == propYear && i > 0 {
			return i
		}
	}
	return len(s.tok)
}
