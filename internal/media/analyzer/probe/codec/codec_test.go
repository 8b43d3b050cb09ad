package codec

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// bytesOf reads hexadecimal digits.
func bytesOf(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bitsOf reads binary digits and fills the last byte up with zeros.
func bitsOf(s string) []byte {
	s = strings.ReplaceAll(s, " ", "")
	b := make([]byte, (len(s)+7)/8)
	for i, c := range s {
		b[i/8] |= byte(c-'0') << (7 - i%8)
	}
	return b
}

func TestSpeechOfPhonesIsNamedByItsTag(t *testing.T) {
	for tag, want := range map[uint16]string{0x42: "g723_1", 0x111: "g723_1", 0xA100: "g723_1", 0x83: "g729", 0x40: "adpcm_g726", 0x38: "amr_nb"} {
		if got := WaveCodec(tag, 0); got != want {
			t.Errorf("%#x is %q, should be %q", tag, got, want)
		}
	}
}

func TestBitsPastTheEndAreZerosAndNoticed(t *testing.T) {
	r := window.BitReader{B: bitsOf("101 1 00110 00111 0000000")}
	if a, b, c, d := r.Bits(3), r.UE(), r.SE(), r.SE(); a != 5 || b != 0 || c != 3 || d != -3 {
		t.Errorf("read %d, %d, %d, %d", a, b, c, d)
	}
	if r.Over || r.Bits(16) != 0 || !r.Over {
		t.Error("what lies past the end was not noticed")
	}
	zeros := window.BitReader{B: make([]byte, 100)}
	if zeros.UE() != 0 || !zeros.Over {
		t.Error("a number of more than 32 bits was not noticed")
	}
	var none window.BitReader
	if none.Skip(math.MaxInt); !none.Over {
		t.Error("a skip past the end was not noticed")
	}
}

func TestEmulationPreventionIsTakenOut(t *testing.T) {
	if got := window.UnescapeNAL([]byte{1, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3}, 100); !bytes.Equal(got, []byte{1, 0, 0, 1, 0, 0, 0, 0}) {
		t.Errorf("became % x", got)
	}
	if got := window.UnescapeNAL(make([]byte, 100), 8); len(got) != 8 {
		t.Errorf("%d bytes came out of a limit of 8", len(got))
	}
}

func TestAACConfigurations(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		want   AACConfig
	}{
		"LC, 44.1 kHz, stereo":             {"12 10", AACConfig{"aac", "LC", 44100, 2}},
		"LC, 5.1":                          {"11 B0", AACConfig{"aac", "LC", 48000, 6}},
		"LC, 7.1":                          {"11 B8", AACConfig{"aac", "LC", 48000, 8}},
		"SBR, signalled at once":           {"2B 11 88 00", AACConfig{"aac", "HE-AAC", 48000, 2}},
		"SBR, for old players to overlook": {"13 90 56 E5 A0", AACConfig{"aac", "HE-AAC", 44100, 2}},
		"parametric stereo":                {"EB 09 88 00", AACConfig{"aac", "HE-AACv2", 48000, 2}},
		"a rate of its own, 44056 Hz":      {"17 80 56 0C 10", AACConfig{"aac", "LC", 44056, 2}},
	} {
		if got, ok := ParseAACConfig(bytesOf(t, c.config)); !ok || got != c.want {
			t.Errorf("%s: %+v, should be %+v", name, got, c.want)
		}
	}
	for _, none := range [][]byte{nil, {0}, {0, 0, 0}} {
		if c, ok := ParseAACConfig(none); ok {
			t.Errorf("% x passed for %+v", none, c)
		}
	}
}

func TestMeasuredRatesAreTakenOnlyWhereTheyAreCertain(t *testing.T) {
	every := func(n int, gap, tick float64) (times []float64) {
		for i := range n {
			times = append(times, math.Round(float64(i)*gap/tick)*tick)
		}
		return times
	}
	uneven := every(20, 0.04, 0.001)
	uneven[10] += 0.02
	reordered := every(20, 0.04, 0.001)
	slices.Reverse(reordered)
	for name, c := range map[string]struct {
		times []float64
		want  float64
	}{
		"25, by few frames":                   {every(6, 0.04, 0.001), 25},
		"out of order":                        {reordered, 25},
		"23.976 and 24 are too close to tell": {every(6, 1001.0/24000, 0.001), 0},
		"23.976, by a long span":              {every(200, 1001.0/24000, 1.0/90000), 24000.0 / 1001},
		"17 is not common, but exact":         {every(100, 1.0/17, 1.0/90000), 17},
		"frames that do not come evenly":      {uneven, 0},
		"two frames":                          {every(2, 0.04, 0.001), 0},
		"all at one time":                     {make([]float64, 50), 0},
	} {
		tick := 0.001
		if strings.Contains(name, "long") || strings.Contains(name, "exact") {
			tick = 1.0 / 90000
		}
		if got := MeasuredRate(c.times, tick); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s: %v, should be %v", name, got, c.want)
		}
	}
}

func TestFramesOfSoundTellTheirChannels(t *testing.T) {
	pad := func(s string, n int) []byte { return append(bytesOf(t, s), make([]byte, n)...) }
	for name, c := range map[string]struct {
		codec string
		data  []byte
		want  media.Audio
	}{
		"AC-3 of 5.1":   {"ac3", pad("0B77 0000 1E40 E1", 64), media.Audio{Codec: "ac3", Channels: 6, SampleRate: 48000, BitRate: 448_000}},
		"AC-3 of 2.0":   {"ac3", pad("FFFF 0B77 0000 1440 43", 64), media.Audio{Codec: "ac3", Channels: 2, SampleRate: 48000, BitRate: 192_000}},
		"E-AC-3 of 5.1": {"eac3", pad("0B77 02FF 3F86 00", 1536), media.Audio{Codec: "eac3", Channels: 6, SampleRate: 48000, BitRate: 384_000}},
		"DTS of 5.1":    {"dts", slices.Concat(bytesOf(t, "7FFE8001"), bitsOf("1 11111 0 0001111 00011111011011 001001 1101 10111 00000 000 0 0 10"), make([]byte, 64)), media.Audio{Codec: "dts", Profile: "DTS", Channels: 6, SampleRate: 48000, BitRate: 1_472_000}},
		"MP2":           {"mp2", slices.Concat(probetest.MP2Frame, probetest.MP2Frame), media.Audio{Codec: "mp2", Channels: 2, SampleRate: 48000, BitRate: 192_000}},
	} {
		var a media.Audio
		if ok := FrameHeader(c.codec, c.data, &a); !ok || a != c.want {
			t.Errorf("%s: %+v, should be %+v", name, a, c.want)
		}
		if ok := FrameHeader(c.codec, make([]byte, 4096), &a); ok {
			t.Errorf("%s: zeros passed for %+v", c.codec, a)
		}
	}
}
