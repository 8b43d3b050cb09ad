package flv

import (
	"io"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(Formats)

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func fuzzProbe(f *testing.F, ext string, patterns ...string) { family.Fuzz(f, ext, patterns...) }

func probeWithin(t *testing.T, src io.ReaderAt, size int64, ext string) format.Result {
	return family.Within(t, src, size, ext)
}
