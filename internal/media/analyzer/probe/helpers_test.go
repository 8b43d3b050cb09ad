package probe

import (
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(formats)

const samplesDir = probetest.Beside

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func probeFile(t testing.TB, name string) (format.Result, error) { return family.File(t, name) }

func probeWindow(w *window.Window, ext string) (format.Result, error) {
	return format.Read(w, family, ext)
}

func mutate(t *testing.T, name string, data []byte, n int) { family.Mutate(t, name, data, n) }

func measureProbe(data []byte, ext string) (uint64, time.Duration, error) {
	return family.Measure(data, ext)
}

func fuzzProbe(f *testing.F, ext string, patterns ...string) { family.Fuzz(f, ext, patterns...) }

func checkNoPanic(t *testing.T, data []byte, ext string) { family.NoPanic(t, data, ext) }

func samples(t testing.TB, patterns ...string) []string { return probetest.Samples(t, patterns...) }

func benchmarkProbe(b *testing.B, name string) { family.Benchmark(b, name) }

func checkRate(t *testing.T, data []byte, ext string, want float64) { family.Rate(t, data, ext, want) }
