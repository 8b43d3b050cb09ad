package mpeg

import (
	"math"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// tsSection gathers a section of a table that is laid over packets.
type tsSection struct{ b []byte }

// tsMaxSection is the largest section that the specification allows for the tables that are read.
const tsMaxSection = 1024

// section takes a packet of a table's PID (ISO/IEC 13818-1, 2.4.4).
func (p *mpegTS) section(pid uint16, begins bool, payload []byte) error {
	s := p.sections[pid]
	if begins {
		n := 1 + int(payload[0])
		if n >= len(payload) {
			return nil
		}
		payload = payload[n:]
		s = &tsSection{}
		p.sections[pid] = s
	} else if s == nil || len(s.b) == 0 {
		return nil
	}
	s.b = append(s.b, payload[:min(len(payload), tsMaxSection+3-len(s.b))]...)
	for len(s.b) >= 3 {
		n := 3 + int(window.BE16(s.b[1:])&0xFFF)
		if s.b[0] == 0xFF || n > tsMaxSection+3 {
			s.b = nil
			return nil
		}
		if n > len(s.b) {
			return nil
		}
		if err := p.w.Element(); err != nil {
			return err
		}
		p.table(pid, s.b[:n])
		s.b = s.b[n:]
	}
	return nil
}

// orphan takes a packet of a PID that no table has named. In a recording that begins anywhere, program maps may come
// long before the association that names them: one whose checksum is right is one all the same.
func (p *mpegTS) orphan(pid uint16, begins bool, payload []byte) error {
	if p.tablesRead() {
		return nil
	}
	if err := p.unnamed(pid, begins, payload); err != nil || p.directory {
		return err
	}
	if begins {
		if len(payload) < 13 || payload[0] != 0 || payload[1] != 2 || payload[2]&0xFC != 0xB0 || payload[6]&1 == 0 {
			return nil
		}
		p.orphans[pid] = append(p.orphans[pid][:0], payload[1:]...)
	} else if len(p.orphans[pid]) > 0 {
		p.orphans[pid] = append(p.orphans[pid], payload...)
	} else {
		return nil
	}
	section := p.orphans[pid]
	n := 3 + int(window.BE16(section[1:])&0xFFF)
	if n > tsMaxSection+3 || len(p.orphans) > tsMaxStreams {
		delete(p.orphans, pid)
		return nil
	}
	if len(section) < n {
		return nil
	}
	if err := p.w.Element(); err != nil {
		return err
	}
	if tsChecksum(section[:n]) == 0 && !p.programs[pid] {
		p.programs[pid] = false
		p.table(pid, section[:n])
	}
	delete(p.orphans, pid)
	return nil
}

// tsChecksum is that of a section (ISO/IEC 13818-1, annex A): 0 over one that ends with its own.
func tsChecksum(b []byte) uint32 {
	c := uint32(math.MaxUint32)
	for _, v := range b {
		c ^= uint32(v) << 24
		for range 8 {
			if c>>31 != 0 {
				c = c<<1 ^ 0x04C11DB7
			} else {
				c <<= 1
			}
		}
	}
	return c
}

// table reads a whole section: a program association (table 0) or a program map (table 2).
func (p *mpegTS) table(pid uint16, b []byte) {
	if len(b) < 12 || b[5]&1 == 0 { // not yet in force
		return
	}
	body := b[8 : len(b)-4]
	switch {
	case pid == 0 && b[0] == 0:
		p.directory = true
		for ; len(body) >= 4; body = body[4:] {
			program, at := window.BE16(body), window.BE16(body[2:])&0x1FFF
			if program != 0 && len(p.order) < tsMaxPrograms && !slices.Contains(p.order, at) {
				p.order = append(p.order, at)
			}
			if _, known := p.programs[at]; program != 0 && !known && len(p.programs) < tsMaxPrograms {
				p.programs[at] = false
			}
		}
	case pid != 0 && b[0] == 2 && !p.programs[pid]:
		p.programs[pid] = true
		p.programMap(pid, body)
	}
}

// programMap reads the streams of a program, whose map comes by a PID of its own.
func (p *mpegTS) programMap(program uint16, b []byte) {
	if len(b) < 4 {
		return
	}
	n := int(window.BE16(b[2:]) & 0xFFF)
	if n > len(b)-4 {
		return
	}
	eachDescriptor(b[4:4+n], func(tag byte, d []byte) {
		if tag == 0x05 && len(d) >= 4 && string(d[:4]) == "HDMV" {
			p.blu = true
		}
	})
	for b = b[4+n:]; len(b) >= 5; {
		kind, pid, n := b[0], window.BE16(b[1:])&0x1FFF, int(window.BE16(b[3:])&0xFFF)
		if n > len(b)-5 {
			return
		}
		if e := p.streamOf(kind, b[5:5+n]); p.byPID[pid] == nil && len(p.streams) < tsMaxStreams {
			e.program = program
			e.named(p.nameless[pid])
			p.byPID[pid] = e
			p.streams = append(p.streams, e)
		}
		b = b[5+n:]
	}
}

func eachDescriptor(b []byte, visit func(tag byte, d []byte)) {
	for len(b) >= 2 && len(b) >= 2+int(b[1]) {
		visit(b[0], b[2:2+int(b[1])])
		b = b[2+int(b[1]):]
	}
}

// tsKinds are the stream types of ISO/IEC 13818-1, table 2-34, and of ATSC.
var tsKinds = map[byte]Elementary{
	0x01: {kind: ElementaryVideo, Codec: "mpeg1video"}, 0x02: {kind: ElementaryVideo, Codec: "mpeg2video"},
	0x03: {kind: elementaryAudio, Codec: "mp2"}, 0x04: {kind: elementaryAudio, Codec: "mp2"},
	0x0F: {kind: elementaryAudio, Codec: "aac"}, 0x11: {kind: elementaryAudio, Codec: "aac_latm"}, 0x1C: {kind: elementaryAudio, Codec: "aac"},
	0x10: {kind: ElementaryVideo, Codec: "mpeg4"}, 0x1B: {kind: ElementaryVideo, Codec: "h264"}, 0x20: {kind: ElementaryVideo, Codec: "h264"},
	0x21: {kind: ElementaryVideo, Codec: "jpeg2000"}, 0x24: {kind: ElementaryVideo, Codec: "hevc"}, 0x33: {kind: ElementaryVideo, Codec: "vvc"},
	0x42: {kind: ElementaryVideo, Codec: "cavs"}, 0xD1: {kind: ElementaryVideo, Codec: "dirac"}, 0xD2: {kind: ElementaryVideo, Codec: "avs2"}, 0xD4: {kind: ElementaryVideo, Codec: "avs3"},
	0x81: {kind: elementaryAudio, Codec: "ac3"}, 0x87: {kind: elementaryAudio, Codec: "eac3"}, 0x8A: {kind: elementaryAudio, Codec: "dts"}, 0xEA: {kind: ElementaryVideo, Codec: "vc1"},
	0xC1: {kind: elementaryAudio, Codec: "ac3"}, 0xC2: {kind: elementaryAudio, Codec: "eac3"}, 0xCF: {kind: elementaryAudio, Codec: "aac"}, 0xDB: {kind: ElementaryVideo, Codec: "h264"}, // Apple's sample encryption
}

// tsBluRayKinds are those that a program of Blu-ray's adds or changes.
var tsBluRayKinds = map[byte]Elementary{
	0x80: {kind: elementaryAudio, Codec: "pcm_bluray"}, 0x81: {kind: elementaryAudio, Codec: "ac3"}, 0x82: {kind: elementaryAudio, Codec: "dts"},
	0x83: {kind: elementaryAudio, Codec: "truehd"}, 0x84: {kind: elementaryAudio, Codec: "eac3"}, 0x85: {kind: elementaryAudio, Codec: "dts"}, 0x86: {kind: elementaryAudio, Codec: "dts"},
	0xA1: {kind: elementaryAudio, Codec: "eac3"}, 0xA2: {kind: elementaryAudio, Codec: "dts"},
	0x90: {kind: elementarySubtitle, Codec: "hdmv_pgs_subtitle"}, 0x92: {kind: elementarySubtitle, Codec: "hdmv_text_subtitle"},
}

// tsRegistrations are the format identifiers of registration descriptors.
var tsRegistrations = map[string]Elementary{
	"AC-3": {kind: elementaryAudio, Codec: "ac3"}, "EAC3": {kind: elementaryAudio, Codec: "eac3"}, "DTS1": {kind: elementaryAudio, Codec: "dts"},
	"DTS2": {kind: elementaryAudio, Codec: "dts"}, "DTS3": {kind: elementaryAudio, Codec: "dts"}, "Opus": {kind: elementaryAudio, Codec: "opus"},
	"BSSD": {kind: elementaryAudio, Codec: "s302m"}, "mlpa": {kind: elementaryAudio, Codec: "truehd"}, "HEVC": {kind: ElementaryVideo, Codec: "hevc"},
	"VC-1": {kind: ElementaryVideo, Codec: "vc1"}, "drac": {kind: ElementaryVideo, Codec: "dirac"}, "AV01": {kind: ElementaryVideo, Codec: "av1"}, "avc ": {kind: ElementaryVideo, Codec: "h264"},
}

// streamOf makes a stream of a program map's entry.
func (p *mpegTS) streamOf(kind byte, descriptors []byte) *Elementary {
	known, ok := tsKinds[kind]
	if blu, has := tsBluRayKinds[kind]; has && p.blu {
		known, ok = blu, true
	} else if kind == 0x80 {
		known, ok = Elementary{kind: ElementaryVideo, Codec: "mpeg2video"}, true
	}
	e := NewElementary(known.kind, known.Codec)
	eachDescriptor(descriptors, func(tag byte, d []byte) {
		e.descriptor(tag, d, !ok)
	})
	if !ok && e.Codec == "" { // without a descriptor that names them, most of these are as good as always Blu-ray's
		switch kind {
		case 0x82, 0x83, 0x84, 0x85, 0x86, 0x90, 0x92, 0xA1, 0xA2:
			k := tsBluRayKinds[kind]
			e.kind, e.Codec = k.kind, k.Codec
			e.doubtful = kind == 0x82 || kind == 0x86 // American broadcasts' captions (SCTE 27) and splices (SCTE 35)
		}
	}
	e.audio.Codec = e.Codec
	return e
}

// descriptor takes a descriptor of a stream (ISO/IEC 13818-1, 2.6; ETSI EN 300 468, 6.2). open says that
// the stream's type does not name its codec.
func (e *Elementary) descriptor(tag byte, d []byte, open bool) {
	name := func(kind int, codec string) {
		if open && e.Codec == "" {
			e.kind, e.Codec = kind, codec
		}
	}
	language := func() {
		if len(d) >= 3 && e.language == "" {
			e.language = language.Tag(string(d[:3]))
		}
	}
	switch tag {
	case 0x05:
		if len(d) >= 4 {
			if k, ok := tsRegistrations[string(d[:4])]; ok {
				name(k.kind, k.Codec)
			}
		}
	case 0x0A:
		language()
	case 0x56, 0x46:
		name(elementarySubtitle, "dvb_teletext")
		language()
	case 0x59:
		name(elementarySubtitle, "dvb_subtitle")
		language()
	case 0x6A:
		name(elementaryAudio, "ac3")
	case 0x7A:
		name(elementaryAudio, "eac3")
	case 0x7B:
		name(elementaryAudio, "dts")
	case 0x7C:
		name(elementaryAudio, "aac")
	case 0x7F:
		e.extension(d, name)
	case 0xB0:
		e.dolby = true // DOVI video stream descriptor (Dolby Vision streams within MPEG-2 TS, 3.2)
	case 0xFD:
		if len(d) >= 2 && window.BE16(d) == 0x0008 {
			name(elementarySubtitle, "arib_caption")
		}
	}
}

// extension reads the extension descriptors that name a codec (EN 300 468, 6.4; Opus in MPEG-TS).
func (e *Elementary) extension(d []byte, name func(int, string)) {
	if len(d) < 2 {
		return
	}
	switch d[0] {
	case 0x80:
		if e.Codec == "opus" {
			e.audio.SampleRate, e.Found = 48000, true
			if e.audio.Channels = int(d[1]); d[1] == 0 || d[1] > 8 {
				e.audio.Channels = 2
			}
		}
	case 0x15:
		name(elementaryAudio, "ac4")
	case 0x0E:
		name(elementaryAudio, "dts")
	case 0x06: // supplementary audio (6.4.11): its own language, where the other is a sign for what it is
		if d[1]&1 != 0 && len(d) >= 5 {
			if spoken := language.Tag(string(d[2:5])); spoken != "" {
				e.language = spoken
			}
		}
	}
}
