package name

// laterLatin returns a Latin title that stands apart from one in another script: behind a season in
// that script and a slash, or behind brackets.
func (s *segment) laterLatin(w words) words {
	foreign := false
	for i := w.from; i < w.to; i++ {
		if s.tok[i].latin {
			return words{}
		}
		foreign = foreign || s.tok[i].cjk || s.tok[i].other
	}
	if !foreign {
		return words{}
	}
	for i := w.to; i < len(s.tok) && !s.tok[i].prop.technical(); i++ {
		if s.tok[i].prop == propNone && s.tok[i].latin && s.tok[i].bracket == s.tok[w.from].bracket &&
			s.tok[i].bracket < 0 &&
			(s.tok[i].sep&(sepSlash|sepClose) != 0 || s.tok[i-1].prop == propMarker && s.tok[i-1].cjk) {
			if later := s.titleFrom(i); s.isLatin(later) && later.to < len(s.tok) && s.tok[later.to].prop != propNone {
				return later
			}
		}
	}
	return words{}
}

// chooseScript cuts a title that is given in two scripts, or as two titles. The Latin one is the
// title, since catalogs of works know it; the other is its alternative.
func (s *segment) chooseScript(w words) (title, alternative words) {
	if w.empty() {
		return w, words{}
	}
	for i := w.from + 1; i < w.to-1; i++ {
		if s.is(i, "aka") && s.tok[i].sep&sepOpen == 0 {
			return words{w.from, i}, words{i + 1, w.to}
		}
	}
	foreign := false
	for i := w.from; i < w.to; i++ {
		foreign = foreign || s.tok[i].cjk || s.tok[i].other
	}
	if !foreign {
		return w, words{}
	}
	if t, a, ok := s.bySlash(w); ok {
		t, b := s.byScript(t)
		if !b.empty() {
			a = b
		}
		return t, a
	}
	if t, a := s.byScript(w); !a.empty() {
		return t, a
	}
	return s.firstOfTwo(w)
}

// firstOfTwo cuts two titles at a slash with room around it, of which neither is in Latin letters alone, as releases
// give the Chinese and the Japanese title of a work.
func (s *segment) firstOfTwo(w words) (title, alternative words) {
	for i := w.from + 1; i < w.to; i++ {
		if sep := s.tok[i].sep; sep&sepSlash != 0 && sep&sepSpace != 0 && s.tok[w.from].cjk && s.tok[i].cjk {
			return words{w.from, i}, words{i, w.to}
		}
	}
	return w, words{}
}

// bySlash splits at slashes and the like, and takes the parts from the first Latin one on.
func (s *segment) bySlash(w words) (title, rest words, ok bool) {
	const cut = sepSlash
	start := w.from
	for i := w.from; i <= w.to; i++ {
		if i < w.to && (i == w.from || s.tok[i].sep&cut == 0 &&
			!(s.tok[i].sep.only(sepUnderscore|sepSpace) && s.tok[i].sep == sepUnderscore|sepSpace)) {
			continue
		}
		if start > w.from && s.isLatin(words{start, i}) {
			return words{start, w.to}, words{w.from, start}, true
		}
		start = i
	}
	return w, words{}, false
}

// isLatin reports whether w has Latin words, and none in other scripts.
func (s *segment) isLatin(w words) bool {
	latin := false
	for i := w.from; i < w.to; i++ {
		if s.tok[i].other || s.tok[i].cjk && !s.tok[i].latin {
			return false
		}
		latin = latin || s.tok[i].latin
	}
	return latin
}

// byScript takes the Latin words behind the last word of another script, else those before the first.
func (s *segment) byScript(w words) (title, alternative words) {
	last, first := -1, -1
	for i := w.from; i < w.to; i++ {
		if s.tok[i].cjk || s.tok[i].other {
			last = i
			if first < 0 {
				first = i
			}
		}
	}
	if last < 0 {
		return w, words{}
	}
	tail := words{last + 1, w.to}
	if s.hasLatinWord(tail) && (s.tok[last].latin && s.tok[last+1].sep.only(sepOther) || s.mixes(w, first, last)) {
		return w, words{} // "劇場版SPY×FAMILY" is one title
	}
	if s.hasLatinWord(tail) && (s.tok[last].cjk || s.tok[last+1].sep&sepOpen != 0) {
		return tail, words{w.from, last + 1}
	}
	head := words{w.from, first}
	if s.hasLatinWord(head) && s.tok[first].cjk &&
		(head.to-head.from > 1 || s.tok[first].sep&(sepDash|sepSlash|sepOpen|sepUnderscore|sepClose) != 0) {
		return head, words{first, w.to}
	}
	return w, words{}
}

// mixes reports whether Latin words stand on both sides of those in another script, from first to last, with nothing
// but spaces between: one title in two scripts, "16bit 的感动 ANOTHER LAYER".
func (s *segment) mixes(w words, first, last int) bool {
	if first == w.from || !s.tok[w.from].latin || !s.tok[first].cjk || s.tok[w.from].bracket != s.tok[last+1].bracket {
		return false
	}
	for i := w.from + 1; i <= last+1; i++ {
		if s.tok[i].sep != sepSpace {
			return false
		}
	}
	return true
}

// hasLatinWord reports whether w has a Latin word of at least two letters, or several, that is more than the kind of
// the work.
func (s *segment) hasLatinWord(w words) bool {
	n := 0
	for i := w.from; i < w.to; i++ {
		if s.tok[i].latin && !s.namesKind(i) {
			n += len(s.word(i))
		}
	}
	return n >= 2
}

// namesKind reports a word that says what kind of work a title is of, and is none by itself.
func (s *segment) namesKind(i int) bool {
	return oneOf(s.word(i), "movie", "movies", "ova", "oad", "ona", "tv", "special", "specials", "season")
}
