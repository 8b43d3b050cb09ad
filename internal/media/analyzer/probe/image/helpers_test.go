package image

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(slices.Concat(Formats, Weak))

const samplesDir = "../" + probetest.Beside

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }

func probeFile(t testing.TB, name string) (format.Result, error) { return family.File(t, name) }

func probeWindow(w *window.Window, ext string) (format.Result, error) {
	return format.Read(w, family, ext)
}

func mutate(t *testing.T, name string, data []byte, n int) { family.Mutate(t, name, data, n) }

func fuzzProbe(f *testing.F, ext string, patterns ...string) { family.Fuzz(f, ext, patterns...) }

func samples(t testing.TB, patterns ...string) []string { return probetest.Samples(t, patterns...) }

func benchmarkProbe(b *testing.B, name string) { family.Benchmark(b, name) }
