package archive

import (
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(Formats)

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func measureProbe(data []byte, ext string) (uint64, time.Duration, error) {
	return family.Measure(data, ext)
}

func fuzzProbe(f *testing.F, ext string, patterns ...string) { family.Fuzz(f, ext, patterns...) }
