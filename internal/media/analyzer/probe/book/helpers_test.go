package book

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(slices.Concat(Formats, Weak))

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func fuzzProbe(f *testing.F, ext string, patterns ...string) { family.Fuzz(f, ext, patterns...) }
