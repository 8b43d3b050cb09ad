package ogg

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(Formats)

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func fuzzSound(f *testing.F, patterns ...string) { family.FuzzSound(f, patterns...) }
