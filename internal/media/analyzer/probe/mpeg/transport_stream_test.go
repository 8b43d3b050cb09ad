package mpeg

import (
	"bytes"
	"context"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// tsFilm is a film of MPEG-2 video and MPEG audio whose time stamps begin at start and of which every
// picture takes n packets; seconds is how long it is.
func tsFilm(start int64, n, seconds int) []byte {
	tables := probetest.TSTables(nil, probetest.TSStream{Kind: 0x02, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: []byte{0x0A, 4, 'd', 'e', 'u', 0}})
	var out []byte
	for i := range seconds * 25 {
		if i%25 == 0 {
			out = append(out, tables...)
		}
		pts := (start + int64(i)*3600) & (pesWrap - 1)
		out = append(out, probetest.TSPacketOf(0x101, true, probetest.PESOf(0xE0, pts, probetest.MPEG2Headers))...)
		for range n {
			out = append(out, probetest.TSPacketOf(0x101, false, bytes.Repeat([]byte{0x55}, 184))...)
		}
		sound := probetest.PESOf(0xC0, pts, slices.Concat(probetest.MP2Frame, probetest.MP2Frame))
		for j := 0; j < len(sound); j += 184 {
			out = append(out, probetest.TSPacketOf(0x102, j == 0, sound[j:min(j+184, len(sound))])...)
		}
	}
	return out
}

func repack(data []byte, before, behind int) (out []byte) {
	for p := range slices.Chunk(data, 188) {
		out = append(append(append(out, make([]byte, before)...), p...), make([]byte, behind)...)
	}
	return out
}

func TestTransportStreamsInAllTheirPackings(t *testing.T) {
	film := tsFilm(90000, 3, 4)
	for name, c := range map[string]struct {
		data      []byte
		container string
		seconds   float64
	}{
		"188 bytes":             {film, "mpegts", 4},
		"192 bytes, of Blu-ray": {repack(film, 4, 0), "m2ts", 4},
		"204 bytes, corrected":  {repack(film, 0, 16), "mpegts", 4},
		"from the middle of a packet, until tables come": {film[100:], "mpegts", 4},
		"the clock wraps":               {tsFilm(pesWrap-2*pesClock, 3, 4), "mpegts", 4},
		"some bytes lost in front":      {slices.Concat(film[:188*20], film[188*20+50:]), "mpegts", 4},
		"with half a packet at its end": {film[:len(film)-94], "mpegts", 4},
	} {
		r, err := probeBytes(c.data, ".ts")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := r.Description.Media
		if math.Abs(m.DurationSeconds-c.seconds) > 0.05 {
			t.Errorf("%s: lasts %v s, should %v s", name, m.DurationSeconds, c.seconds)
		}
		m.DurationSeconds = 0
		probetest.CheckFilm(t, name, r, probetest.Lines("video, "+c.container+", 0.000 s", "video mpeg2video Main 720x576 25 fps 8 bit", "audio mp2 2 ch 48000 Hz de"))
	}
}

func TestTransportStreamTablesNameStreamsWithoutData(t *testing.T) {
	hdmv := []byte{0x05, 4, 'H', 'D', 'M', 'V'}
	long := bytes.Repeat([]byte{0x52, 1, 0}, 60) // so that the map takes several packets
	data := slices.Concat(probetest.TSTables(slices.Concat(hdmv, long),
		probetest.TSStream{Kind: 0x1B, PID: 0x1011, Descriptors: nil}, probetest.TSStream{Kind: 0x83, PID: 0x1100, Descriptors: nil}, probetest.TSStream{Kind: 0x86, PID: 0x1101, Descriptors: nil}, probetest.TSStream{Kind: 0x90, PID: 0x1200, Descriptors: []byte{0x0A, 4, 'f', 'r', 'a', 0}},
	), bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 20))
	r, err := probeBytes(data, ".ts")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "Blu-ray", r, probetest.Lines("video, mpegts, 0.000 s", "video h264", "audio truehd", "audio dts", "subtitle hdmv_pgs_subtitle fr"))

	data = slices.Concat(probetest.TSTables(nil, probetest.TSStream{Kind: 0x24, PID: 0x100, Descriptors: []byte{0xB0, 5, 1, 0, 0x10, 0x2D, 0x10}}, probetest.TSStream{Kind: 0x06, PID: 0x101, Descriptors: []byte{0x6A, 1, 0, 0x0A, 4, 'e', 'n', 'g', 0}},
		probetest.TSStream{Kind: 0x06, PID: 0x102, Descriptors: []byte{0x59, 8, 's', 'w', 'e', 0x10, 0, 1, 0, 1}}, probetest.TSStream{Kind: 0x06, PID: 0x103, Descriptors: []byte{0x56, 5, 'd', 'a', 'n', 0x09, 0}},
		probetest.TSStream{Kind: 0x06, PID: 0x104, Descriptors: []byte{0x05, 4, 'O', 'p', 'u', 's', 0x7F, 2, 0x80, 6}}, probetest.TSStream{Kind: 0x05, PID: 0x105, Descriptors: nil},
	), bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 20))
	if r, err = probeBytes(data, ".ts"); err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "a broadcast", r, probetest.Lines("video, mpegts, 0.000 s", "video hevc dolby_vision", "audio ac3 en", "audio opus 6 ch 48000 Hz",
		"subtitle dvb_subtitle sv", "subtitle dvb_teletext da"))
}

func TestTransportStreamSoundOfStudiosIsReadByItsHeader(t *testing.T) {
	data := slices.Concat(probetest.TSTables(nil, probetest.TSStream{Kind: 0x06, PID: 0x101, Descriptors: []byte{0x05, 4, 'B', 'S', 'S', 'D'}}), probetest.TSPacketOf(0x101, true, probetest.PESOf(0xBD, 0, []byte{0x12, 0xC0, 0x40, 0x20, 0, 0})),
		bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 20))
	r, err := probeBytes(data, ".ts")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "SMPTE 302M", r, probetest.Lines("track, mpegts, 0.032 s", "audio s302m 4 ch 48000 Hz 24 bit"))
}

func TestTransportStreamThatIsScrambledSaysSo(t *testing.T) {
	data := tsFilm(0, 1, 1)
	for i := 0; i < len(data); i += 188 {
		if data[i+1]&0x1F == 1 { // the streams, not the tables
			data[i+3] |= 0x80
		}
	}
	r, err := probeBytes(data, ".ts")
	if err != nil || !r.Description.Media.Encrypted || len(r.Description.Media.Video) != 1 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestTransportStreamTablesThatLieAreSurvived(t *testing.T) {
	for name, body := range map[string][]byte{
		"program descriptors beyond the end": probetest.U16(0xE100, 0xFFFF),
		"stream descriptors beyond the end":  slices.Concat(probetest.U16(0xE100, 0xF000), []byte{0x02}, probetest.U16(0xE101, 0xFFFF)),
		"nothing at all":                     nil,
	} {
		data := slices.Concat(probetest.TSSectionOf(0, 0, probetest.U16(1, 0xE020)), probetest.TSSectionOf(0x20, 2, body), bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 20))
		if r, err := probeBytes(data, ".ts"); err == nil {
			t.Errorf("%s: %s", name, probetest.FilmLines(r))
		}
	}
	if isMPEGTS(bytes.Repeat([]byte{0x47}, 100), ".ts") {
		t.Error("a hundred letters passed for packets")
	}
}

// endless repeats a second of a film, with the time stamps that belong there, for as long as a film lasts.
type endless struct {
	head   []byte
	second func(i int64) []byte
	period int64
	size   int64
}

func (e *endless) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off+int64(n) < e.size {
		at := off + int64(n)
		if at < int64(len(e.head)) {
			n += copy(p[n:], e.head[at:])
			continue
		}
		at -= int64(len(e.head))
		n += copy(p[n:], e.second(at / e.period)[at%e.period:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func TestStreamsOfTwoHoursNeedFewReads(t *testing.T) {
	const hours = 7200
	transport := func(i int64) []byte { return tsFilm(i*pesClock, 20, 1) }
	program := func(i int64) []byte { return psFilm(i*pesClock, 2, 1) }
	for ext, second := range map[string]func(int64) []byte{".ts": transport, ".mpg": program} {
		period := int64(len(second(0)))
		src := &endless{second: second, period: period, size: hours * period}
		r := probeWithin(t, src, src.size, ext)
		m := r.Description.Media
		if math.Abs(m.DurationSeconds-hours) > 0.1 || len(m.Video) != 1 || len(m.Audio) != 1 || m.Audio[0].Channels != 2 || m.Video[0].Width != 720 {
			t.Errorf("%s: %s", ext, probetest.FilmLines(r))
		}
	}
}

// A film of 100 Mbit/s: what tells it stands in front and at the end, far from each other.
func TestStreamsOfHighBitRatesKeepToTheirBudget(t *testing.T) {
	const seconds = 7200
	tables := probetest.TSTables(nil, probetest.TSStream{Kind: 0x02, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x03, PID: 0x102, Descriptors: nil})
	slice := []byte{0, 0, 1, 0xE0, 0x07, 0x6F, 0x80, 0, 0}
	for ext, c := range map[string]struct {
		frame  func(pts int64) []byte
		filler []byte
	}{
		".ts": {func(pts int64) []byte {
			return slices.Concat(tables, probetest.TSPacketOf(0x101, true, probetest.PESOf(0xE0, pts, probetest.MPEG2Headers)), probetest.TSPacketOf(0x102, true, probetest.PESOf(0xC0, pts, probetest.MP2Frame[:160])))
		}, bytes.Repeat(probetest.TSPacketOf(0x101, false, bytes.Repeat([]byte{0x55}, 184)), 2600)},
		".mpg": {func(pts int64) []byte { return psFrame(pts, 0) }, bytes.Repeat(slices.Concat(psPackOf(), slice, bytes.Repeat([]byte{0x55}, 1900)), 260)},
	} {
		length := int64(len(c.frame(0)) + len(c.filler))
		src := &endless{period: length, size: 25 * seconds * length, second: func(i int64) []byte { return append(c.frame(i*3600), c.filler...) }}
		r := probeWithin(t, src, src.size-length/2, ext) // it breaks off in the middle of a picture
		m := r.Description.Media
		if len(m.Video) != 1 || m.Video[0].Width != 720 {
			t.Errorf("%s: %s", ext, probetest.FilmLines(r))
		}
		if d := m.DurationSeconds; d != 0 && math.Abs(d-seconds) > 1 {
			t.Errorf("%s lasts %v s", ext, d)
		}
	}
}

// tsClockOf is a packet with nothing but the program's clock.
func tsClockOf(pid uint16, clock int64) []byte {
	b := probetest.TSPacketOf(pid, false, nil)
	b[5] = 0x10
	copy(b[6:], probetest.U32(uint32(clock>>1)))
	b[10], b[11] = byte(clock<<7)|0x7E, 0
	return b
}

// Encrypted recordings hide their time stamps, not the program's clock; it serves also where none comes by.
func TestTransportStreamLastsAsItsClockSaysWhereNothingElseDoes(t *testing.T) {
	tables := probetest.TSTables(nil, probetest.TSStream{Kind: 0x1B, PID: 0x101, Descriptors: nil})
	null := bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 2000)
	data := slices.Concat(tables, tsClockOf(0x101, pesWrap-pesClock), null, tsClockOf(0x101, 9*pesClock), null[:188*10])
	r, err := probeBytes(data, ".ts")
	if err != nil || math.Abs(r.Description.Media.DurationSeconds-10) > 0.001 {
		t.Errorf("%s, %v", probetest.FilmLines(r), err)
	}
}

func TestTransportStreamIsGivenUpWithinItsBudget(t *testing.T) {
	// Tables that promise streams which never come, in a large file.
	head := probetest.TSTables(nil, probetest.TSStream{Kind: 0x1B, PID: 0x101, Descriptors: nil}, probetest.TSStream{Kind: 0x0F, PID: 0x102, Descriptors: nil})
	null := bytes.Repeat(probetest.TSPacketOf(0x1FFF, false, nil), 1000)
	src := &endless{head: head, second: func(int64) []byte { return null }, period: int64(len(null)), size: 8 << 30 / 188 * 188}
	w := window.New(context.Background(), src, src.size)
	defer w.Release()
	r, err := probeWindow(w, ".ts")
	if reads, n := w.Spent(); err != nil || reads > 9 || n > 160_000 {
		t.Errorf("%d reads of %d bytes, %v", reads, n, err)
	}
	if m := r.Description.Media; m == nil || m.DurationSeconds != 0 || len(m.Audio) != 1 {
		t.Errorf("%s", probetest.FilmLines(r))
	}
}
