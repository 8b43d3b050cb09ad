package flv

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func amfText(s string) []byte { return slices.Concat(probetest.U16(uint16(len(s))), []byte(s)) }

func amfNumber(v float64) []byte { return slices.Concat([]byte{0}, probetest.U64(math.Float64bits(v))) }

// metaOf lays out onMetaData with values that are laid out already.
func metaOf(values map[string][]byte) []byte {
	b := slices.Concat([]byte{2}, amfText("onMetaData"), []byte{8}, probetest.U32(uint32(len(values))))
	for name, v := range values {
		b = slices.Concat(b, amfText(name), v)
	}
	return append(b, 0, 0, 9)
}

func TestFlashVideoTakesMetadataAndStepsOverLists(t *testing.T) {
	times := slices.Concat([]byte{10}, probetest.U32(2), amfNumber(0), amfNumber(5))
	frames := slices.Concat([]byte{3}, amfText("times"), times, amfText("filepositions"), times, []byte{0, 0, 9})
	meta := metaOf(map[string][]byte{
		"keyframes": frames, "duration": amfNumber(5), "framerate": amfNumber(29.97), "title": slices.Concat([]byte{2}, amfText("Title")),
		"width": amfNumber(640), "height": amfNumber(360), "when": slices.Concat([]byte{11}, make([]byte, 10)), "seekable": {1, 1},
	})
	r, err := probeBytes(probetest.FLVOf(5, probetest.FlvTagOf(script, 0, meta), probetest.FlvTagOf(video, 0, []byte{0x24, 1, 2, 3}), probetest.FlvTagOf(audio, 0, []byte{0x2F, 0xFF, 0xFB, 0x90, 0x00}), probetest.FlvTagOf(video, 4960, probetest.FlvSorenson)), ".flv")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, flv, 5.000 s", "video vp6f 640x360 29.97 fps 8 bit", "audio mp3 2 ch 44100 Hz", "tags Title"))
}

func TestFlashVideoWithoutMetadataCountsItsFrames(t *testing.T) {
	var tags [][]byte
	for i := range uint32(250) {
		tags = append(tags, probetest.FlvTagOf(video, 40*i, probetest.FlvSorenson))
	}
	r, err := probeBytes(probetest.FLVOf(1, tags...), ".flv")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, flv, 9.960 s", "video flv1 320x240 25 fps 8 bit"))
}

func TestFlashVideoOfLaterCodecs(t *testing.T) {
	for code, want := range map[string]string{"hvc1": "hevc", "av01": "av1", "vp09": "vp9"} {
		r, err := probeBytes(probetest.FLVOf(1, probetest.FlvTagOf(video, 0, append([]byte{0x90}, code...)), probetest.FlvTagOf(video, 40, append([]byte{0x91}, code...))), ".flv")
		if err != nil || r.Description.Media.Video[0].Codec != want {
			t.Errorf("%s: %v, %v", code, r, err)
		}
	}
}

func TestFlashVideoThatLiesIsSurvived(t *testing.T) {
	deep := slices.Concat([]byte{2}, amfText("onMetaData"))
	for range 100 {
		deep = slices.Concat(deep, []byte{3}, amfText("x"))
	}
	if _, err := probeBytes(probetest.FLVOf(1, probetest.FlvTagOf(script, 0, deep), probetest.FlvTagOf(video, 0, probetest.FlvSorenson)), ".flv"); !errors.Is(err, window.ErrBudget) {
		t.Errorf("objects within objects: %v", err)
	}
	long := slices.Concat([]byte{2}, amfText("onMetaData"), []byte{3}, amfText("x"), []byte{10}, probetest.U32(math.MaxUint32))
	r, err := probeBytes(probetest.FLVOf(1, probetest.FlvTagOf(script, 0, long), probetest.FlvTagOf(video, 0, probetest.FlvSorenson)), ".flv")
	if err != nil || len(r.Description.Media.Video) != 1 {
		t.Errorf("a list of 2^32 values: %v", err)
	}
	whole := probetest.FLVOf(1, probetest.FlvTagOf(video, 0, probetest.FlvSorenson), probetest.FlvTagOf(video, 5000, probetest.FlvSorenson))
	if r, err = probeBytes(whole[:len(whole)-6], ".flv"); !errors.Is(err, window.ErrTruncated) || r.Description.Media.DurationSeconds != 0 {
		t.Errorf("a last tag that is cut: %v, %v", r, err)
	}
	if _, err = probeBytes(probetest.FLVOf(5, make([]byte, 1000)), ".flv"); !errors.Is(err, window.ErrMalformed) {
		t.Errorf("nothing but zeros: %v", err)
	}
}

func TestFlashVideoOfTwoHoursNeedsFewReads(t *testing.T) {
	last := probetest.FlvTagOf(video, 7_200_000, probetest.FlvSorenson)
	src := &probetest.Sparse{Size: 1 << 30, Parts: map[int64][]byte{}}
	src.Parts[0] = probetest.FLVOf(1, probetest.FlvTagOf(video, 0, probetest.FlvSorenson), probetest.FlvTagOf(video, 40, make([]byte, 100_000)))
	src.Parts[src.Size-int64(len(last))] = last
	if d := probeWithin(t, src, src.Size, ".flv").Description.Media.DurationSeconds; d != 7200 {
		t.Errorf("lasts %v s", d)
	}
}

func FuzzFLV(f *testing.F) { fuzzProbe(f, ".flv", "video/*.flv") }
