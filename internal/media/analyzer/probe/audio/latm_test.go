package audio

import (
	"bytes"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestBroadcastAACTellsItsWholeBand(t *testing.T) {
	config := []int{1, 0, 1, 0, 1, 1, 6, 0, 4, 0, 3, 0} // a new one of version 0: one program, one layer
	tail := []int{3, 0, 3, 0, 8, 255, 1, 0, 1, 0}       // of the configuration of a decoder, and of the frames
	explicit := probetest.LATMBits(slices.Concat(config, []int{5, 5, 4, 7, 4, 1, 4, 4, 5, 2}, tail, []int{8, 2, 16, 0})...)
	// A frame of which nothing is left but a fill element with the band's data, and the end.
	frame := []int{8, 6, 3, 6, 4, 4, 4, 13, 28, 0, 3, 7, 6, 0}
	implicit := probetest.LATMBits(slices.Concat(config, []int{5, 2, 4, 6, 4, 2}, tail, frame)...)
	plain := probetest.LATMBits(slices.Concat(config, []int{5, 2, 4, 6, 4, 2}, tail, []int{8, 6, 24, 0x123456, 24, 0x123450})...)
	for name, c := range map[string]struct {
		frame   []byte
		profile string
		ch, hz  int
	}{
		"a configuration that names it": {explicit, "HE-AACv2", 2, 44100},
		"frames that hold it":           {implicit, "HE-AAC", 2, 48000},
		"plain AAC of a low rate":       {plain, "LC", 2, 24000},
	} {
		r, err := probeBytes(bytes.Repeat(probetest.LoasOf(c.frame), 40), ".latm")
		if err != nil || len(r.Description.Media.Audio) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a := r.Description.Media.Audio[0]; a.Profile != c.profile || a.Channels != c.ch || a.SampleRate != c.hz {
			t.Errorf("%s: %+v", name, a)
		}
	}
}
