package store

import (
	"errors"
	"slices"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// Sums of works are kept as those of items are, by fields of their own; the cell of a work is its kind, below zero.
const (
	workFactRoot factField = iota + 32 // behind all of items, which are packed
	workFactState
	workFactYear
	workFactGenre
	workFactArtist
	workFactAuthor
	workFactSeries
	workFactAudio
	workFactSubtitles
	workFactHeight
	workFactHDR
	workFactAddedMonth
)

// facetWorkFacts are the facets of works that are a field of facts; their kind is their cell.
var facetWorkFacts = map[string]factField{
	"root": workFactRoot, "state": workFactState, "year": workFactYear, "decade": workFactYear, "genre": workFactGenre,
	"artist": workFactArtist, "author": workFactAuthor, "series": workFactSeries, "audio": workFactAudio,
	"subtitles": workFactSubtitles, "height": workFactHeight, "hdr": workFactHDR, "added_month": workFactAddedMonth,
}

var workTextFields = []struct {
	of   filter.Field
	fact factField
}{
	{filter.Root, workFactRoot}, {filter.State, workFactState}, {filter.Genre, workFactGenre},
	{filter.Artist, workFactArtist}, {filter.Author, workFactAuthor}, {filter.Series, workFactSeries},
	{filter.Audio, workFactAudio}, {filter.Subtitles, workFactSubtitles}, {filter.HDR, workFactHDR},
}

// workNumberFields are the fields of filters that are numbers of facts.
var workNumberFields = []struct {
	of   filter.Field
	fact factField
}{{filter.Year, workFactYear}, {filter.Height, workFactHeight}}

// appendFactsOfWork appends a work's facts, each once, in the first of its spellings, to out, which is empty.
func appendFactsOfWork(out []fact, f *filter.Facts, w *WorkView) []fact {
	f.Clear()
	shownFacts(f, w)
	f.Add(filter.State, w.State())
	for _, field := range workTextFields {
		for _, value := range f.Texts(field.of) {
			one := fact{field.fact, value}
			if value != "" && !slices.ContainsFunc(out, one.isSpelled) {
				out = append(out, one)
			}
		}
	}
	for _, field := range workNumberFields {
		if n, known := f.Number(field.of); known {
			out = append(out, fact{field.fact, strconv.FormatInt(n, 10)})
		}
	}
	if n, known := f.Number(filter.Added); known {
		out = append(out, fact{workFactAddedMonth, monthOf(n)})
	}
	return out
}

// workCell is the cell of a kind of works, by its number.
func workCell(kind int64) int64 { return -kind }

// workSums are changes of the sums of works that are not written yet. They belong to one transaction at a time. What one
// has learned of the numbers of facts is good for the next, if it was committed.
type workSums struct {
	tx    *Tx
	all   factSums
	names *factNames
	sound bool // names are those of the catalog
	facts filter.Facts
	of    []fact // of one work
}

const workFactsKnown = 2000 // most are of one work alone

func newWorkSums() *workSums { return &workSums{all: factSums{}} }

// begin forgets what a transaction that failed has left.
func (s *workSums) begin(tx *Tx) *workSums {
	if !s.sound {
		s.names = newFactNames(workFactsKnown)
	}
	s.tx, s.sound = tx, false
	clear(s.all)
	return s
}

// count adds a work to the sums, or takes it away.
func (s *workSums) count(w *WorkView, sign int64) error {
	cell := workCell(workKindNumber(w.Kind))
	a := s.all.adder(keyed{cell: cell, size: w.Size, duration: float64(w.Duration) / 1000}, sign)
	a.fact(0)
	s.of = appendFactsOfWork(s.of[:0], &s.facts, w)
	for _, f := range s.of {
		id, err := s.tx.factID(s.names, f)
		if err != nil {
			return err
		}
		a.fact(id)
	}
	return nil
}

func (s *workSums) save() error { return s.tx.writeSums(s.all, s.names) }

// fillWorkSums counts all works.
func (s *Store) fillWorkSums(c *conn) error {
	tx := &Tx{s: s, c: c}
	if err := tx.forgetWorkSums(); err != nil {
		return err
	}
	sums := newWorkSums().begin(tx)
	if err := eachWork(c, "WHERE w.gone = 0", func(w *WorkView) error { return sums.count(w, 1) }); err != nil {
		return err
	}
	return sums.save()
}

// forgetWorkSums forgets what is kept of works.
func (tx *Tx) forgetWorkSums() error {
	first := workFactRoot.first()
	return errors.Join(tx.c.exec("DELETE FROM fact_sums WHERE cell < 0"),
		tx.c.exec("DELETE FROM facts WHERE id >= ?", first),
		tx.c.exec("DELETE FROM fact_counts WHERE page >= ?", first/countPage))
}
