package librarian

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Expecter is a Reader that would rather read at once what it is asked for next, as one for whom each question is a
// journey. What it was not told of may be asked all the same.
type Expecter interface {
	Expect(e *Expected) error
}

// Expected is what a Reader is asked for next, by what it is asked.
type Expected struct {
	UnitsWith []int64
	WorksWith []int64 // with their members, and works below them
	Artists   []int64 // likewise as they are
	CreditsOf []int64
	CreditsAs []store.CreditPut // of which Party and MBID are asked for
	GoneBy    []int64
	GoneWith  []int64
	Since     int64 // of those that are gone
}

// expecting is a batch whose reader is told what keys are asked for next.
type expecting struct {
	*batch
	of Expecter
}

// Expect implements works.Expecter.
func (e expecting) Expect(_ context.Context, keys []int64) error {
	return e.of.Expect(&Expected{UnitsWith: keys})
}

// catalog is the batch as package works asks it.
func (b *batch) catalog() works.Catalog {
	if of, ok := b.r.(Expecter); ok {
		return expecting{b, of}
	}
	return b
}

// expect tells the reader what is asked for next, if it wants to know.
func expect(r Reader, next func() *Expected) error {
	if of, ok := r.(Expecter); ok {
		return of.Expect(next())
	}
	return nil
}

// expectGone tells which works that are gone are looked for.
func (m *matter) expectGone(since int64) error {
	return expect(m.r, func() *Expected {
		e := &Expected{Since: since}
		for i := range m.derived {
			w := &m.derived[i]
			e.GoneBy = append(e.GoneBy, hashOf(w.Key))
			for j := range w.Members {
				if w.Members[j].Role == works.Main {
					e.GoneWith = append(e.GoneWith, w.Members[j].ID)
				}
			}
		}
		return e
	})
}
