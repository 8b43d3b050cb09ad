package codec

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestTrueHDInMP4HasTheChannelsOfItsLargestPresentation(t *testing.T) {
	// 48 kHz; six channels: left, right, centre, LFE and surrounds; eight: those and the pair behind.
	info := probetest.LATMBits(4, 0, 4, 0, 2, 0, 2, 0, 5, 0x0F, 2, 0, 13, 0x4F)
	if rate, channels := MLPFormat(info); rate != 48000 || channels != 8 {
		t.Errorf("%d channels of %d Hz", channels, rate)
	}
}
