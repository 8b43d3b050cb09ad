package name

import (
	"strings"
	"unicode/utf8"
)

// words is a run of tokens [from, to).
type words struct{ from, to int }

func (w words) empty() bool { return w.from >= w.to }

// names is what the words of a segment that no claim holds say.
type names struct {
	title, alternative, episode words
}

// findNames tells the title, another title, and the title of the episode apart.
func (s *segment) findNames(c context) names {
	var n names
	start, lead := s.titleStart()
	if start >= len(s.tok) {
		if s.fansub && lead == nil && !s.hasTechnical() { // brackets around a title rather than a group
			s.drop(s.first(propGroup))
			s.fansub = false
			n.title = s.titleFrom(0)
		}
		return n
	}
	if lead != nil && s.leadsEpisode(lead, c) {
		n.episode = s.runFrom(start)
		return n
	}
	n.title = s.titleFrom(start)
	if lead == nil && s.bracketNumbered(n.title) {
		s.drop(s.first(propGroup))
		s.fansub = false
		n.title = s.titleFrom(0)
		n.title.to = max(n.title.to, start+1)
		return n
	}
	if w := s.laterLatin(n.title); !w.empty() {
		n.alternative, n.title = n.title, w
	} else if s.fansub && s.tok[start].bracket >= 0 && s.kind(start) != '(' {
		n.title = s.bracketTitle(start)
	}
	if m := s.markerBehind(n.title.to); m >= 0 {
		if i := s.claims[m].to; i < len(s.tok) {
			n.episode = s.runFrom(i)
		}
		if next := s.markerBehind(n.episode.to); next > m && s.onlyParts(n.episode) { // "Season 2 Part 2 - 04 - Name"
			n.episode = s.runFrom(s.claims[next].to)
		}
	}
	title, alternative := s.chooseScript(n.title)
	if alternative.empty() {
		title, alternative = s.cutBracket(title)
	}
	n.title = title
	if !alternative.empty() {
		n.alternative = alternative
	}
	if lead != nil && n.episode.empty() {
		n.title, n.episode = s.splitAtDash(n.title, lead)
	}
	return n
}

// bracketNumbered reports that the brackets in front hold the title rather than a group: nothing but the number of a
// sequel, one digit, stands between them and the year, and nothing describes a release: "[Word] 2 (2009)".
func (s *segment) bracketNumbered(w words) bool {
	g := s.first(propGroup)
	if !s.fansub || g < 0 || w.to-w.from != 1 || s.claims[g].to != w.from || !s.has(propYear) || s.hasTechnical() ||
		s.has(propMarker) {
		return false
	}
	number := s.raw(w.from)
	return utf8.RuneCountInString(number) == 1 && (s.tok[w.from].num > 1 || number[0] >= utf8.RuneSelf)
}

// onlyParts reports whether w says no more than which part something is.
func (s *segment) onlyParts(w words) bool {
	for i := w.from; i < w.to; i++ {
		if s.tok[i].prop != propPart {
			return false
		}
	}
	return !w.empty()
}

// cutBracket cuts a second title in round brackets off the end of the first.
func (s *segment) cutBracket(w words) (title, alternative words) {
	if w.empty() {
		return w, words{}
	}
	b := s.tok[w.to-1].bracket
	if b < 0 || s.br[b].kind == '[' || s.br[b].parent >= 0 || s.br[b].first <= w.from ||
		s.br[b].last != w.to {
		return w, words{}
	}
	first := s.br[b].first
	return words{w.from, first}, words{first, w.to}
}

// splitAtDash cuts "003. Show Name - Episode Name", whose number was read, at the dash.
func (s *segment) splitAtDash(w words, lead *claim) (title, episode words) {
	if lead.prop != propMarker || lead.to != w.from || s.tok[w.from].sep&sepDot == 0 {
		return w, words{}
	}
	for i := w.from + 1; i < w.to; i++ {
		if s.tok[i].sep.spacedDash() {
			return words{w.from, i}, words{i, w.to}
		}
	}
	return w, words{}
}

// hasTechnical reports whether anything describes a release.
func (s *segment) hasTechnical() bool { return s.said&technicalProps != 0 }

// titleStart returns the first word that no claim holds, and the marker or date before it.
func (s *segment) titleStart() (int, *claim) {
	var lead *claim
	for i := range s.tok {
		t := &s.tok[i]
		switch {
		case t.prop == propNone || t.prop == propPart:
			return i, lead
		case t.prop == propMarker || t.prop == propDate:
			if lead == nil {
				lead = &s.claims[t.claim]
			}
		case t.prop.technical() && !s.leadingBracket(i) || t.prop == propYear && i > 0 && lead == nil && !s.leading(i):
			return len(s.tok), lead
		}
	}
	return len(s.tok), lead
}

// leadingBracket reports whether token i is in brackets before anything else, as tags in front of a title are.
func (s *segment) leadingBracket(i int) bool { return s.tok[i].bracket >= 0 && s.leading(i) }

// leadsEpisode reports whether the words behind the leading claim are the episode's title rather than the series'.
func (s *segment) leadsEpisode(lead *claim, c context) bool {
	if lead.prop == propDate {
		return false
	}
	if !lead.seasons.empty() && !lead.episodes.empty() || lead.weight >= weightCrossed {
		return true
	}
	// "Series/04 - Snow.mkv"
	if lead.from == 0 && lead.weight <= weightNumber && c.inWork && !c.films && !s.hasTechnical() && !s.has(propYear) {
		return true
	}
	return !lead.episodes.empty() &&
		(c.season != nil || c.inSeries || lead.weight >= weightWord && !s.seasonBehind(lead))
}

// seasonBehind reports a season in a marker behind lead, so that the words between the two name the series.
func (s *segment) seasonBehind(lead *claim) bool {
	for i := range s.claims {
		if c := &s.claims[i]; c.prop == propMarker && c.from > lead.to && !c.seasons.empty() {
			return true
		}
	}
	return false
}

// markerBehind returns the first marker or date at or behind token i.
func (s *segment) markerBehind(i int) int {
	for ; i < len(s.tok); i++ {
		if p := s.tok[i].prop; p == propMarker || p == propDate {
			return int(s.tok[i].claim)
		}
	}
	return -1
}

// titleFrom returns the run of title words that begins at token i.
func (s *segment) titleFrom(i int) words {
	w := words{i, i}
	for ; i < len(s.tok); i++ {
		t := &s.tok[i]
		if t.prop != propNone && t.prop != propPart || t.prop == propPart && i > w.from && s.zeroPart(i) {
			break
		}
		if i > w.from && s.entersBracket(i) && !s.bracketInTitle(i) {
			break
		}
		if i > w.from && s.tok[w.from].bracket >= 0 && t.bracket != s.tok[w.from].bracket &&
			s.kind(w.from) != '(' && !s.within(t.bracket, s.tok[w.from].bracket) && w.to > w.from &&
			s.onlyWord(w) {
			break
		}
		w.to = i + 1
	}
	return w
}

// zeroPart reports a part that counts the parts of a series rather than naming a work: with a leading
// zero, "Part 02", or right before the tags in a name without a year, as films have one.
func (s *segment) zeroPart(i int) bool {
	to := s.claims[s.tok[i].claim].to
	k := s.word(to - 1)
	if s.at(to).prop.technical() && !s.has(propYear) &&
		s.tok[i].sep.only(sepDot|sepSpace|sepUnderscore) {
		return true
	}
	return len(k) > 1 && k[0] == '0'
}

// onlyWord reports whether the title so far is all of its bracket.
func (s *segment) onlyWord(w words) bool {
	b := s.br[s.tok[w.from].bracket]
	return b.last == w.to && s.fansub
}

// within reports whether bracket b is inner or equal to outer.
func (s *segment) within(b, outer int16) bool {
	for ; b >= 0; b = s.br[b].parent {
		if b == outer {
			return true
		}
	}
	return false
}

// bracketInTitle reports whether the bracket that token i is in belongs to the title: round, with words only.
func (s *segment) bracketInTitle(i int) bool {
	b := &s.br[s.tok[i].bracket]
	if !b.closed || !s.round(b) && !(b.kind == '[' && s.wordInTitle(b)) {
		return false
	}
	for j := b.first; j < b.last; j++ {
		if s.tok[j].prop != propNone || j > b.first && s.tok[j].sep&sepSlash != 0 {
			return false
		}
	}
	return true
}

// round reports round brackets, wide ones too.
func (s *segment) round(b *bracket) bool {
	return b.kind == '(' || b.kind == 'w' && strings.HasPrefix(s.text[b.open:], "（")
}

// wordInTitle reports whether the square brackets b, in a name that a group opens, are a flourish of the title: words
// of it go on behind them, or they hold one word before the number of an episode: "Utau [Kimi] Kaze", "Utau [Kimi] -
// 01".
func (s *segment) wordInTitle(b *bracket) bool {
	i := b.last
	if !s.fansub || i >= len(s.tok) || s.tok[i].bracket >= 0 || s.tok[b.first].cjk {
		return false
	}
	if s.tok[i].prop == propMarker {
		return b.last-b.first == 1 && s.tok[i].sep.spacedDash()
	}
	return s.tok[i].prop == propNone && s.tok[i].latin && s.tok[i].num < 0 && i < s.anchor
}

// runFrom returns the words from token i on up to the next claim or bracket.
func (s *segment) runFrom(i int) words {
	for i < len(s.tok) && (s.tok[i].prop == propMarker || s.tok[i].prop == propIgnored || s.tok[i].prop == propDate) {
		i++
	}
	w := words{i, i}
	for ; i < len(s.tok); i++ {
		if s.tok[i].prop != propNone && s.tok[i].prop != propPart ||
			i > w.from && s.entersBracket(i) && s.kind(i) != '(' {
			break
		}
		if s.entersBracket(i) && (i == w.from && s.kind(i) != '(' || !s.bracketInTitle(i)) {
			break
		}
		w.to = i + 1
	}
	return w
}

// bracketTitle picks the title among the brackets of a name that is nothing but brackets: the first
// in Latin letters behind one in another script, else the first in Latin letters, else the first.
func (s *segment) bracketTitle(start int) words {
	best := s.titleFrom(start)
	chosen, afterForeign, behindForeign := false, false, false
	for i := start; i < len(s.tok); {
		t := &s.tok[i]
		if t.prop != propNone {
			if t.prop == propMarker && !(t.cjk && s.claims[t.claim].episodes.empty()) || t.prop.technical() {
				break
			}
			i++
			continue
		}
		b := t.bracket
		if b < 0 {
			return s.titleFrom(i)
		}
		end := i
		latin := false
		for end < len(s.tok) && s.within(s.tok[end].bracket, b) && s.tok[end].prop == propNone {
			latin = latin || s.tok[end].latin
			end++
		}
		foreign := s.tok[i].cjk
		if latin && (!chosen || afterForeign && !behindForeign) {
			best, chosen, behindForeign = words{i, end}, true, afterForeign
		}
		afterForeign = afterForeign || foreign && !latin
		i = max(end, i+1)
	}
	return best
}
