package mpeg

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// probePromised probes a recording that may take more than others, and counts what it took.
func probePromised(t *testing.T, data []byte, size int64) format.Result {
	t.Helper()
	src := &endless{head: data, second: func(int64) []byte { return tsNull }, period: int64(len(tsNull)), size: max(size, int64(len(data)))}
	w := window.New(context.Background(), src, src.size)
	defer w.Release()
	r, err := probeWindow(w, ".ts")
	if reads, n := w.Spent(); err != nil || reads > 32 || n > 2<<20 {
		t.Errorf("%d reads of %d bytes, %v", reads, n, err)
	}
	return r
}

var tsNull = bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 1000)

// tsSlices is a stretch in the midst of a group of pictures, of about so many bytes: pictures, and the tables beside
// them, but nothing that tells their size.
func tsSlices(n int, tables []byte) []byte {
	var out []byte
	picture := []byte{0, 0, 1, 0x00, 0x00, 0x10, 0xFF, 0xF8, 0, 0, 1, 1}
	for i := int64(0); len(out) < n; i++ {
		out = slices.Concat(out, tables, probetest.TSPacketOf(0x101, true, probetest.PESOf(0xE0, i*3600, picture)), probetest.TSPacketOf(0x102, true, probetest.PESOf(0xC0, i*3600, probetest.MP2Frame[:160])),
			bytes.Repeat(probetest.TSPacketOf(0x101, false, bytes.Repeat([]byte{0x55}, 184)), 100))
	}
	return out
}

func TestRecordingsThatBeginInTheMidstOfAGroupOfPicturesAreReadOnUntilTheNext(t *testing.T) {
	tables := probetest.TSTables(nil, probetest.TSStream{Kind: 0x02, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: nil})
	for name, size := range map[string]int64{"a short one": 0, "a long one": 4 << 30 / 188 * 188} {
		data := slices.Concat(tsSlices(900<<10, tables), probetest.TSPacketOf(0x101, true, probetest.PESOf(0xE0, 900000, probetest.MPEG2Headers)), tsSlices(100<<10, tables))
		r := probePromised(t, data, size)
		if m := r.Description.Media; len(m.Video) != 1 || m.Video[0].Width != 720 || m.Video[0].FrameRate != 25 || len(m.Audio) != 1 {
			t.Errorf("%s: %s", name, probetest.FilmLines(r))
		}
	}
}

func TestRecordingsWhosePicturesNeverSayTheirSizeAreGivenUp(t *testing.T) {
	tables := probetest.TSTables(nil, probetest.TSStream{Kind: 0x02, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: nil})
	r := probePromised(t, tsSlices(3<<20, tables), 4<<30/188*188)
	if m := r.Description.Media; len(m.Video) != 1 || m.Video[0].Width != 0 {
		t.Error(probetest.FilmLines(r))
	}
}

func TestProgramMapsThatComeLongBeforeTheirAssociationAreBelievedByTheirChecksum(t *testing.T) {
	seal := func(section []byte) []byte { // in its one packet, behind header and pointer
		body := section[5 : 5+3+int(window.BE16(section[6:])&0xFFF)]
		sum := tsChecksum(body[:len(body)-4])
		copy(body[len(body)-4:], probetest.U32(sum))
		return section
	}
	mapOf := func(pid uint16, streams ...byte) []byte {
		body := probetest.U16(0xE100, 0xF000)
		for i := 0; i < len(streams); i += 2 {
			body = slices.Concat(body, streams[i:i+1], probetest.U16(0xE100|uint16(streams[i+1]), 0xF000))
		}
		return probetest.TSSectionOf(pid, 2, body)
	}
	first, second := mapOf(0x20, 0x02, 1, 0x03, 2), mapOf(0x21, 0x03, 3)
	association := probetest.TSSectionOf(0, 0, probetest.U16(2, 0xE021, 1, 0xE020))
	film := tsFilm(0, 3, 4)
	body := func(data []byte) []byte { // without any tables
		var out []byte
		for p := range slices.Chunk(data, 188) {
			if pid := window.BE16(p[1:]) & 0x1FFF; pid != 0 && pid != 0x20 {
				out = append(out, p...)
			}
		}
		return out
	}(film)
	filler := bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 3000)
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"the association last": {slices.Concat(seal(slices.Clone(first)), filler, seal(slices.Clone(second)), association, body),
			[]string{"audio mp2", "video mpeg2video Main 720x576 25 fps 8 bit", "audio mp2 2 ch 48000 Hz"}},
		"all of them late": {slices.Concat(filler, association, first, second, body),
			[]string{"audio mp2", "video mpeg2video Main 720x576 25 fps 8 bit", "audio mp2 2 ch 48000 Hz"}},
		"none but a map": {slices.Concat(seal(slices.Clone(first)), body), []string{"video mpeg2video Main 720x576 25 fps 8 bit", "audio mp2 2 ch 48000 Hz"}},
	} {
		r := probePromised(t, c.data, 0)
		m := r.Description.Media
		if m.DurationSeconds < 3.9 || m.DurationSeconds > 4.1 {
			t.Errorf("%s lasts %v s", name, m.DurationSeconds)
		}
		var got []string
		for line := range bytes.Lines([]byte(probetest.FilmLines(r))) {
			got = append(got, string(bytes.TrimSpace(line)))
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got[:len(c.want)], c.want) {
			t.Errorf("%s: %q", name, got)
		}
		if len(m.Audio) == 2 && m.Audio[0].Channels != 0 {
			t.Errorf("%s: programs are not in the order of the association: %s", name, probetest.FilmLines(r))
		}
	}
	r, err := probeBytes(slices.Concat(first, filler), ".ts") // of a checksum that is wrong
	if err == nil {
		t.Error(probetest.FilmLines(r))
	}
}

// The type of Blu-ray's DTS-HD is that of American splice messages: what the bytes do not show is not told.
func TestSpliceMessagesAreNoSound(t *testing.T) {
	splice := probetest.TSSectionOf(0x103, 0xFC, make([]byte, 20))
	tables := probetest.TSTables([]byte{0x05, 4, 'C', 'U', 'E', 'I'}, probetest.TSStream{Kind: 0x02, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: nil}, probetest.TSStream{Kind: 0x86, PID: 0x103, Descriptors: nil})
	film := tsFilm(0, 3, 2)
	r := probePromised(t, slices.Concat(tables, splice, film[188*2:]), 0)
	if m := r.Description.Media; len(m.Audio) != 1 || m.Audio[0].Codec != "mp2" {
		t.Error(probetest.FilmLines(r))
	}
	core := append([]byte{0x7F, 0xFE, 0x80, 0x01, 0xFC, 0x3C, 0x3F, 0xF0, 0xB5, 0xE0, 0x01, 0x38, 0, 0, 0, 0}, make([]byte, 160)...)
	r = probePromised(t, slices.Concat(tables, probetest.TSPacketOf(0x103, true, probetest.PESOf(0xFD, 0, core[:160])), film[188*2:]), 0)
	if m := r.Description.Media; len(m.Audio) != 2 || m.Audio[1].Codec != "dts" {
		t.Error(probetest.FilmLines(r))
	}
}

func TestSupplementaryAudioIsOfTheLanguageThatItsOwnDescriptorNames(t *testing.T) {
	data := slices.Concat(probetest.TSTables(nil, probetest.TSStream{Kind: 0x03, PID: 0x101, Descriptors: []byte{0x0A, 4, 'q', 'a', 'd', 0, 0x7F, 5, 0x06, 0x85, 'f', 'r', 'a'}},
		probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: []byte{0x7F, 5, 0x06, 0x85, 'd', 'e', 'u', 0x0A, 4, 'q', 'a', 'd', 0}}), bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 20))
	r, err := probeBytes(data, ".ts")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "audio description", r, probetest.Lines("track, mpegts, 0.000 s", "audio mp2 fr", "audio mp2 de"))
}

// Of a recording without the map of its program, what its streams say themselves is told.
func TestStreamsWithoutATableAreKnownByTheirHeaders(t *testing.T) {
	film := tsFilm(0, 3, 4)
	var bare []byte
	for p := range slices.Chunk(film, 188) {
		if pid := window.BE16(p[1:]) & 0x1FFF; pid != 0 && pid != 0x20 {
			bare = append(bare, p...)
		}
	}
	r := probePromised(t, bare, 0)
	probetest.CheckFilm(t, "without tables", r, probetest.Lines("video, mpegts, 4.000 s", "video mpeg2video Main 720x576 25 fps 8 bit", "audio mp2 2 ch 48000 Hz"))

	// A table that comes late takes over what was known by then.
	tables := probetest.TSTables(nil, probetest.TSStream{Kind: 0x02, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: []byte{0x0A, 4, 'd', 'e', 'u', 0}})
	r = probePromised(t, slices.Concat(bare, tables), 0)
	if m := r.Description.Media; len(m.Video) != 1 || m.Video[0].Width != 720 || len(m.Audio) != 1 || m.Audio[0].Language == "" {
		t.Error(probetest.FilmLines(r))
	}
}
