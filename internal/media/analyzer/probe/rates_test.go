package probe

import (
	"bytes"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// The first picture may fill all that is read of a film in any case: the times of those behind it tell the rate.
func TestRatesAreMeasuredBehindALargeFirstPicture(t *testing.T) {
	large := append(bytes.Clone(probetest.FlvSorenson), make([]byte, 50<<10)...)
	tags := [][]byte{probetest.FlvTagOf(flvVideo, 0, large)}
	for i := range uint32(60) {
		tags = append(tags, probetest.FlvTagOf(flvVideo, 40*(i+1), append(bytes.Clone(probetest.FlvSorenson), make([]byte, 900)...)))
	}
	checkRate(t, probetest.FLVOf(1, tags...), ".flv", 25)

	track := probetest.MkvTrackOf(1, mkvTypeVideo, "V_VP8", probetest.El(mkvVideo, probetest.ElUint(mkvPixelWidth, 640), probetest.ElUint(mkvPixelHeight, 360)))
	block := func(ms uint16, size int) []byte {
		return probetest.El(mkvSimpleBlock, []byte{0x81}, probetest.U16(ms), []byte{0x80}, make([]byte, size))
	}
	clusters := [][]byte{probetest.MkvInfoOf(2440), probetest.El(mkvTracks, track), probetest.El(mkvCluster, probetest.ElUint(mkvTimestamp, 0), block(0, 40<<10))}
	for i := range uint64(60) {
		clusters = append(clusters, probetest.El(mkvCluster, probetest.ElUint(mkvTimestamp, 40*(i+1)), block(0, 700)))
	}
	checkRate(t, probetest.MatroskaOf(clusters...), ".mkv", 25)
}
