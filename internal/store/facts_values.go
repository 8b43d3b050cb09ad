package store

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// factField is what a fact is of, as the catalog has it: a number keeps its meaning.
type factField int64

// The fields of facts. Those from ofColumns on are not among an item's facts: other columns of sort_keys tell them.
const (
	factAnalysis factField = iota + 1
	factHDR
	factAudio
	factSubtitles
	factGenre
	factArtist // those that are named singly, where they are
	factArtists
	factAlbumArtist
	factSeries
	factAuthor
	factCamera
	factCodec
	factExtension
	factHeight
	factFolder // the one at the root that it lies in
	factHas
	factIDs // a hash of one: there are as many as items
	ofColumns
	factYear
	factAddedMonth
	factTakenMonth
)

// factNumbers is how many bits tell the value in the number of a fact; its field stands above them.
const factNumbers = 40

// idHashes is how many hashes there are of ids.
const idHashes = 4096

func (f factField) first() int64 { return int64(f) << factNumbers }

// fact is a value of a field as an item spells it.
type fact struct {
	field factField
	value string
}

// same is a hash that all spellings of a value have.
func (f *fact) same() int64 {
	value := f.value
	switch f.field {
	case factGenre, factArtist, factArtists, factAlbumArtist, factSeries, factAuthor, factCamera, factCodec, factExtension,
		workFactRoot, workFactGenre, workFactArtist, workFactAuthor, workFactSeries:
		value = filter.Fold(value)
	}
	return int64(xxh3.HashStringSeed(value, uint64(f.field))) //nolint:gosec // any number
}

// isSpelled reports whether another is the same value, however it is spelled.
func (f *fact) isSpelled(other fact) bool {
	return f.field == other.field && (f.value == other.value || f.same() == other.same())
}

// textFields are the fields of filters that are texts of facts.
var textFields = []struct {
	of   filter.Field
	fact factField
}{
	{filter.Analysis, factAnalysis}, {filter.HDR, factHDR}, {filter.Audio, factAudio}, {filter.Subtitles, factSubtitles},
	{filter.Genre, factGenre}, {filter.Series, factSeries}, {filter.Author, factAuthor}, {filter.Camera, factCamera},
	{filter.Codec, factCodec}, {filter.Extension, factExtension}, {filter.Has, factHas},
}

// usualFacts is how many facts an item rarely has more of.
const usualFacts = 12

// factRoom is where the facts of one item after the other are found, those of many in one piece of memory.
type factRoom struct {
	found filter.Facts
	piece []fact
}

// factPiece is how many facts stand in a piece.
const factPiece = 512

// of are an item's facts, each once, in the first of its spellings.
func (r *factRoom) of(v *View) []fact {
	if cap(r.piece)-len(r.piece) < usualFacts {
		r.piece = make([]fact, 0, factPiece)
	}
	from := len(r.piece)
	out := appendFacts(r.piece[from:], &r.found, v)
	if len(out) <= cap(r.piece)-from { // else it has a piece of its own
		r.piece = r.piece[:from+len(out)]
	}
	return slices.Clip(out)
}

// appendFacts appends an item's facts to out, which is empty.
func appendFacts(out []fact, f *filter.Facts, v *View) []fact {
	f.Clear()
	rowFacts(f, v)
	singly, albumArtist := docFacts(f, v.Doc)
	add := func(field factField, values ...string) {
		for _, value := range values {
			one := fact{field, value}
			if value != "" && !slices.ContainsFunc(out, one.isSpelled) {
				out = append(out, one)
			}
		}
	}
	for _, field := range textFields {
		add(field.fact, f.Texts(field.of)...)
	}
	artists := f.Texts(filter.Artist)
	if singly == 0 {
		singly = len(artists)
	}
	add(factArtist, artists[:singly]...)
	for _, name := range artists[singly:] { // which joins several
		if !slices.Contains(artists[:singly], name) {
			add(factArtists, name)
		}
	}
	if albumArtist != nil {
		add(factAlbumArtist, textOf(albumArtist))
	}
	if n, known := f.Number(filter.Height); known {
		add(factHeight, strconv.FormatInt(n, 10))
	}
	add(factFolder, childOf("", tree.Parent(v.Path)))
	for _, id := range f.Texts(filter.IDs) {
		add(factIDs, idHash(id))
	}
	return out
}

func idHash(id string) string {
	return strconv.FormatUint(xxh3.HashString(filter.Fold(id))%idHashes, 10)
}

// packFacts makes an item's facts short: those of few bits first, each as the distance from the one before it.
func packFacts(ids []int64) []byte {
	var room [usualFacts]uint64
	short := room[:0]
	for _, id := range ids {
		short = append(short, uint64(id&(1<<factNumbers-1))<<5|uint64(id>>factNumbers)) //nolint:gosec // never below 0
	}
	slices.Sort(short)
	var bytes [4 * usualFacts]byte
	out := bytes[:0]
	last := uint64(0)
	for _, n := range slices.Compact(short) {
		out = binary.AppendUvarint(out, n-last)
		last = n
	}
	return slices.Clone(out)
}

// eachFact calls fn with the facts that packFacts has packed.
func eachFact(packed []byte, fn func(id int64)) {
	n := uint64(0)
	for len(packed) > 0 {
		step, size := binary.Uvarint(packed)
		if size <= 0 {
			return
		}
		n, packed = n+step, packed[size:]
		fn(int64(n&31)<<factNumbers | int64(n>>5)) //nolint:gosec // as packed
	}
}

// factNames knows the numbers of facts. Those of items are the writer's, and good for the stretch of the feed that
// follows the one they were used for last: whatever came of that.
type factNames struct {
	upto int64
	most int // that are known at once
	seed maphash.Seed
	of   map[uint64]int64 // by hash, without a pointer: that two have the same is as likely as a disk that lies
	next map[factField]int64
}

func newFactNames(most int) *factNames {
	return &factNames{most: most, seed: maphash.MakeSeed(), of: map[uint64]int64{}, next: map[factField]int64{}}
}

func (n *factNames) hash(f fact) uint64 { return maphash.Comparable(n.seed, f) }

const factsKnown = 50_000

// factID gives a fact's number, a new one where there is none.
func (tx *Tx) factID(names *factNames, f fact) (id int64, err error) {
	hash := names.hash(f)
	if id, known := names.of[hash]; known {
		return id, nil
	}
	same, several := f.same(), int64(0)
	var alone []int64 // other spellings that had none beside them
	err = tx.c.each("SELECT id, value, several FROM facts INDEXED BY facts_same WHERE same = ?", func(r row) error {
		if factField(r.int(0)>>factNumbers) != f.field {
			return nil
		}
		if several = 1; string(r.bytes(1)) == f.value {
			id = r.int(0)
		} else if r.int(2) == 0 {
			alone = append(alone, r.int(0))
		}
		return nil
	}, same)
	if err == nil && id == 0 {
		if id, err = tx.newFact(names, f, same, several); err == nil {
			err = tx.notAlone(alone)
		}
	}
	if len(names.of) >= names.most {
		clear(names.of)
	}
	names.of[hash] = id
	return id, err
}

func (tx *Tx) newFact(names *factNames, f fact, same, several int64) (id int64, err error) {
	next := names.next
	if next[f.field] == 0 {
		next[f.field], err = tx.c.number("SELECT coalesce(max(id), ?1) + 1 FROM facts WHERE id >= ?1 AND id < ?2",
			f.field.first(), (f.field + 1).first())
		if err != nil {
			return 0, err
		}
	}
	id = next[f.field]
	next[f.field]++
	err = tx.c.exec("INSERT INTO facts (id, same, several, value) VALUES (?,?,?,?)", id, same, several, []byte(f.value))
	if err != nil {
		return 0, fmt.Errorf("add fact %q: %w", f.value, err)
	}
	return id, nil
}

// notAlone notes of facts that there are other spellings of them. Each is written by a statement of its own: before one
// that may write more, and fail with some of them written, the search writes out what it holds.
func (tx *Tx) notAlone(facts []int64) error {
	for _, id := range facts {
		if err := tx.c.exec("UPDATE facts SET several = 1 WHERE id = ?", id); err != nil {
			return fmt.Errorf("note another spelling of fact %d: %w", id, err)
		}
	}
	return nil
}

// forgetFacts begins anew, where the last stretch was not the one before this.
func (s *Store) forgetFacts(after int64) {
	if n := s.factNames; n == nil || n.upto != after {
		s.factNames = newFactNames(factsKnown)
	}
	s.factNames.upto = math.MinInt64 // until this stretch is over
}

// columnFacts are the facts that other columns tell of an item.
func columnFacts(out []fact, year, added, taken int64, hasYear, hasTaken bool) []fact {
	if hasYear {
		out = append(out, fact{factYear, strconv.FormatInt(year, 10)})
	}
	out = append(out, fact{factAddedMonth, monthOf(added)})
	if hasTaken {
		out = append(out, fact{factTakenMonth, monthOf(taken)})
	}
	return out
}

// monthOf writes a month as 2006-01: nanoseconds tell no year that has not four digits.
func monthOf(ns int64) string {
	year, month, _ := time.Unix(0, ns).UTC().Date()
	digit := func(n int) byte { return byte('0' + n%10) } //nolint:gosec // one
	return string([]byte{digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-',
		digit(int(month) / 10), digit(int(month))})
}
