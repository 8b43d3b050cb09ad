package probe

import "testing"

func FuzzMP4(f *testing.F) {
	fuzzProbe(f, ".mp4", "video/*.mp4", "video/*.mov", "video/*.m4v", "video/*.3gp", "video/*.m4?")
}
func FuzzMatroska(f *testing.F) { fuzzProbe(f, ".mkv", "video/*.mkv", "video/*.webm") }
func FuzzAVI(f *testing.F)      { fuzzProbe(f, ".avi", "video/*.avi") }
func FuzzASF(f *testing.F)      { fuzzProbe(f, ".wmv", "video/*.wmv", "audio/*.wma") }
func FuzzFLV(f *testing.F)      { fuzzProbe(f, ".flv", "video/*.flv") }
func FuzzMPEGTS(f *testing.F)   { fuzzProbe(f, ".ts", "video/*.ts", "video/*.m2ts") }
func FuzzMPEGPS(f *testing.F)   { fuzzProbe(f, ".mpg", "video/*.mpg", "video/*.mpeg", "video/*.vob") }
