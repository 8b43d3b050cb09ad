package audio

import (
	"errors"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/google/go-cmp/cmp"
)

// rifx lays out a second of a WAVE file whose numbers are big-endian, of an extended format that holds its tag as given.
func rifx(tag string) []byte {
	form := be(uint16(0xFFFE), uint16(2), uint32(8000), uint32(8000*8), uint16(8), uint16(32), uint16(22), uint16(20), uint32(0), tag, "\x80\x00\x00\xAA\x00\x38\x9B\x71")
	return be("RIFX", uint32(60+64000), "WAVEfmt ", uint32(len(form)), form, "data", uint32(64000), make([]byte, 64000))
}

func TestWAVOfBigEndianNumbersHasSuchSamples(t *testing.T) {
	plain := be("RIFX", uint32(36+32000), "WAVEfmt ", uint32(16), uint16(1), uint16(2), uint32(8000), uint32(32000), uint16(4), uint16(16), "data", uint32(32000), make([]byte, 32000))
	for name, c := range map[string]struct {
		data []byte
		want media.Audio
	}{
		"plain":                           {plain, probetest.Stream("pcm_s16be", 2, 8000, 16)},
		"extended":                        {rifx("\x00\x00\x00\x01\x00\x00\x00\x10"), probetest.Stream("pcm_s24be", 2, 8000, 20)},
		"extended, with a tag of 16 bits": {rifx("\x00\x01\x00\x00\x00\x00\x10\x00"), probetest.Stream("pcm_s24be", 2, 8000, 20)},
	} {
		r, err := probeBytes(c.data, ".wav")
		if d := cmp.Diff(probetest.SoundOf("wav", 1, c.want), r.Description, probetest.AboutTheSame); err != nil || d != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, d)
		}
	}
}

func TestABigEndianFormatThatEndsInAFieldIsMalformed(t *testing.T) {
	for n := range uint32(14) {
		data := be("RIFX", uint32(100), "WAVEfmt ", n, make([]byte, n+n&1), "data", uint32(8), make([]byte, 8))
		if _, err := probeBytes(data, ".wav"); !errors.Is(err, window.ErrMalformed) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// wavPack3 lays out a file of WavPack's version 3: the head of the WAVE file that was packed, and a tag behind the sound.
func wavPack3() []byte {
	return slicesOf(probetest.Le("RIFF", uint32(36+352800), "WAVEfmt ", uint32(16), uint16(1), uint16(2), uint32(44100), uint32(176400), uint16(4), uint16(16),
		"data", uint32(352800), "wvpk", uint32(28), uint16(3)), make([]byte, 1000), apeItems(2000, "Title", "T"))
}

func TestWavPackBeforeItsVersion4IsNoCutWAVE(t *testing.T) {
	r, err := probeBytes(wavPack3(), ".wv")
	want := probetest.SoundOf("wavpack", 2, probetest.Stream("wavpack", 2, 44100, 16))
	want.Title = "T"
	if d := cmp.Diff(want, r.Description, probetest.AboutTheSame); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestMonkeysAudioOfWhatItDoesNotKnowIsMalformed(t *testing.T) {
	for name, at := range map[string]int{"bits": 52 + 16, "channels": 52 + 18} {
		data := monkeyNew()
		data[at] = 200
		if r, err := probeBytes(data, ".ape"); !errors.Is(err, window.ErrMalformed) || r.Description.Media != nil {
			t.Errorf("%s: %v, %+v", name, err, r.Description.Media)
		}
	}
}

func TestCompandedAIFFTakesAByteASample(t *testing.T) {
	sound := make([]byte, 8000)
	common := be(uint16(1), uint32(8000), uint16(16), uint16(0x400B), uint64(8000)<<51, "alaw\x00\x00")
	data := be("FORM", uint32(4+8+len(common)+16+len(sound)), "AIFCCOMM", uint32(len(common)), common, "SSND", uint32(8+len(sound)), uint64(0), sound)
	r, err := probeBytes(data, ".aifc")
	if err != nil {
		t.Fatal(err)
	}
	if a := r.Description.Media.Audio[0]; a.Codec != "pcm_alaw" || a.BitRate != 64000 {
		t.Errorf("the sound is %+v", a)
	}
}
