package name

import "strings"

// catalog is an outside catalog of works.
type catalog uint8

const (
	imdb catalog = iota
	tmdb
	tvdb
	tvmaze
	catalogs // how many there are
)

// providers are the keywords of identifiers that names carry in brackets, the longer one first.
var providers = [...]struct {
	keyword string
	catalog catalog
}{
	{"imdbid", imdb}, {"imdb", imdb}, {"tmdbid", tmdb}, {"tmdb", tmdb},
	{"tvdbid", tvdb}, {"tvdb", tvdb}, {"tvmazeid", tvmaze}, {"tvmaze", tvmaze},
}

// findProviders reads [imdbid-tt0123456], {tmdb=42} and the like into g, and takes their words out of
// the title. The brackets must match; the first identifier of a catalog counts, before those that
// folders farther from the file gave.
func (s *segment) findProviders(g *Guess) {
	var own [catalogs]string
	for b := range s.br {
		open := s.br[b].open
		body := s.text[open+1 : s.br[b].close]
		end := strings.IndexByte(body, closing(s.text[open]))
		if end < 0 || end > 40 {
			continue
		}
		c, value := providerIn(body[:end])
		if value == "" {
			continue
		}
		set(&own[c], value)
		if first, last := s.br[b].first, s.br[b].last; first < last && s.free(first, last) {
			s.add(claim{prop: propProvider, from: first, to: last})
		}
	}
	for i := range s.tok {
		k := s.word(i)
		if s.tok[i].prop == propNone && len(k) >= 9 && len(k) <= 10 && k[0] == 't' && k[1] == 't' &&
			number(k[2:]) >= 0 {
			s.add(claim{prop: propProvider, from: i, to: i + 1})
			set(&own[imdb], string(k))
		}
	}
	for c, at := range [catalogs]*string{imdb: &g.IMDBID, tmdb: &g.TMDBID, tvdb: &g.TVDBID, tvmaze: &g.TVMazeID} {
		if own[c] != "" {
			*at = own[c]
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
func providerIn(body string) (c catalog, value string) {
	for _, p := range providers {
		if len(body) <= len(p.keyword) || !strings.EqualFold(body[:len(p.keyword)], p.keyword) {
			continue
		}
		if joint := body[len(p.keyword)]; joint != '=' && joint != '-' {
			continue
		}
		value = strings.TrimSpace(body[len(p.keyword)+1:])
		for i := range len(value) {
			if c := value[i] | 0x20; !isDigit(value[i]) && (c < 'a' || c > 'z') {
				return 0, ""
			}
		}
		return p.catalog, value
	}
	return 0, ""
}
