package riff

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func riffOf(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	if len(body)%2 == 1 {
		return slices.Concat(probetest.Le(kind, uint32(len(body))), body, []byte{0})
	}
	return slices.Concat(probetest.Le(kind, uint32(len(body))), body)
}

func riffList(kind string, parts ...[]byte) []byte {
	return riffOf("LIST", append([][]byte{[]byte(kind)}, parts...)...)
}

// aviStreamOf lays out a stream's list: scale, rate and length are of its header.
func aviStreamOf(kind, handler string, scale, rate, length uint32, format []byte, more ...[]byte) []byte {
	header := riffOf("strh", probetest.Le(kind, handler, uint32(0), uint32(0), uint32(0), scale, rate, uint32(0), length, uint32(0), uint32(0), uint32(0), uint64(0)))
	return riffList("strl", header, riffOf("strf", format), bytes.Join(more, nil))
}

func aviOf(header []byte, rest ...[]byte) []byte {
	return riffOf("RIFF", append([][]byte{[]byte("AVI "), header}, rest...)...)
}

func TestAVISaysItsStreamsAndTags(t *testing.T) {
	data := aviOf(riffList("hdrl", riffOf("avih", probetest.Le(uint32(41708), make([]byte, 52))),
		aviStreamOf("vids", "DX50", 1001, 24000, 240, probetest.BitmapOf("DX50", 640, -360)),
		aviStreamOf("auds", "\x00\x00\x00\x00", 1, 16000, 160_000, probetest.WaveOf(0x55, 2, 44100, 16000, 0), riffOf("strn", []byte("Kommentar\x00"))),
		aviStreamOf("auds", "\x00\x00\x00\x00", 1, 48000, 480_000, probetest.WaveOf(1, 2, 48000, 288_000, 24)),
		aviStreamOf("txts", "DXSB", 1, 1000, 0, nil)),
		riffList("movi", riffOf("00dc", make([]byte, 3000))),
		riffList("INFO", riffOf("INAM", []byte("Caf\xe9 au lait d\xe9j\xe0 vu\x00")), riffOf("ICRD", []byte("2004-05-06\x00")), riffOf("IGNR", []byte("Drama\x00"))))
	r, err := probeBytes(data, ".avi")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, avi, 10.010 s", "video mpeg4 640x360 23.976 fps 8 bit default", "audio mp3 2 ch 44100 Hz Kommentar default",
		"audio pcm_s24le 2 ch 48000 Hz 24 bit default", "subtitle xsub default", "tags Café au lait déjà vu 2004-05-06 Drama"))
}

// A recording beyond 2 GB has further RIFFs; only OpenDML's header counts the frames of all.
func TestAVIOfManyPartsLastsAsLongAsAllOfThem(t *testing.T) {
	header := riffList("hdrl", riffOf("avih", make([]byte, 56)), aviStreamOf("vids", "XVID", 1, 25, 1000, probetest.BitmapOf("XVID", 720, 576)),
		riffList("odml", riffOf("dmlh", probetest.Le(uint32(180_000)))))
	first := aviOf(header, riffList("movi", riffOf("00dc", make([]byte, 100))))
	src := &probetest.Sparse{Size: 8 << 30, Parts: map[int64][]byte{0: first, int64(len(first)): probetest.Le("RIFF", uint32(math.MaxUint32), "AVIX")}}
	r := probeWithin(t, src, src.Size, ".avi")
	if d := r.Description.Media.DurationSeconds; d != 7200 {
		t.Errorf("lasts %v s", d)
	}
}

func TestAVIThatLiesIsSurvived(t *testing.T) {
	good := aviStreamOf("vids", "XVID", 1, 25, 1000, probetest.BitmapOf("XVID", 720, 576))
	nested := good
	for range 100 {
		nested = riffList("rec ", nested)
	}
	for name, data := range map[string][]byte{
		"clocks that stand still": aviOf(riffList("hdrl", aviStreamOf("vids", "XVID", 0, 0, math.MaxUint32, probetest.BitmapOf("XVID", 720, 576)))),
		"a stream beyond the end": aviOf(riffOf("LIST", []byte("hdrl"), probetest.Le("LIST", uint32(math.MaxUint32), "strl", "strh", uint32(math.MaxUint32)))),
		"records within records":  aviOf(riffList("hdrl", good), riffList("movi", nested)),
		"no header":               aviOf(riffList("movi", make([]byte, 100))),
		"a short bitmap":          aviOf(riffList("hdrl", aviStreamOf("vids", "XVID", 1, 25, 10, make([]byte, 10)))),
	} {
		r, err := probeBytes(data, ".avi")
		if err != nil {
			continue
		}
		if m := r.Description.Media; m.DurationSeconds > 40 || m.DurationSeconds < 0 {
			t.Errorf("%s: %s", name, probetest.FilmLines(r))
		}
	}
}

func TestSubtitlesThatAnAVIDeclaresAsVideoAreSubtitles(t *testing.T) {
	for _, tag := range []string{"DXSB", "DXSA"} {
		s := aviStream{kind: "vids"}
		s.format(slices.Concat(make([]byte, 16), []byte(tag), make([]byte, 20)))
		if s.kind != "txts" || aviSubtitle(s.handler) != "xsub" {
			t.Errorf("%s: %+v", tag, s)
		}
	}
}

func FuzzAVI(f *testing.F) { fuzzProbe(f, ".avi", "video/*.avi") }
