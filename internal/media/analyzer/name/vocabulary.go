package name

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed vocabulary/*.tsv
var vocabularyFiles embed.FS

// strength says how much a vocabulary word proves by itself.
type strength uint8

const (
	code   strength = iota // believed between tags only
	weak                   // believed behind the title
	strong                 // believed everywhere
)

// property is what a tag says something about.
type property uint8

const (
	propNone property = iota
	propSource
	propVideoCodec
	propColorDepth
	propVideoProfile
	propVideoAPI
	propAudioCodec
	propAudioProfile
	propAudioChannels
	propScreenSize
	propLanguage
	propSubtitle
	propEdition
	prop3D
	propService
	propOther
	// Those below come from shapes, not from words.
	propYear
	propDate
	propMarker // season, episode, absolute number, or several of them
	propPart
	propCD
	propDisc
	propFilm
	propBonus
	propVersion
	propCRC
	propSize
	propRate
	propWebsite
	propCountry
	propProvider
	propGroup
	propIgnored // takes words out of the title without saying anything
)

var propertyNames = map[string]property{
	"source": propSource, "video_codec": propVideoCodec, "color_depth": propColorDepth,
	"video_profile": propVideoProfile, "video_api": propVideoAPI, "audio_codec": propAudioCodec,
	"audio_profile": propAudioProfile, "audio_channels": propAudioChannels, "screen_size": propScreenSize,
	"language": propLanguage, "subtitle": propSubtitle, "edition": propEdition,
	"format_3d": prop3D, "streaming_service": propService, "other": propOther,
}

// tag is one vocabulary entry that becomes a property of the guess.
type tag struct {
	prop     property
	value    string
	strength strength
	also     *tag // what the same words say besides
}

// wordRole is a set of roles that a word plays beside numbers and in folders.
type wordRole uint16

const (
	roleSeason wordRole = 1 << iota
	roleEpisode
	rolePart
	roleCD
	roleDisc
	roleOf
	roleTo
	roleAnd
	roleVolume
	roleGenericFolder
)

var roleNames = map[string]wordRole{
	"season_word": roleSeason, "episode_word": roleEpisode, "part_word": rolePart, "cd_word": roleCD,
	"disc_word": roleDisc, "of_word": roleOf, "to_word": roleTo, "and_word": roleAnd,
	"volume_word": roleVolume, "generic_folder": roleGenericFolder,
}

// entry is all that the vocabulary knows of one folded phrase.
type entry struct {
	tag    *tag
	roles  wordRole
	month  uint8
	number uint8
	words  uint8 // of the longest phrase that begins with this one, itself included
}

// plays reports whether the phrase, which may be unknown, has one of the roles.
func (e *entry) plays(roles wordRole) bool { return e != nil && e.roles&roles != 0 }

// lexicon is the vocabulary as a hash table with open addressing: three quarters of its slots are empty, so that
// words it does not know, which most are, cost one look. A slot holds the upper half of a phrase's hash, and its
// number from 1 on.
type lexicon struct {
	slots   [1 << 14]uint32
	phrases []string
	entries []*entry
}

// hash is FNV-1a.
func hash[text string | []byte](k text) uint32 {
	h := uint32(2166136261)
	for i := range len(k) {
		h = (h ^ uint32(k[i])) * 16777619
	}
	return h
}

// vocabulary is read once from the embedded tables, and never changes after that.
var vocabulary = sync.OnceValue(func() *lexicon {
	phrases, err := readVocabulary()
	if err != nil {
		panic("name: " + err.Error()) // the embedded tables are part of the program
	}
	v := new(lexicon)
	for phrase, e := range phrases {
		v.phrases, v.entries = append(v.phrases, phrase), append(v.entries, e)
		h := hash(phrase)
		at := h % uint32(len(v.slots))
		for v.slots[at] != 0 {
			at = (at + 1) % uint32(len(v.slots))
		}
		v.slots[at] = h&0xFFFF0000 | uint32(len(v.phrases))
	}
	return v
})

// lookupWord returns what the vocabulary knows of the folded words k, nil if nothing.
func lookupWord[text string | []byte](k text) *entry {
	v, h := vocabulary(), hash(k)
	for at := h; ; at++ {
		slot := v.slots[at%uint32(len(v.slots))]
		if slot == 0 {
			return nil
		}
		if n := slot&0xFFFF - 1; (slot^h)>>16 == 0 && v.phrases[n] == string(k) {
			return v.entries[n]
		}
	}
}

func readVocabulary() (map[string]*entry, error) {
	files, err := vocabularyFiles.ReadDir("vocabulary")
	if err != nil {
		return nil, fmt.Errorf("list vocabulary: %w", err)
	}
	v := make(map[string]*entry, 4096)
	for _, f := range files {
		text, err := vocabularyFiles.ReadFile("vocabulary/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read vocabulary: %w", err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if line == "" || line[0] == '#' {
				continue
			}
			if err := addLine(v, line); err != nil {
				return nil, fmt.Errorf("vocabulary %s line %d: %w", f.Name(), n+1, err)
			}
		}
	}
	return v, nil
}

func addLine(v map[string]*entry, line string) error {
	cols := strings.Split(line, "\t")
	if len(cols) < 4 {
		return fmt.Errorf("%d columns", len(cols))
	}
	prop, value, phrases := cols[0], cols[1], strings.Split(cols[3], "|")
	var set func(*entry)
	switch {
	case propertyNames[prop] != propNone:
		t, err := newTag(prop, value, cols[2], cols[4:])
		if err != nil {
			return err
		}
		set = func(e *entry) { e.tag = t }
	case roleNames[prop] != 0:
		set = func(e *entry) { e.roles |= roleNames[prop] }
	case prop == "month" || prop == "number":
		n, err := strconv.ParseUint(value, 10, 8)
		if err != nil {
			return fmt.Errorf("parse %s: %w", prop, err)
		}
		set = func(e *entry) {
			if prop == "month" {
				e.month = uint8(n)
			} else {
				e.number = uint8(n)
			}
		}
	default:
		return fmt.Errorf("unknown property %q", prop)
	}
	for _, p := range phrases {
		set(addPhrase(v, foldWord(p)))
	}
	return nil
}

// addPhrase returns the entry of key, and tells every beginning of it that longer phrases follow.
func addPhrase(v map[string]*entry, key string) *entry {
	get := func(k string) *entry {
		e := v[k]
		if e == nil {
			e = &entry{words: 1}
			v[k] = e
		}
		return e
	}
	words := uint8(1 + strings.Count(key, " "))
	for i := range len(key) {
		if key[i] == ' ' {
			e := get(key[:i])
			e.words = max(e.words, words)
		}
	}
	e := get(key)
	e.words = max(e.words, words)
	return e
}

func newTag(prop, value, grade string, also []string) (*tag, error) {
	t := &tag{prop: propertyNames[prop], value: value}
	switch grade {
	case "s":
		t.strength = strong
	case "w":
		t.strength = weak
	case "c":
		t.strength = code
	default:
		return nil, fmt.Errorf("unknown strength %q", grade)
	}
	for _, a := range also {
		name, val, _ := strings.Cut(a, "=")
		p, ok := propertyNames[name]
		if !ok {
			return nil, fmt.Errorf("unknown property %q", name)
		}
		t.also = &tag{prop: p, value: val, strength: t.strength, also: t.also}
	}
	return t, nil
}
