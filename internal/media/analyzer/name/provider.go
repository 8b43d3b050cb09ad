package name

import "strings"

// providers are the outside catalogs whose identifiers names carry in brackets, with the longer
// keyword first.
var providers = [...]struct {
	keyword string
	field   func(*Guess) *string
}{
	{"imdbid", func(g *Guess) *string { return &g.IMDBID }},
	{"imdb", func(g *Guess) *string { return &g.IMDBID }},
	{"tmdbid", func(g *Guess) *string { return &g.TMDBID }},
	{"tmdb", func(g *Guess) *string { return &g.TMDBID }},
	{"tvdbid", func(g *Guess) *string { return &g.TVDBID }},
	{"tvdb", func(g *Guess) *string { return &g.TVDBID }},
	{"tvmazeid", func(g *Guess) *string { return &g.TVMazeID }},
	{"tvmaze", func(g *Guess) *string { return &g.TVMazeID }},
}

// findProviders reads [imdbid-tt0123456], {tmdb=42} and the like into g, and takes their words out of
// the title. The brackets must match; the first identifier of a catalog counts.
func (s *segment) findProviders(g *Guess) {
	for b := range s.br {
		open := int(s.br[b].open)
		kind := s.text[open]
		body := s.text[open+1 : s.br[b].close]
		end := strings.IndexByte(body, closing(kind))
		if end < 0 || end > 40 {
			continue
		}
		field, value := providerIn(body[:end])
		if field == nil {
			continue
		}
		if at := field(g); *at == "" {
			*at = value
		}
		if first, last := int(s.br[b].first), int(s.br[b].last); first < last && s.free(first, last) {
			s.add(claim{prop: propProvider, from: first, to: last})
		}
	}
	for i := range s.tok {
		k := s.word(i)
		if s.tok[i].prop == propNone && len(k) >= 9 && len(k) <= 10 && k[0] == 't' && k[1] == 't' && number(k[2:]) >= 0 {
			s.add(claim{prop: propProvider, from: i, to: i + 1})
			if g.IMDBID == "" {
				g.IMDBID = string(k)
			}
		}
	}
}

func closing(open byte) byte {
	switch open {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	}
	return 0
}

// providerIn reads "tmdbid-42" or "tmdb=42".
func providerIn(body string) (field func(*Guess) *string, value string) {
	for _, p := range providers {
		if len(body) <= len(p.keyword) || !strings.EqualFold(body[:len(p.keyword)], p.keyword) {
			continue
		}
		if c := body[len(p.keyword)]; c != '=' && c != '-' {
			continue
		}
		value = strings.TrimSpace(body[len(p.keyword)+1:])
		if value == "" {
			return nil, ""
		}
		for i := range len(value) {
			if c := value[i] | 0x20; !isDigit(value[i]) && (c < 'a' || c > 'z') {
				return nil, ""
			}
		}
		return p.field, value
	}
	return nil, ""
}
