package audio

import (
	"testing"
)

func FuzzMP3(f *testing.F)  { fuzzSound(f, "*.mp3", "*.mp2") }
func FuzzADTS(f *testing.F) { fuzzSound(f, "*.aac") }
func FuzzAC3(f *testing.F)  { fuzzSound(f, "*.ac3", "*.eac3") }
func FuzzDTS(f *testing.F)  { fuzzSound(f, "*.dts") }
func FuzzFLAC(f *testing.F) { fuzzSound(f, "*.flac") }

func FuzzWAV(f *testing.F)      { fuzzSound(f, "*.wav", "*.w64") }
func FuzzAIFF(f *testing.F)     { fuzzSound(f, "*.aif?", "*.caf", "*.au") }
func FuzzWavPack(f *testing.F)  { fuzzSound(f, "*.wv") }
func FuzzMusepack(f *testing.F) { fuzzSound(f, "*.mpc") }
func FuzzTTA(f *testing.F)      { fuzzSound(f, "*.tta") }
