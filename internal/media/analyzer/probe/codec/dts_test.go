package codec

import (
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// dtsAssetOf lays out the header of an extension substream whose one asset has so many channels.
func dtsAssetOf(channels int) []byte {
	bits := probetest.LATMBits(32, 0x64582025, 8, 0, 2, 0, 1, 0, 8, 40, 16, 900, 1, 1, 2, 1, 3, 0, 1, 0, 3, 0, 3, 0, 1, 1, 8, 1, 1, 0,
		16, 800, 9, 30, 3, 0, 1, 0, 1, 0, 1, 0, 5, 23, 4, 12, 8, channels-1, 16, 0)
	return append(bits, 0x41, 0xA2, 0x95, 0x47)
}

func TestDTSHDHasAllTheChannelsOfItsAsset(t *testing.T) {
	core := append([]byte{0x7F, 0xFE, 0x80, 0x01, 0xFC, 0x3C, 0x0B, 0xF0, 0xB5, 0xE0, 0x01, 0x38, 0, 0, 0, 0}, make([]byte, 176)...)
	for name, b := range map[string][]byte{"behind a core": slices.Concat(core, dtsAssetOf(8)), "alone": dtsAssetOf(8)} {
		var a media.Audio
		if !DTSFrame(b, &a) || a.Channels != 8 || a.SampleRate != 48000 || !strings.HasPrefix(a.Profile, "DTS-HD MA") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}
