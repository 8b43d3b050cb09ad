package mpeg

import (
	"bytes"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
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
	h = pesHeader{id: b[3], pts: -1, size: 6, length: int(window.BE16(b[4:])), private: b[3] == 0xBD}
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
	return int64(b[0]>>1&7)<<30 | int64(window.BE16(b[1:])>>1)<<15 | int64(window.BE16(b[3:])>>1)
}

// The kinds of elementary streams.
const (
	elementaryData = iota
	ElementaryVideo
	elementaryAudio
	elementarySubtitle
)

// Limits of what is kept of an elementary stream until its headers have been found.
const (
	elementaryKeep = 8 << 10
	elementaryLap  = 512 // kept when the rest is given up: a header may lie across
)

// Elementary is an elementary stream of a transport or program stream: what tables say of it, and what
// its own headers do.
type Elementary struct {
	kind     int
	Codec    string
	language string
	dolby    bool
	forced   bool
	order    int    // among the streams of a program stream
	program  uint16 // of a transport stream, by the PID of its map
	seen     bool   // packets of it came by
	doubtful bool   // the tables' word for it means something else elsewhere: it is what its bytes show, or nothing

	Buf     []byte
	Found   bool // its headers have been read
	Picture codec.Picture
	audio   media.Audio
	first   int64 // the earliest time stamp at the front of the file, -1 unknown
	last    int64 // the latest at its end
	times   []float64
}

// NewElementary returns a stream of which only kind and codec are known, as tables state them.
func NewElementary(kind int, codec string) *Elementary {
	return &Elementary{kind: kind, Codec: codec, first: -1, last: -1, audio: media.Audio{Codec: codec}}
}

// settled reports whether nothing more is wanted of the stream's bytes.
func (e *Elementary) settled() bool {
	switch e.kind {
	case ElementaryVideo, elementaryAudio:
		return e.Found
	}
	return true
}

// stamp takes a time stamp from the front of the file into account.
func (e *Elementary) stamp(pts int64) {
	if pts < 0 {
		return
	}
	if e.first < 0 || pesDiff(pts, e.first) < 0 {
		e.first = pts
	}
	if e.kind == ElementaryVideo && len(e.times) < 256 {
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
func (e *Elementary) feed(w *window.Window, b []byte) error {
	for len(b) > 0 && !e.settled() {
		if e.Buf == nil {
			if err := w.Alloc(elementaryKeep); err != nil {
				return err
			}
			e.Buf = w.Lend(elementaryKeep)[:0]
		}
		n := min(len(b), elementaryKeep-len(e.Buf))
		e.Buf = append(e.Buf, b[:n]...)
		if b = b[n:]; len(e.Buf) == elementaryKeep {
			e.Look()
			lap := copy(e.Buf, e.Buf[elementaryKeep-elementaryLap:])
			e.Buf = e.Buf[:lap]
		}
	}
	return nil
}

// Look searches what has been gathered.
func (e *Elementary) Look() {
	if e.settled() || len(e.Buf) == 0 {
		return
	}
	switch e.kind {
	case elementaryAudio:
		a := e.audio
		if !e.soundHeader(&a) {
			return
		}
		e.Found = true
		if codec.MayExtend(&a) {
			var x codec.AACFrames
			if a.Codec == "aac_latm" {
				x.LATM(e.Buf)
			} else {
				x.ADTS(e.Buf)
			}
			x.Apply(&a)
			e.Found = x.Seen >= codec.AACEnough || len(e.Buf) == elementaryKeep
		}
		e.audio, e.Codec = a, a.Codec
	case ElementaryVideo:
		var f codec.Picture
		var ok bool
		switch e.Codec {
		case "h264", "hevc":
			f, ok = codec.ScanNALs(e.Buf, e.Codec)
		case "mpeg1video", "mpeg2video":
			f, ok = e.mpegSequence()
		case "mpeg4":
			f, ok = codec.ParseMPEG4Config(e.Buf)
			ok = ok && f.Width > 0
		case "vc1":
			f, ok = parseVC1Sequence(e.Buf)
		default:
			ok = true // nothing that is read here
		}
		if ok {
			e.Picture, e.Found = f, true
		}
	}
}

// soundHeader reads a frame's header of the stream's codec; of a stream that nothing names, of those that MPEG has.
func (e *Elementary) soundHeader(a *media.Audio) bool {
	if e.Codec != "" {
		return codec.FrameHeader(e.Codec, e.Buf, a)
	}
	return codec.FrameHeader("mp2", e.Buf, a) || codec.FrameHeader("aac", e.Buf, a) || codec.FrameHeader("aac_latm", e.Buf, a)
}

// mpegSequence looks for a sequence header, and tells MPEG-1 from MPEG-2 by it. Program streams do not
// name their codec: some hold H.264 or HEVC all the same.
func (e *Elementary) mpegSequence() (codec.Picture, bool) {
	f, ok := codec.ParseMPEG2Sequence(e.Buf)
	if ok {
		e.Codec = "mpeg1video"
		if codec.IsMPEG2(e.Buf) {
			e.Codec = "mpeg2video"
		}
		return f, true
	}
	// Slices of MPEG-2 bear the same codes as parameter sets, so that one alone proves nothing.
	holds := func(code ...byte) bool { return bytes.Contains(e.Buf, append([]byte{0, 0, 1}, code...)) }
	codecName := ""
	switch {
	case holds(0x00):
		return f, false
	case holds(0x67) && holds(0x68):
		codecName = "h264"
	case holds(0x42, 0x01) && holds(0x44, 0x01):
		codecName = "hevc"
	default:
		return f, false
	}
	if f, ok := codec.ScanNALs(e.Buf, codecName); ok && f.Profile != "" {
		e.Codec = codecName
		return f, true
	}
	return f, false
}

// Describe adds the stream to m.
func (e *Elementary) Describe(m *media.Media) {
	if e.doubtful && !e.Found {
		return
	}
	switch e.kind {
	case ElementaryVideo:
		v := media.Video{Codec: e.Codec, Language: e.language}
		e.Picture.Fill(&v)
		if v.FrameRate < 1 || v.FrameRate > 240 {
			v.FrameRate = codec.MeasuredRate(slices.Clone(e.times), 2.0/pesClock)
		}
		if v.BitDepth == 0 {
			v.BitDepth = codec.FixedDepth(v.Codec)
		}
		if e.dolby {
			v.HDR = "dolby_vision"
		}
		m.Video = append(m.Video, v)
	case elementaryAudio:
		a := e.audio
		a.Codec, a.Language = e.Codec, e.language
		m.Audio = append(m.Audio, a)
	case elementarySubtitle:
		m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: e.Codec, Language: e.language, Forced: e.forced})
	}
}

// frame is the length of one of the stream's frames on the clock, as far as it is known.
func (e *Elementary) frame() int64 {
	switch {
	case e.kind == ElementaryVideo && e.Picture.Rate >= 1:
		return int64(pesClock / e.Picture.Rate)
	case e.kind == elementaryAudio && e.audio.SampleRate > 0:
		samples := int64(1536)
		switch e.Codec {
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
func pesDuration(streams []*Elementary, size int64) float64 {
	begin, end := int64(-1), int64(-1)
	for _, e := range streams {
		if e.kind != ElementaryVideo && e.kind != elementaryAudio {
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
func pesEnded(streams []*Elementary) bool {
	first, last := false, false
	for _, e := range streams {
		if e.kind == ElementaryVideo || e.kind == elementaryAudio {
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
func parseVC1Sequence(b []byte) (f codec.Picture, ok bool) {
	for i := 0; i+10 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 || b[i+3] != 0x0F {
			continue
		}
		r := window.BitReader{B: window.UnescapeNAL(b[i+4:], 64)}
		if r.Bits(2) != 3 {
			continue
		}
		r.Skip(3 + 2 + 3 + 5 + 1)
		f.Profile, f.Depth = "Advanced", 8
		f.Width, f.Height = int(r.Bits(12)+1)*2, int(r.Bits(12)+1)*2
		r.Skip(1)
		r.Skip(1 + 1 + 1 + 1 + 1)
		if r.Flag() {
			vc1Display(&r, &f)
		}
		return f, true
	}
	return f, false
}

// vc1Display reads the display extension: its size and aspect are not those of the pictures, its frame
// rate is theirs.
func vc1Display(r *window.BitReader, f *codec.Picture) {
	r.Skip(14 + 14)
	if r.Flag() && r.Bits(4) == 15 {
		r.Skip(16)
	}
	if !r.Flag() {
		return
	}
	if r.Flag() {
		f.Rate = float64(r.Bits(16)+1) / 32
		return
	}
	numerator, denominator := r.Bits(8), r.Bits(4)
	rates := [...]float64{0, 24, 25, 30, 50, 60, 48, 72}
	if int(numerator) < len(rates) && !r.Over {
		f.Rate = rates[numerator]
		if denominator == 2 {
			f.Rate = f.Rate * 1000 / 1001
		}
	}
}
