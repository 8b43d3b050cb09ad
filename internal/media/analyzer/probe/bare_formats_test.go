package probe

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// bareFiles are all of the formats above, by their extension.
func bareFiles() map[string][]byte {
	files := map[string][]byte{
		".rm": probetest.RealMediaOf(), ".ra": probetest.RealSoundOf(), ".dv": probetest.DVFrames(1, true, []byte{0x50, 0, 0, 0, 0})[:16<<10], ".ivf": probetest.IVFOf(), ".y4m": probetest.Y4MOf(), ".m2v": slices.Concat(probetest.MPEG2Headers, make([]byte, 64)),
		".mxf": probetest.MXFOf(), ".aac": probetest.ADIFOf(0)[:200], ".shn": probetest.ShortenOf(), ".crw": probetest.CIFFOf("HEAPCCDR"), ".mrw": probetest.MRWOf(), ".x3f": probetest.X3FOf(), ".iiq": probetest.IIQOf(),
	}
	for ext, data := range probetest.SmallPictures() {
		files[ext] = data
	}
	return files
}

func TestMutatedBareFilesAreSurvived(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 200
	}
	for ext, data := range bareFiles() {
		mutate(t, "x"+ext, data, n)
	}
}

func fuzzBare(f *testing.F, exts ...string) {
	files := bareFiles()
	for _, ext := range exts {
		f.Add(files[ext])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ext := range exts {
			checkNoPanic(t, data, ext)
		}
	})
}

func FuzzRealMedia(f *testing.F) { fuzzBare(f, ".rm", ".ra") }
func FuzzRawVideo(f *testing.F)  { fuzzBare(f, ".dv", ".ivf", ".y4m", ".m2v") }
func FuzzMXF(f *testing.F)       { fuzzBare(f, ".mxf") }
func FuzzBareSound(f *testing.F) { fuzzBare(f, ".aac", ".shn") }
func FuzzCameraRAW(f *testing.F) { fuzzBare(f, ".crw", ".mrw", ".x3f", ".iiq") }
func FuzzSmallPictures(f *testing.F) {
	fuzzBare(f, ".pcx", ".ppm", ".pam", ".tga", ".dds", ".xcf", ".qoi", ".exr", ".icns")
}
