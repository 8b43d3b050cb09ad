package probe

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
)

func flvTagOf(kind byte, ms uint32, data []byte) []byte {
	size := u32(uint32(len(data)))
	return slices.Concat([]byte{kind}, size[1:], u32(ms)[1:], []byte{byte(ms >> 24)}, []byte{0, 0, 0}, data, u32(uint32(len(data)+11)))
}

func flvOf(flags byte, tags ...[]byte) []byte {
	return slices.Concat([]byte{'F', 'L', 'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0}, bytes.Join(tags, nil))
}

func amfText(s string) []byte { return slices.Concat(u16(uint16(len(s))), []byte(s)) }

func amfNumber(v float64) []byte { return slices.Concat([]byte{0}, u64(math.Float64bits(v))) }

// metaOf lays out onMetaData with values that are laid out already.
func metaOf(values map[string][]byte) []byte {
	b := slices.Concat([]byte{2}, amfText("onMetaData"), []byte{8}, u32(uint32(len(values))))
	for name, v := range values {
		b = slices.Concat(b, amfText(name), v)
	}
	return append(b, 0, 0, 9)
}

var flvSorenson = append([]byte{0x22}, 0, 0, 0x84, 0x02, 0x80, 0, 0) // a key frame of 320x240

func TestFlashVideoTakesMetadataAndStepsOverLists(t *testing.T) {
	times := slices.Concat([]byte{10}, u32(2), amfNumber(0), amfNumber(5))
	frames := slices.Concat([]byte{3}, amfText("times"), times, amfText("filepositions"), times, []byte{0, 0, 9})
	meta := metaOf(map[string][]byte{
		"keyframes": frames, "duration": amfNumber(5), "framerate": amfNumber(29.97), "title": slices.Concat([]byte{2}, amfText("Title")),
		"width": amfNumber(640), "height": amfNumber(360), "when": slices.Concat([]byte{11}, make([]byte, 10)), "seekable": {1, 1},
	})
	r, err := probeBytes(flvOf(5, flvTagOf(flvScript, 0, meta), flvTagOf(flvVideo, 0, []byte{0x24, 1, 2, 3}), flvTagOf(flvAudio, 0, []byte{0x2F, 0xFF, 0xFB, 0x90, 0x00}), flvTagOf(flvVideo, 4960, flvSorenson)), ".flv")
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, "the film", r, lines("video, flv, 5.000 s", "video vp6f 640x360 29.97 fps 8 bit", "audio mp3 2 ch 44100 Hz", "tags Title"))
}

func TestFlashVideoWithoutMetadataCountsItsFrames(t *testing.T) {
	var tags [][]byte
	for i := range uint32(250) {
		tags = append(tags, flvTagOf(flvVideo, 40*i, flvSorenson))
	}
	r, err := probeBytes(flvOf(1, tags...), ".flv")
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, "the film", r, lines("video, flv, 9.960 s", "video flv1 320x240 25 fps 8 bit"))
}

func TestFlashVideoOfLaterCodecs(t *testing.T) {
	for code, want := range map[string]string{"hvc1": "hevc", "av01": "av1", "vp09": "vp9"} {
		r, err := probeBytes(flvOf(1, flvTagOf(flvVideo, 0, append([]byte{0x90}, code...)), flvTagOf(flvVideo, 40, append([]byte{0x91}, code...))), ".flv")
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
	if _, err := probeBytes(flvOf(1, flvTagOf(flvScript, 0, deep), flvTagOf(flvVideo, 0, flvSorenson)), ".flv"); !errors.Is(err, ErrBudget) {
		t.Errorf("objects within objects: %v", err)
	}
	long := slices.Concat([]byte{2}, amfText("onMetaData"), []byte{3}, amfText("x"), []byte{10}, u32(math.MaxUint32))
	r, err := probeBytes(flvOf(1, flvTagOf(flvScript, 0, long), flvTagOf(flvVideo, 0, flvSorenson)), ".flv")
	if err != nil || len(r.Description.Media.Video) != 1 {
		t.Errorf("a list of 2^32 values: %v", err)
	}
	whole := flvOf(1, flvTagOf(flvVideo, 0, flvSorenson), flvTagOf(flvVideo, 5000, flvSorenson))
	if r, err = probeBytes(whole[:len(whole)-6], ".flv"); !errors.Is(err, ErrTruncated) || r.Description.Media.DurationSeconds != 0 {
		t.Errorf("a last tag that is cut: %v, %v", r, err)
	}
	if _, err = probeBytes(flvOf(5, make([]byte, 1000)), ".flv"); !errors.Is(err, ErrMalformed) {
		t.Errorf("nothing but zeros: %v", err)
	}
}

func TestFlashVideoOfTwoHoursNeedsFewReads(t *testing.T) {
	last := flvTagOf(flvVideo, 7_200_000, flvSorenson)
	src := &sparse{size: 1 << 30, parts: map[int64][]byte{}}
	src.parts[0] = flvOf(1, flvTagOf(flvVideo, 0, flvSorenson), flvTagOf(flvVideo, 40, make([]byte, 100_000)))
	src.parts[src.size-int64(len(last))] = last
	if d := probeWithin(t, src, src.size, ".flv").Description.Media.DurationSeconds; d != 7200 {
		t.Errorf("lasts %v s", d)
	}
}
