// Package probe reads what a file's bytes say of it: kind, container, streams, tags, pictures, pages.
//
// Every prober reads through a [Window], whose budgets (reads, bytes, elements, depth, allocation and
// time) hold for one file whatever its bytes claim, so that no input can make a prober loop, recurse
// or allocate without end. A prober that runs out of budget says so by error and what it had found
// until then is discarded (half a walk is "unknown", not a duration). What was read before something that is
// malformed or cut off is true all the same: it is given back beside the error.
//
// Probers are pure functions of the bytes and safe for concurrent use; a Window belongs to one
// goroutine at a time. They never load embedded artwork: [media.Artwork] says where it lies.
package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/bound"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/language"
)

// Result is what the bytes said. Kind is empty where they said nothing of it (the name decides then).
type Result struct {
	Kind        media.Kind
	Description media.Description
}

// SetDuration states the duration, and the bit rate of the whole file that follows.
func (r *Result) SetDuration(seconds float64, size int64) {
	if !(seconds > 0 && seconds < 1e9) {
		return
	}
	r.Description.Media.DurationSeconds = seconds
	r.Description.Media.BitRate = bitRate(size, seconds)
}

// prober reads one format. It has seen by match that the file is probably its own.
//
// It fills r as it goes, with what is true whatever follows: where it ends with an error that wraps [ErrTruncated]
// (an unfinished copy, a live recording) or [ErrMalformed], the caller keeps what r holds beside the error.
type prober struct {
	name  string // the container, as media.Media.Container has it
	kind  media.Kind
	match func(head []byte, ext string) bool // head: up to HeadSize first bytes; ext: lower case with its dot
	probe func(w *Window, r *Result) error
}

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
	language.Describe(&r.Description)
	if err != nil {
		r, err = r.beside(err), fmt.Errorf("probe %s: %w", p.name, err)
	}
	if d := bound.Probed(&r.Description); d != &r.Description {
		r.Description = *d
	}
	return r, err
}

// beside is what holds of a result beside an error. That the bytes looked like a format is no knowledge: where
// nothing but that was read, the name says what the file is, as of any file that is not understood.
func (r Result) beside(err error) Result {
	truncated := errors.Is(err, ErrTruncated)
	if !truncated && !errors.Is(err, ErrMalformed) {
		return Result{}
	}
	if m := r.Description.Media; m != nil {
		bare := media.Description{Media: &media.Media{Container: m.Container}}
		if !truncated && reflect.DeepEqual(r.Description, bare) {
			return Result{}
		}
		m.Truncated = truncated
	}
	return r
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
