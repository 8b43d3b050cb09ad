package tags

import (
	"strconv"
	"strings"
)

// genreNames are ID3v1's genres by number: 0-79 of ID3v1 itself, 80-191 as Winamp went on counting.
var genreNames = strings.Split("Blues|Classic Rock|Country|Dance|Disco|Funk|Grunge|Hip-Hop|Jazz|Metal|New Age|Oldies|Other|Pop|R&B|Rap|"+
	"Reggae|Rock|Techno|Industrial|Alternative|Ska|Death Metal|Pranks|Soundtrack|Euro-Techno|Ambient|Trip-Hop|Vocal|Jazz+Funk|Fusion|"+
	"Trance|Classical|Instrumental|Acid|House|Game|Sound Clip|Gospel|Noise|Alternative Rock|Bass|Soul|Punk|Space|Meditative|"+
	"Instrumental Pop|Instrumental Rock|Ethnic|Gothic|Darkwave|Techno-Industrial|Electronic|Pop-Folk|Eurodance|Dream|Southern Rock|"+
	"Comedy|Cult|Gangsta|Top 40|Christian Rap|Pop/Funk|Jungle|Native American|Cabaret|New Wave|Psychedelic|Rave|Showtunes|Trailer|"+
	"Lo-Fi|Tribal|Acid Punk|Acid Jazz|Polka|Retro|Musical|Rock & Roll|Hard Rock|Folk|Folk-Rock|National Folk|Swing|Fast Fusion|Bebop|"+
	"Latin|Revival|Celtic|Bluegrass|Avantgarde|Gothic Rock|Progressive Rock|Psychedelic Rock|Symphonic Rock|Slow Rock|Big Band|Chorus|"+
	"Easy Listening|Acoustic|Humour|Speech|Chanson|Opera|Chamber Music|Sonata|Symphony|Booty Bass|Primus|Porn Groove|Satire|Slow Jam|"+
	"Club|Tango|Samba|Folklore|Ballad|Power Ballad|Rhythmic Soul|Freestyle|Duet|Punk Rock|Drum Solo|A Cappella|Euro-House|Dance Hall|"+
	"Goa|Drum & Bass|Club-House|Hardcore|Terror|Indie|BritPop|Afro-Punk|Polsk Punk|Beat|Christian Gangsta Rap|Heavy Metal|Black Metal|"+
	"Crossover|Contemporary Christian|Christian Rock|Merengue|Salsa|Thrash Metal|Anime|JPop|Synthpop|Abstract|Art Rock|Baroque|"+
	"Bhangra|Big Beat|Breakbeat|Chillout|Downtempo|Dub|EBM|Eclectic|Electro|Electroclash|Emo|Experimental|Garage|Global|IDM|Illbient|"+
	"Industro-Goth|Jam Band|Krautrock|Leftfield|Lounge|Math Rock|New Romantic|Nu-Breakz|Post-Punk|Post-Rock|Psytrance|Shoegaze|"+
	"Space Rock|Trop Rock|World Music|Neoclassical|Audiobook|Audio Theatre|Neue Deutsche Welle|Podcast|Indie Rock|G-Funk|Dubstep|"+
	"Garage Rock|Psybient", "|")

// GenreByNumber returns the name of an ID3v1 genre, or "" where the number has none (255: not set).
func GenreByNumber(n int) string {
	if n < 0 || n >= len(genreNames) {
		return ""
	}
	return genreNames[n]
}

// genresOf understands one genre value in the ways of all tag formats: "Rock", "17", "(17)",
// "(17)Rock", "(51)(39)", "(4)Eurodisco", "(RX)", "((literal", and several separated by ";".
// A text behind a number is a refinement and stands for it (ID3v2.3, 4.2.1, TCON).
func genresOf(value string) []string {
	var out []string
	for part := range strings.SplitSeq(value, ";") {
		out = append(out, genreReferences(strings.TrimSpace(part))...)
	}
	return out
}

func genreReferences(s string) []string {
	var refs []string
	for strings.HasPrefix(s, "(") && !strings.HasPrefix(s, "((") {
		inner, rest, closed := strings.Cut(s[1:], ")")
		name := genreReference(inner)
		if !closed || name == "" {
			break
		}
		refs, s = append(refs, name), strings.TrimSpace(rest)
	}
	switch {
	case s == "":
		return refs
	case strings.HasPrefix(s, "(("):
		return append(refs, s[1:])
	}
	if name := genreReference(s); name != "" {
		s = name
	} else if mayBeNumber(s) {
		if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= 255 { // of ID3v1's numbers one without a name
			return refs
		}
	}
	if n := len(refs); n > 0 {
		refs = refs[:n-1]
	}
	return append(refs, s)
}

// genreReference returns the genre that a number or one of ID3v2's two abbreviations names, or "".
func genreReference(s string) string {
	switch s {
	case "RX":
		return "Remix"
	case "CR":
		return "Cover"
	}
	if len(s) > 3 || !mayBeNumber(s) {
		return ""
	}
	if n, err := strconv.Atoi(s); err == nil {
		return GenreByNumber(n)
	}
	return ""
}

// mayBeNumber tells names from numbers by how they begin: an error for each name would be dear.
func mayBeNumber(s string) bool { return s != "" && s[0] <= '9' }
