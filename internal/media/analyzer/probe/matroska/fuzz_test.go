package matroska

import (
	"testing"
)

func FuzzMatroska(f *testing.F) { fuzzProbe(f, ".mkv", "video/*.mkv", "video/*.webm") }
