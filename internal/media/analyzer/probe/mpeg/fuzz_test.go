package mpeg

import (
	"testing"
)

func FuzzMPEGTS(f *testing.F) { fuzzProbe(f, ".ts", "video/*.ts", "video/*.m2ts") }
func FuzzMPEGPS(f *testing.F) { fuzzProbe(f, ".mpg", "video/*.mpg", "video/*.mpeg", "video/*.vob") }
