package mpeg

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// psPackOf lays out a pack header of MPEG-2 that allows 10 Mbit/s.
func psPackOf() []byte {
	rate := uint32(25200)<<2 | 3
	return slices.Concat([]byte{0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1}, probetest.U32(rate)[1:], []byte{0xF8})
}

// psFrame is a picture with its sound; n is how often 1,900 bytes of picture follow.
func psFrame(pts int64, n int) []byte {
	out := slices.Concat(psPackOf(), probetest.PESOf(0xE0, pts, probetest.MPEG2Headers), probetest.PESOf(0xC0, pts, slices.Concat(probetest.MP2Frame, probetest.MP2Frame)))
	for range n {
		out = slices.Concat(out, psPackOf(), []byte{0, 0, 1, 0xE0}, probetest.U16(1903), []byte{0x80, 0, 0}, bytes.Repeat([]byte{0x55}, 1900))
	}
	return out
}

// psFilm is a film of such pictures, 25 a second.
func psFilm(start int64, n, seconds int) (out []byte) {
	for i := range seconds * 25 {
		out = append(out, psFrame((start+int64(i)*3600)&(pesWrap-1), n)...)
	}
	return append(out, 0, 0, 1, 0xB9)
}

// privateOf lays out a packet of private stream 1 as DVDs have it.
func privateOf(substream byte, pts int64, payload []byte) []byte {
	return slices.Concat(psPackOf(), probetest.PESOf(0xBD, pts, slices.Concat([]byte{substream, 1, 0, 1}, payload)))
}

func TestProgramStreamsOfDVDsHoldSubstreams(t *testing.T) {
	ac3 := slices.Concat([]byte{0x0B, 0x77, 0, 0, 0x1C, 0x40, 0xE1}, make([]byte, 1785))
	data := slices.Concat(psFrame(0, 1),
		privateOf(0x80, 3600, ac3), privateOf(0x20, 3600, make([]byte, 20)), privateOf(0xA0, 3600, slices.Concat([]byte{0x0C, 0x01, 0x80}, make([]byte, 500))),
		psFilm(3600, 1, 2))
	r, err := probeBytes(data, ".vob")
	if err != nil {
		t.Fatal(err)
	}
	r.Description.Media.DurationSeconds = 0
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, mpegps, 0.000 s", "video mpeg2video Main 720x576 25 fps 8 bit", "audio mp2 2 ch 48000 Hz",
		"audio ac3 6 ch 48000 Hz", "audio pcm_dvd 2 ch 48000 Hz 16 bit", "subtitle dvd_subtitle"))
}

func TestProgramStreamMapNamesWhatPacketsDoNot(t *testing.T) {
	psm := slices.Concat([]byte{0, 0, 1, 0xBC}, probetest.U16(6+4+4+4), []byte{0xE0, 0xFF}, probetest.U16(0, 8), []byte{0x1B, 0xE0, 0, 0, 0x0F, 0xC0, 0, 0}, probetest.U32(0))
	data := slices.Concat(psPackOf(), psm, probetest.PESOf(0xE0, 0, make([]byte, 100)), probetest.PESOf(0xC0, 0, make([]byte, 100)), psPackOf(), make([]byte, 32))
	r, err := probeBytes(data, ".mpg")
	if err != nil {
		t.Fatal(err)
	}
	if m := r.Description.Media; m.Video[0].Codec != "h264" || m.Audio[0].Codec != "aac" {
		t.Errorf("%s", probetest.FilmLines(r))
	}
}

// DVDs begin their clock anew with every cell: the last time stamp says nothing then.
func TestProgramStreamWhoseClockBeginsAnewHasNoDuration(t *testing.T) {
	data := slices.Concat(psFilm(0, 20, 20), psFilm(pesClock, 20, 1))
	r, err := probeBytes(data, ".vob")
	if err != nil || r.Description.Media.DurationSeconds != 0 {
		t.Errorf("lasts %v s, %v", r.Description.Media.DurationSeconds, err)
	}
}

// Some muxers write a pack header once, and none at the end of the file.
func TestProgramStreamWithoutPackHeadersAtItsEndIsReadToTheEnd(t *testing.T) {
	var data []byte
	for i := range int64(100) {
		frame := psFrame(i*3600, 2)
		if i > 0 {
			frame = bytes.ReplaceAll(frame, psPackOf(), nil)
		}
		data = append(data, frame...)
	}
	r, err := probeBytes(data, ".mpg")
	if err != nil || r.Description.Media.DurationSeconds != 4 {
		t.Errorf("lasts %v s, %v", r.Description.Media.DurationSeconds, err)
	}
}

func TestProgramStreamOfNothingButPacksIsRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"packs":           bytes.Repeat(psPackOf(), 1000),
		"an endless zero": slices.Concat(psPackOf(), make([]byte, 100_000)),
		"padding":         slices.Concat(psPackOf(), []byte{0, 0, 1, 0xBE, 0xFF, 0xFF}, make([]byte, 100)),
		"no length":       slices.Concat(psPackOf(), bytes.Repeat([]byte{0, 0, 1, 0xBF, 0, 0}, 1000)),
	} {
		if r, err := probeBytes(data, ".mpg"); err == nil {
			t.Errorf("%s passed for %s", name, probetest.FilmLines(r))
		}
	}
}

// A film whose sound began long before its end still lasts until its packs' clock stands still.
func TestProgramStreamLastsAsItsPacksSayWhereNothingElseDoes(t *testing.T) {
	pack := func(clock uint64) []byte {
		b := psPackOf()
		bits := 0x4000_0400_0401 | clock>>30&7<<43 | clock>>15&0x7FFF<<27 | clock&0x7FFF<<11
		copy(b[4:], probetest.U64(bits << 16)[:6])
		return b
	}
	video := slices.Concat([]byte{0, 0, 1, 0xE0}, probetest.U16(1903), []byte{0x80, 0, 0}, bytes.Repeat([]byte{0x55}, 1900))
	data := slices.Concat(pack(0), probetest.PESOf(0xE0, 0, probetest.MPEG2Headers))
	for i := range uint64(100) {
		data = slices.Concat(data, pack(i*900), video)
	}
	r, err := probeBytes(data, ".mpg")
	if err != nil || r.Description.Media.DurationSeconds != 0.99 {
		t.Errorf("lasts %v s, %v", r.Description.Media.DurationSeconds, err)
	}
}

func TestAShortProgramStreamNeedsFewReads(t *testing.T) {
	data := psFilm(0, 2, 2)
	w := window.New(context.Background(), bytes.NewReader(data), int64(len(data)))
	defer w.Release()
	_, err := probeWindow(w, ".mpg")
	if reads, n := w.Spent(); err != nil || reads > 9 || n > 160_000 {
		t.Errorf("%d bytes: %d reads of %d bytes, %v; want at most 9 of 160,000", len(data), reads, n, err)
	}
}
