// Package probe reads what a file's bytes say of it: kind, container, streams, tags, pictures, pages.
//
// It is the registry: each family of formats has a package of its own below it. All stand on the same four: [window]
// reads a file within budgets, [format] says what a prober is and runs it, codec reads the headers of streams, tags
// the tags that many formats share.
//
// Every prober reads through a [window.Window], whose budgets (reads, bytes, elements, depth, allocation and
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
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Result is what the bytes said.
type Result = format.Result

// PanicError is a defect of a prober that an input brought to light, with its stack.
type PanicError = format.PanicError

// Errors of probing, one of which every error wraps that is not the context's or the source's. A budget error says that
// the file asked for more than any honest file needs.
var (
	ErrUnknown   = window.ErrUnknown
	ErrMalformed = window.ErrMalformed
	ErrTruncated = window.ErrTruncated
	ErrBudget    = window.ErrBudget
)

// Probe reads the file behind src, whose size is size bytes and whose name ends in ext (lower case,
// with its dot; it breaks ties that magic bytes leave). A panic of a prober is returned as *PanicError.
func Probe(ctx context.Context, src io.ReaderAt, size int64, ext string) (Result, error) {
	w := window.New(ctx, src, size)
	defer w.Release()
	return format.Read(w, formats, ext)
}
