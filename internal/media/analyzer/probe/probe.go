// Package probe reads what a file's bytes say of it: kind, container, streams, tags, pictures, pages.
//
// Every prober reads through a [Window], whose budgets (reads, bytes, elements, depth, allocation and
// time) hold for one file whatever its bytes claim, so that no input can make a prober loop, recurse
// or allocate without end. A prober that runs out of budget says so by error and what it had found
// until then is discarded where it would be a wrong answer (half a walk is "unknown", not a duration).
//
// Probers are pure functions of the bytes and safe for concurrent use; a Window belongs to one
// goroutine at a time. They never load embedded artwork: [media.Artwork] says where it lies.
package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/bound"
)

// Result is what the bytes said. Kind is empty where they said nothing of it (the name decides then).
type Result struct {
	Kind        media.Kind
	Description media.Description
}

// prober reads one format. It has seen by match that the file is probably its own.
//
// It fills r as it goes; on an error the caller keeps what r holds only if the error wraps
// [ErrTruncated], which a prober returns for a file that ends early (an unfinished copy, a live
// recording) when what was read so far is still true.
type prober struct {
	name  string // the container, as media.Media.Container has it
	kind  media.Kind
	match func(head []byte, ext string) bool // head: up to HeadSize first bytes; ext: lower case with its dot
	probe func(w *Window, r *Result) error
}

// Errors of probing. A budget error says that the file asked for more than any honest file needs.
var (
	ErrUnknown   = errors.New("format not recognised")
	ErrMalformed = errors.New("malformed")
	ErrTruncated = errors.New("truncated")
	ErrBudget    = errors.New("probe budget exceeded")
)

// PanicError is a defect of a prober that an input brought to light; the file is quarantined by it.
type PanicError struct {
	Format string
	Value  any
	Stack  []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("%s prober panicked: %v", e.Format, e.Value) }

// Probe reads the file behind src, whose size is size bytes and whose name ends in ext (lower case,
// with its dot; it breaks ties that magic bytes leave). Errors wrap one of the errors above, the
// context's, or what src returned. A panic of a prober is returned as *PanicError.
//
// No text of the result is longer than [bound.ProbedText], and no list than [bound.ProbedList].
func Probe(ctx context.Context, src io.ReaderAt, size int64, ext string) (Result, error) {
	w := NewWindow(ctx, src, size)
	defer w.release()
	return w.probe(ext)
}

func (w *Window) probe(ext string) (r Result, err error) {
	head, err := w.Head()
	if err != nil {
		return Result{}, err
	}
	p := recognise(head, ext)
	if p == nil {
		return Result{}, ErrUnknown
	}
	defer func() {
		if v := recover(); v != nil {
			r, err = Result{}, &PanicError{Format: p.name, Value: v, Stack: debug.Stack()}
		}
	}()
	r.Kind = p.kind
	r.Description.Media = &media.Media{Container: p.name}
	err = p.probe(w, &r)
	if d := bound.Probed(&r.Description); d != &r.Description {
		r.Description = *d
	}
	if err != nil {
		if errors.Is(err, ErrTruncated) {
			return r, fmt.Errorf("probe %s: %w", p.name, err)
		}
		return Result{}, fmt.Errorf("probe %s: %w", p.name, err)
	}
	return r, nil
}

// recognise returns the prober for a head: the first whose magic matches, in the order of the table.
func recognise(head []byte, ext string) *prober {
	for i := range probers {
		if probers[i].match(head, ext) {
			return &probers[i]
		}
	}
	return nil
}
