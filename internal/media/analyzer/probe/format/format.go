// Package format is what every family of formats has in common: how a prober is registered, what it gives back, and
// how one is chosen and run.
package format

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// Format is a format and its prober.
//
// Match says by a file's head, at most its first [window.HeadSize] bytes, and by its extension (lower case, with its
// dot) whether the file is probably of the format. Probe fills its result as it goes, with what is true whatever
// follows: where it ends with an error that wraps [window.ErrTruncated] (an unfinished copy, a live recording) or
// [window.ErrMalformed], the caller keeps what the result holds beside the error.
type Format struct {
	Name  string // the container, as media.Media.Container has it
	Kind  media.Kind
	Match Match
	Probe func(w *window.Window, r *Result) error
}

// Result is what the bytes said. Kind is empty where they said nothing of it (the name decides then).
type Result struct {
	Kind        media.Kind
	Description media.Description
}

// Read reads the file behind w by the first of the formats that matches. Errors wrap one of package window's, the
// context's, or what the source returned. A panic of a prober is returned as *PanicError.
//
// No text of the result is longer than [bound.ProbedText], and no list than [bound.ProbedList].
func Read(w *window.Window, formats []Format, ext string) (Result, error) {
	head, err := w.Head()
	if err != nil {
		return Result{}, err
	}
	f := recognise(formats, head, ext)
	if f == nil {
		return Result{}, window.ErrUnknown
	}
	r, _ := results.Get().(*Result)
	defer func() {
		*r = Result{}
		results.Put(r)
	}()
	err = f.read(w, r)
	return *r, err
}

// results are rooms for results: a prober may be any function, so that none would stay on its caller's stack.
var results = sync.Pool{New: func() any { return new(Result) }}

// read fills a result, which is empty.
func (f *Format) read(w *window.Window, r *Result) (err error) {
	defer recoverPanic(f, r, &err)
	r.Kind = f.Kind
	r.Description.Media = &media.Media{Container: f.Name}
	err = f.Probe(w, r)
	language.Describe(&r.Description)
	if err != nil {
		*r, err = r.beside(err), fmt.Errorf("probe %s: %w", f.Name, err)
	}
	if d := bound.Probed(&r.Description); d != &r.Description {
		r.Description = *d
	}
	return err
}

// recognise returns the first format whose magic matches.
func recognise(formats []Format, head []byte, ext string) *Format {
	for i := range formats {
		if formats[i].Match(head, ext) {
			return &formats[i]
		}
	}
	return nil
}

// beside is what holds of a result beside an error. That the bytes looked like a format is no knowledge: where
// nothing but that was read, the name says what the file is, as of any file that is not understood.
func (r Result) beside(err error) Result {
	truncated := errors.Is(err, window.ErrTruncated)
	if !truncated && !errors.Is(err, window.ErrMalformed) {
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

// SetDuration states the duration in seconds, and the bit rate that follows for a file of size bytes.
func (r *Result) SetDuration(seconds float64, size int64) {
	if !(seconds > 0 && seconds < 1e9) {
		return
	}
	r.Description.Media.DurationSeconds = seconds
	r.Description.Media.BitRate = BitRate(size, seconds)
}

// Nothing is the prober of formats of which nothing but their name is told.
func Nothing(*window.Window, *Result) error { return nil }

// MaxChapters is how many chapters of a file are read.
const MaxChapters = 4096

// Seconds converts n units of 1/scale s; a scale of zero yields zero, which is "unknown".
func Seconds(n uint64, scale uint32) float64 {
	if scale == 0 {
		return 0
	}
	return float64(n) / float64(scale)
}

// BitRate is that of a whole file in bits per second, zero where the duration is unknown.
func BitRate(size int64, duration float64) int64 {
	if duration <= 0 || size <= 0 {
		return 0
	}
	r := float64(size) * 8 / duration
	if r >= math.MaxInt64/2 {
		return 0
	}
	return int64(r + 0.5)
}
