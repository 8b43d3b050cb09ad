package probe

import (
	"bytes"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// The clock of MPEG systems: 90 kHz in 33 bits, so that it wraps after 26.5 hours.
const (
	pesClock = 90000
	pesWrap  = 1 << 33
)

// pesHeader is the start of a packet of an elementary stream (ISO/IEC 13818-1, 2.4.3.6).
type pesHeader struct {
	id      byte
	pts     int64 // -1: none
	size    int   // bytes in front of the payload
	length  int   // of the packet behind its first six bytes; 0: not stated
	private bool  // private stream 1
}

// parsePES reads a packet's header, of MPEG-2 or MPEG-1; ok is false where there is none.
func parsePES(b []byte) (h pesHeader, ok bool) {
	if len(b) < 9 || b[0] != 0 || b[1] != 0 || b[2] != 1 || b[3] < 0xBC {
		return h, false
	}
	h = pesHeader{id: b[3], pts: -1, size: 6, length: int(be16(b[4:])), private: b[3] == 0xBD}
	switch h.id {
	case 0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF:
		return h, true
	}
	if b[6]>>6 == 2 { // MPEG-2
		h.size = 9 + int(b[8])
		if b[7]&0x80 != 0 && len(b) >= 14 {
			h.pts = pesTime(b[9:])
		}
		return h, true
	}
	at := 6 // MPEG-1: stuffing, then perhaps a buffer's size, then times
	for at < len(b) && at < 22 && b[at] == 0xFF {
		at++
	}
	if at+1 < len(b) && b[at]>>6 == 1 {
		at += 2
	}
	switch {
	case at+5 <= len(b) && b[at]>>4 == 2:
		h.pts = pesTime(b[at:])
		at += 5
	case at+10 <= len(b) && b[at]>>4 == 3:
		h.pts = pesTime(b[at:])
		at += 10
	default:
		at++
	}
	h.size = at
	return h, true
}

// pesTime unpacks a time stamp of five bytes.
func pesTime(b []byte) int64 {
	return int64(b[0]>>1&7)<<30 | int64(be16(b[1:])>>1)<<15 | int64(be16(b[3:])>>1)
}

// The kinds of elementary streams.
const (
	elementaryData = iota
	elementaryVideo
	elementaryAudio
	elementarySubtitle
)

// Limits of what is kept of an elementary stream until its headers have been found.
const (
	elementaryKeep = 8 << 10
	elementaryLap  = 512 // kept when the rest is given up: a header may lie across
)

// elementary is an elementary stream of a transport or program stream: what tables say of it, and what
// its own headers do.
type elementary struct {
	kind     int
	codec    string
	language string
	dolby    bool
	forced   bool
	order    int    // among the streams of a program stream
	program  uint16 // of a transport stream, by the PID of its map
	seen     bool   // packets of it came by
	doubtful bool   // the tables' word for it means something else elsewhere: it is what its bytes show, or nothing

	buf     []byte
	found   bool // its headers have been read
	picture pictureFormat
	audio   media.Audio
	first   int64 // the earliest time stamp at the front of the file, -1 unknown
	last    int64 // the latest at its end
	times   []float64
}

func newElementary(kind int, codec string) *elementary {
	return &elementary{kind: kind, codec: codec, first: -1, last: -1, audio: media.Audio{Codec: codec}}
}

// settled reports whether nothing more is wanted of the stream's bytes.
func (e *elementary) settled() bool {
	switch e.kind {
	case elementaryVideo, elementaryAudio:
		return e.found
	}
	return true
}

// stamp takes a time stamp from the front of the file into account.
func (e *elementary) stamp(pts int64) {
	if pts < 0 {
		return
	}
	if e.first < 0 || pesDiff(pts, e.first) < 0 {
		e.first = pts
	}
	if e.kind == elementaryVideo && len(e.times) < 256 {
		e.times = append(e.times, float64(pesDiff(pts, e.first))/pesClock)
	}
}

// pesDiff is a-b on a clock that wraps.
func pesDiff(a, b int64) int64 {
	d := (a - b) & (pesWrap - 1)
	if d >= pesWrap/2 {
		d -= pesWrap
	}
	return d
}

// feed takes payload of the stream in order and looks in it for the headers.
func (e *elementary) feed(w *Window, b []byte) error {
	for len(b) > 0 && !e.settled() {
		if e.buf == nil {
			if err := w.Alloc(elementaryKeep); err != nil {
				return err
			}
			e.buf = w.lend(elementaryKeep)[:0]
		}
		n := min(len(b), elementaryKeep-len(e.buf))
		e.buf = append(e.buf, b[:n]...)
		if b = b[n:]; len(e.buf) == elementaryKeep {
			e.look()
			lap := copy(e.buf, e.buf[elementaryKeep-elementaryLap:])
			e.buf = e.buf[:lap]
		}
	}
	return nil
}

// look searches what has been gathered.
func (e *elementary) look() {
	if e.settled() || len(e.buf) == 0 {
		return
	}
	switch e.kind {
	case elementaryAudio:
		a := e.audio
		if !e.soundHeader(&a) {
			return
		}
		e.found = true
		if mayExtend(&a) {
			var x aacFrames
			if a.Codec == "aac_latm" {
				x.latm(e.buf)
			} else {
				x.adts(e.buf)
			}
			x.apply(&a)
			e.found = x.seen >= aacEnough || len(e.buf) == elementaryKeep
		}
		e.audio, e.codec = a, a.Codec
	case elementaryVideo:
		var f pictureFormat
		var ok bool
		switch e.codec {
		case "h264", "hevc":
			f, ok = scanNALs(e.buf, e.codec)
		case "mpeg1video", "mpeg2video":
			f, ok = e.mpegSequence()
		case "mpeg4":
			f, ok = parseMPEG4Config(e.buf)
			ok = ok && f.width > 0
		case "vc1":
			f, ok = parseVC1Sequence(e.buf)
		default:
			ok = true // nothing that is read here
		}
		if ok {
			e.picture, e.found = f, true
		}
	}
}

// soundHeader reads a frame's header of the stream's codec; of a stream that nothing names, of those that MPEG has.
func (e *elementary) soundHeader(a *media.Audio) bool {
	if e.codec != "" {
		return frameHeader(e.codec, e.buf, a)
	}
	return frameHeader("mp2", e.buf, a) || frameHeader("aac", e.buf, a) || frameHeader("aac_latm", e.buf, a)
}

// mpegSequence looks for a sequence header, and tells MPEG-1 from MPEG-2 by it. Program streams do not
// name their codec: some hold H.264 or HEVC all the same.
func (e *elementary) mpegSequence() (pictureFormat, bool) {
	f, ok := parseMPEG2Sequence(e.buf)
	if ok {
		e.codec = "mpeg1video"
		if isMPEG2(e.buf) {
			e.codec = "mpeg2video"
		}
		return f, true
	}
	// Slices of MPEG-2 bear the same codes as parameter sets, so that one alone proves nothing.
	holds := func(code ...byte) bool { return bytes.Contains(e.buf, append([]byte{0, 0, 1}, code...)) }
	codec := ""
	switch {
	case holds(0x00):
		return f, false
	case holds(0x67) && holds(0x68):
		codec = "h264"
	case holds(0x42, 0x01) && holds(0x44, 0x01):
		codec = "hevc"
	default:
		return f, false
	}
	if f, ok := scanNALs(e.buf, codec); ok && f.profile != "" {
		e.codec = codec
		return f, true
	}
	return f, false
}

// describe adds the stream to m.
func (e *elementary) describe(m *media.Media) {
	if e.doubtful && !e.found {
		return
	}
	switch e.kind {
	case elementaryVideo:
		v := media.Video{Codec: e.codec, Language: e.language}
		e.picture.fill(&v)
		if v.FrameRate < 1 || v.FrameRate > 240 {
			v.FrameRate = measuredRate(slices.Clone(e.times), 2.0/pesClock)
		}
		if v.BitDepth == 0 {
			v.BitDepth = fixedDepth(v.Codec)
		}
		if e.dolby {
			v.HDR = "dolby_vision"
		}
		m.Video = append(m.Video, v)
	case elementaryAudio:
		a := e.audio
		a.Codec, a.Language = e.codec, e.language
		m.Audio = append(m.Audio, a)
	case elementarySubtitle:
		m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: e.codec, Language: e.language, Forced: e.forced})
	}
}

// frame is the length of one of the stream's frames on the clock, as far as it is known.
func (e *elementary) frame() int64 {
	switch {
	case e.kind == elementaryVideo && e.picture.rate >= 1:
		return int64(pesClock / e.picture.rate)
	case e.kind == elementaryAudio && e.audio.SampleRate > 0:
		samples := int64(1536)
		switch e.codec {
		case "aac", "aac_latm":
			samples = 1024
			if strings.HasPrefix(e.audio.Profile, "HE-AAC") { // whose rate is that of the whole band
				samples = 2048
			}
		case "mp2", "mp3":
			samples = 1152
		case "dts":
			samples = 512
		}
		return samples * pesClock / int64(e.audio.SampleRate)
	}
	return 0
}

// pesDuration is how long streams of one clock last together, in seconds, by their first and last time
// stamps; 0 where there are none, or the clock jumped so that the bit rate would make no sense.
func pesDuration(streams []*elementary, size int64) float64 {
	begin, end := int64(-1), int64(-1)
	for _, e := range streams {
		if e.kind != elementaryVideo && e.kind != elementaryAudio {
			continue
		}
		if e.first >= 0 && (begin < 0 || pesDiff(e.first, begin) < 0) {
			begin = e.first
		}
		if e.last < 0 {
			continue
		}
		if last := e.last + e.frame(); end < 0 || pesDiff(last, end) > 0 {
			end = last
		}
	}
	return pesBetween(begin, end, size)
}

// pesEnded reports whether sound or pictures had time stamps at both ends of the file.
func pesEnded(streams []*elementary) bool {
	first, last := false, false
	for _, e := range streams {
		if e.kind == elementaryVideo || e.kind == elementaryAudio {
			first, last = first || e.first >= 0, last || e.last >= 0
		}
	}
	return first && last
}

// pesBetween is the time between two states of the clock in seconds, for a file of so many bytes: 0 where
// one is unknown (below 0), or where the bit rate would make no sense.
func pesBetween(begin, end, size int64) float64 {
	if begin < 0 || end < 0 {
		return 0
	}
	d := float64((end-begin)&(pesWrap-1)) / pesClock
	if rate := float64(size) * 8 / max(d, 1e-3); rate < 2000 || rate > 1e9 {
		return 0
	}
	return d
}

// parseVC1Sequence reads the size in a sequence header of VC-1's advanced profile (SMPTE 421M, 6.1).
func parseVC1Sequence(b []byte) (f pictureFormat, ok bool) {
	for i := 0; i+10 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 || b[i+3] != 0x0F {
			continue
		}
		r := bitReader{b: unescapeNAL(b[i+4:], 64)}
		if r.bits(2) != 3 {
			continue
		}
		r.skip(3 + 2 + 3 + 5 + 1)
		f.profile, f.depth = "Advanced", 8
		f.width, f.height = int(r.bits(12)+1)*2, int(r.bits(12)+1)*2
		r.skip(1)
		r.skip(1 + 1 + 1 + 1 + 1)
		if r.flag() {
			vc1Display(&r, &f)
		}
		return f, true
	}
	return f, false
}

// vc1Display reads the display extension: its size and aspect are not those of the pictures, its frame
// rate is theirs.
func vc1Display(r *bitReader, f *pictureFormat) {
	r.skip(14 + 14)
	if r.flag() && r.bits(4) == 15 {
		r.skip(16)
	}
	if !r.flag() {
		return
	}
	if r.flag() {
		f.rate = float64(r.bits(16)+1) / 32
		return
	}
	numerator, denominator := r.bits(8), r.bits(4)
	rates := [...]float64{0, 24, 25, 30, 50, 60, 48, 72}
	if int(numerator) < len(rates) && !r.over {
		f.rate = rates[numerator]
		if denominator == 2 {
			f.rate = f.rate * 1000 / 1001
		}
	}
}
