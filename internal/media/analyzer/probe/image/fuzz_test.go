package image

import "testing"

func FuzzJPEG(f *testing.F) { fuzzProbe(f, ".jpg", "image/*.jpg") }
func FuzzPNG(f *testing.F)  { fuzzProbe(f, ".png", "image/*.png") }
func FuzzWebP(f *testing.F) { fuzzProbe(f, ".webp", "image/*.webp") }
func FuzzHEIF(f *testing.F) { fuzzProbe(f, ".heic", "image/*.heic", "image/*.avif") }
func FuzzJXL(f *testing.F)  { fuzzProbe(f, ".jxl", "image/*.jxl", "image/*.jp2", "image/*.j2k") }
func FuzzPSD(f *testing.F)  { fuzzProbe(f, ".psd", "image/*.psd") }
func FuzzBMP(f *testing.F) {
	fuzzProbe(f, ".ico", "image/*.bmp", "image/*.ico", "image/*.gif", "image/*.svg")
}
func FuzzRAF(f *testing.F) { fuzzProbe(f, ".raf", "raw/*.raf") }
func FuzzCR3(f *testing.F) { fuzzProbe(f, ".cr3", "raw/*.cr3") }

func FuzzTIFF(f *testing.F) {
	f.Add(rawFile("II*\x00", "NIKON CORPORATION", "NIKON D850"))
	fuzzProbe(f, ".tif", "image/*.tif", "raw/*.cr2")
}

func BenchmarkJPEG(b *testing.B) { benchmarkProbe(b, "../testdata/image/exif.jpg") }
func BenchmarkXMP(b *testing.B)  { benchmarkProbe(b, "../testdata/image/xmp.jpg") }
func BenchmarkHEIC(b *testing.B) { benchmarkProbe(b, "../testdata/image/exif.heic") }
