package asf

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestWindowsMediaThatStatesAnotherRateThanItsPicturesComeAt(t *testing.T) {
	more := objectOf(moreStream, make([]byte, 24), probetest.Le(uint32(500_000)), make([]byte, 20), probetest.Le(uint16(1), uint16(0), uint64(1_000_000), uint16(0), uint16(0)))
	var packets []byte
	for i := range uint32(20) {
		p := slices.Concat([]byte{0, 0x1D}, make([]byte, 6), []byte{1, byte(i)}, probetest.Le(uint32(0)), []byte{8}, probetest.Le(uint32(100), 200*i))
		packets = append(packets, append(p, make([]byte, 3200-len(p))...)...)
	}
	header := slices.Concat(probetest.Le(uint32(3), uint16(0x201)), fileOf(4e7, 0, 2), videoBytes(1), objectOf(extension, make([]byte, 22), more))
	checkRate(t, slices.Concat(objectOf(asfHeader, header), objectOf(data, make([]byte, 26), packets)), ".wmv", 5)
}
