package mpeg

import (
	"io"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(slices.Concat(Formats, Weak))

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func probeWindow(w *window.Window, ext string) (format.Result, error) {
	return format.Read(w, family, ext)
}

func fuzzProbe(f *testing.F, ext string, patterns ...string) { family.Fuzz(f, ext, patterns...) }

func probeWithin(t *testing.T, src io.ReaderAt, size int64, ext string) format.Result {
	return family.Within(t, src, size, ext)
}
