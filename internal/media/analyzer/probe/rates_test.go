package probe

import (
	"archive/zip"
	"bytes"
	"math"
	"slices"
	"testing"
)

// checkRate probes a film whose header states no rate, or another than its pictures come at.
func checkRate(t *testing.T, data []byte, ext string, want float64) {
	t.Helper()
	r := probeWithin(t, bytes.NewReader(data), int64(len(data)), ext)
	if m := r.Description.Media; len(m.Video) != 1 || math.Abs(m.Video[0].FrameRate-want) > 0.01 {
		t.Errorf("%s: %s", ext, filmLines(r))
	}
}

// The first picture may fill all that is read of a film in any case: the times of those behind it tell the rate.
func TestRatesAreMeasuredBehindALargeFirstPicture(t *testing.T) {
	large := append(bytes.Clone(flvSorenson), make([]byte, 50<<10)...)
	tags := [][]byte{flvTagOf(flvVideo, 0, large)}
	for i := range uint32(60) {
		tags = append(tags, flvTagOf(flvVideo, 40*(i+1), append(bytes.Clone(flvSorenson), make([]byte, 900)...)))
	}
	checkRate(t, flvOf(1, tags...), ".flv", 25)

	track := mkvTrackOf(1, mkvTypeVideo, "V_VP8", el(mkvVideo, elUint(mkvPixelWidth, 640), elUint(mkvPixelHeight, 360)))
	block := func(ms uint16, size int) []byte {
		return el(mkvSimpleBlock, []byte{0x81}, u16(ms), []byte{0x80}, make([]byte, size))
	}
	clusters := [][]byte{mkvInfoOf(2440), el(mkvTracks, track), el(mkvCluster, elUint(mkvTimestamp, 0), block(0, 40<<10))}
	for i := range uint64(60) {
		clusters = append(clusters, el(mkvCluster, elUint(mkvTimestamp, 40*(i+1)), block(0, 700)))
	}
	checkRate(t, mkvOf(clusters...), ".mkv", 25)
}

func TestWindowsMediaThatStatesAnotherRateThanItsPicturesComeAt(t *testing.T) {
	more := asfObjectOf(asfMoreStream, make([]byte, 24), le(uint32(500_000)), make([]byte, 20), le(uint16(1), uint16(0), uint64(1_000_000), uint16(0), uint16(0)))
	var packets []byte
	for i := range uint32(20) {
		p := slices.Concat([]byte{0, 0x1D}, make([]byte, 6), []byte{1, byte(i)}, le(uint32(0)), []byte{8}, le(uint32(100), 200*i))
		packets = append(packets, append(p, make([]byte, 3200-len(p))...)...)
	}
	header := slices.Concat(le(uint32(3), uint16(0x201)), asfFileOf(4e7, 0, 2), asfVideoBytes(1), asfObjectOf(asfExtension, make([]byte, 22), more))
	checkRate(t, slices.Concat(asfObjectOf(asfHeader, header), asfObjectOf(asfData, make([]byte, 26), packets)), ".wmv", 5)
}

func TestPictureSequencesWithoutItemsAreOfTheSizeOfTheirTrack(t *testing.T) {
	track := trackOf{id: 1, handler: "pict", scale: 30, duration: 60, entry: visualEntry("hvc1", 320, 240), tables: [][]byte{sampleTimes(60, 1)}}
	data := slices.Concat(boxOf("ftyp", []byte("msf1"), u32(0), []byte("hevc")), boxOf("moov", movieHeader(30, 60), track.box()), boxOf("mdat", make([]byte, 16)))
	r, err := probeBytes(data, ".heif")
	if m := r.Description.Media; err != nil || r.Kind != "image" || m.Width != 320 || m.Height != 240 {
		t.Errorf("%s %+v, %v", r.Kind, m, err)
	}
}

func TestEPUBWhoseContainerWritesThePathAsAURL(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"mimetype", epubMIME},
		{"META-INF/container.xml", `<container><rootfiles><rootfile full-path="My%20Book/main.opf"/></rootfiles></container>`},
		{"other.opf", `<package><metadata><title>Another</title></metadata></package>`},
		{"My Book/main.opf", `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The Title</dc:title></metadata></package>`},
	} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".epub", ".ibooks"} {
		r, err := probeBytes(b.Bytes(), ext)
		if err != nil || r.Description.Title != "The Title" || r.Kind != "book" {
			t.Errorf("%s: %s %+v, %v", ext, r.Kind, r.Description, err)
		}
	}
}
