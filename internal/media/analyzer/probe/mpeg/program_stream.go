package mpeg

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// mpegPS reads program streams (ISO/IEC 13818-1, 2.5, and 11172-1): MPG files, and the VOB files of
// DVDs. They have no table of contents: what streams there are shows only where their packets come by.
type mpegPS struct {
	w *window.Window
	r *format.Result

	streams map[int]*Elementary // by id; substreams of private stream 1 stand above 0x100
	kinds   map[byte]byte       // stream types by id, of a program stream map
	rate    int64               // bytes a second that the pack headers allow, 0 unknown
	late    bool                // the front is behind us
	ends    bool                // time stamps are taken as last ones

	search pesSearch
	clock  [2]int64 // of the pack headers: where it first stands, and where it last does; -1 unknown
}

const psMaxStreams = 64

// psSearchOf bounds the search by the file's size, as pesSearchOf does: between front and end there are
// places at which streams may show that begin late.
func psSearchOf(size int64) (s pesSearch, places int64) {
	if s = pesSearchOf(size); size <= pesExact {
		s.window, s.front, s.tail, s.all = 24<<10, 4, 3, 9
		return s, 2
	}
	return s, 1
}

// The start codes of the systems layer.
const (
	psPack      = 0xBA
	psSystem    = 0xBB
	psStreamMap = 0xBC
	psPrivate   = 0xBD
	psEnd       = 0xB9
)

func isMPEGPS(head []byte, _ string) bool {
	return len(head) >= 14 && window.BE32(head) == 0x00000100|psPack && (head[4]>>6 == 1 || head[4]>>4 == 2)
}

func probeMPEGPS(w *window.Window, r *format.Result) error {
	p := &mpegPS{w: w, r: r, streams: make(map[int]*Elementary, 4), clock: [2]int64{-1, -1}}
	search, places := psSearchOf(w.Size())
	p.search = search
	w.Ahead(int(search.window))
	head, err := w.Head()
	if err != nil {
		return err
	}
	at, err := p.packets(head, 0)
	if err != nil {
		return err
	}
	for n := 0; n < p.search.front && at < w.Size() && !p.settled(n > 0); n++ {
		p.search.all--
		b, err := w.Bytes(at, int(min(p.search.window, w.Size()-at)))
		if err != nil {
			return err
		}
		next, err := p.packets(b, at)
		if err != nil {
			return err
		}
		at = max(next, at+int64(len(b)))
	}
	p.late = true
	if err := p.rest(at, places); err != nil {
		return err
	}
	if len(p.streams) == 0 {
		return fmt.Errorf("%w: no streams", window.ErrMalformed)
	}
	p.finish()
	return nil
}

// settled reports whether video and sound have been understood; enough asks only for what was seen.
func (p *mpegPS) settled(enough bool) bool {
	kinds := [4]int{}
	for _, e := range p.streams {
		if !e.settled() {
			return false
		}
		kinds[e.kind]++
	}
	return enough && len(p.streams) > 0 || kinds[ElementaryVideo] > 0 && kinds[elementaryAudio] > 0
}

// rest looks at places all over the file, for streams that begin later, and at its end.
func (p *mpegPS) rest(from, places int64) error {
	window := p.search.window
	for i := range places {
		at := from + (p.w.Size()-from)*(2*i+1)/(2*places)
		if p.w.Size()-from < (places+2)*window {
			break // the end will be near enough
		}
		p.search.all--
		if err := p.place(at, int(window)); err != nil {
			return err
		}
	}
	p.ends = true
	for back := int64(1); p.search.all > 0 && back <= int64(p.search.tail); back++ {
		p.search.all--
		off := max(p.w.Size()-back*window, 0)
		if err := p.place(off, int(min(window, p.w.Size()-off))); err != nil {
			return err
		}
		if off == 0 || p.ended() {
			return nil
		}
	}
	return nil
}

// ended reports whether the end of the file is known well enough: in a large one any stream tells it.
func (p *mpegPS) ended() bool {
	some, all := false, true
	for _, e := range p.streams {
		if e.kind == ElementaryVideo || e.kind == elementaryAudio {
			some, all = some || e.last >= 0, all && e.last >= 0
		}
	}
	return all || some && p.w.Size() > pesExact
}

func (p *mpegPS) place(off int64, n int) error {
	b, err := p.w.Bytes(off, n)
	if err != nil {
		return err
	}
	_, err = p.packets(b, off)
	return err
}

// psSync returns where in b, from i on, the next pack begins, or a packet that is followed by another
// start code where it ends: some muxers write a pack for hundreds of packets. It is -1 where none does.
func psSync(b []byte, i int) int {
	for {
		j := bytes.Index(b[i:], []byte{0, 0, 1})
		if j < 0 || i+j+8 > len(b) {
			return -1
		}
		i += j
		switch code := b[i+3]; {
		case code == psPack:
			return i
		case code == psPrivate || code >= 0xC0 && code < 0xF0:
			if next := i + 6 + int(window.BE16(b[i+4:])); next+3 <= len(b) && b[next] == 0 && b[next+1] == 0 && b[next+2] == 1 {
				return i
			}
		}
		i += 3
	}
}

// packets walks the packets in b, which lies at base, and returns where the first lies that b does not
// hold to its end. Where there is no packet the next one is looked for.
func (p *mpegPS) packets(b []byte, base int64) (int64, error) {
	i := 0
	for i+14 <= len(b) {
		if err := p.w.Element(); err != nil {
			return 0, err
		}
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 || b[i+3] < psEnd {
			if i = psSync(b, i+1); i < 0 {
				return base + int64(len(b)), nil
			}
			continue
		}
		switch b[i+3] {
		case psEnd:
			i += 4
			continue
		case psPack:
			i += p.pack(b[i:])
			continue
		}
		n := 6 + int(window.BE16(b[i+4:]))
		if err := p.packet(b[i:min(i+n, len(b))]); err != nil {
			return 0, err
		}
		if n == 6 {
			n = 7
		}
		i += n
	}
	return base + int64(i), nil
}

// pack reads a pack header, of MPEG-2 or MPEG-1, and returns its size.
func (p *mpegPS) pack(b []byte) int {
	size, marks := 12, 4
	if b[4]>>6 == 1 {
		size, marks = 14+int(b[13]&7), 2
		p.rate = max(p.rate, 50*(int64(b[10])<<14|int64(b[11])<<6|int64(b[12])>>2))
	} else {
		p.rate = max(p.rate, 50*(int64(b[9]&0x7F)<<15|int64(b[10])<<7|int64(b[11])>>1))
	}
	r := window.BitReader{B: b[4:10]}
	r.Skip(marks)
	clock := int64(r.Bits(3)) << 30
	r.Skip(1)
	clock |= int64(r.Bits(15)) << 15
	r.Skip(1)
	clock |= int64(r.Bits(15))
	if p.clock[0] < 0 && !p.late {
		p.clock[0] = clock
	}
	if p.ends && (p.clock[1] < 0 || pesDiff(clock, p.clock[1]) > 0) {
		p.clock[1] = clock
	}
	return size
}

// packet takes one packet of a stream, or as much of it as there is.
func (p *mpegPS) packet(b []byte) error {
	h, ok := parsePES(b)
	if !ok {
		return nil
	}
	if h.id == psStreamMap {
		p.streamMap(b)
		return nil
	}
	payload := b[min(h.size, len(b)):]
	id := int(h.id)
	switch {
	case h.id == psPrivate:
		if len(payload) < 4 {
			return nil
		}
		id, payload = privateStream(payload)
	case h.id >= 0xC0 && h.id <= 0xEF, h.id == 0xFD:
	default:
		return nil
	}
	e := p.stream(id)
	if e == nil {
		return nil
	}
	if h.pts >= 0 {
		if p.ends {
			if e.last < 0 || pesDiff(h.pts, e.last) > 0 {
				e.last = h.pts
			}
		} else {
			e.stamp(h.pts)
		}
	}
	if e.Codec == "pcm_dvd" {
		e.dvdPCM(b[min(h.size, len(b)):])
		return nil
	}
	if h.pts >= 0 {
		e.Look() // what came before is whole
	}
	return e.feed(p.w, payload)
}

// privateStream tells the substream of a packet of private stream 1 by its first byte, as DVDs have it,
// and returns the substream's own payload. Broadcasts put AC-3 there without that byte.
func privateStream(b []byte) (id int, payload []byte) {
	if b[0] == 0x0B && b[1] == 0x77 {
		return 0x180, b
	}
	if b[0] >= 0x20 && b[0] < 0x40 {
		return 0x100 | int(b[0]), b[1:]
	}
	return 0x100 | int(b[0]), b[4:]
}

// psStreams are what streams are by their ids, where no map says otherwise: those of the packets, and behind 0x100
// those of DVDs' substreams.
var psStreams = []struct {
	first, last int
	kind        int
	codec       string
}{
	{0xC0, 0xDF, elementaryAudio, "mp2"}, {0xE0, 0xEF, ElementaryVideo, "mpeg2video"}, {0xFD, 0xFD, ElementaryVideo, "vc1"},
	{0x120, 0x13F, elementarySubtitle, "dvd_subtitle"}, {0x180, 0x187, elementaryAudio, "ac3"},
	{0x188, 0x18F, elementaryAudio, "dts"}, {0x198, 0x19F, elementaryAudio, "dts"}, {0x1A0, 0x1AF, elementaryAudio, "pcm_dvd"},
	{0x1B0, 0x1BF, elementaryAudio, "truehd"}, {0x1C0, 0x1CF, elementaryAudio, "eac3"},
}

// stream returns the stream of an id, which it makes at its first packet.
func (p *mpegPS) stream(id int) *Elementary {
	if e := p.streams[id]; e != nil {
		return e
	}
	kind, codec := elementaryData, ""
	for _, s := range psStreams {
		if id >= s.first && id <= s.last {
			kind, codec = s.kind, s.codec
		}
	}
	if k, ok := tsKinds[p.kinds[byte(id&0xFF)]]; ok && id < 0x100 {
		kind, codec = k.kind, k.Codec
	}
	// At a place in the middle a stray byte must not make a stream; sound and video are known by then.
	if kind == elementaryData || len(p.streams) >= psMaxStreams {
		return nil
	}
	e := NewElementary(kind, codec)
	// In front the streams come in their order. Those that show only later are put in order by id.
	if e.order = len(p.streams); p.late {
		e.order = psMaxStreams + id
	}
	p.streams[id] = e
	return e
}

// streamMap reads a program stream map (13818-1, 2.5.4.1).
func (p *mpegPS) streamMap(b []byte) {
	if len(b) < 12 {
		return
	}
	info := int(window.BE16(b[8:]))
	if info > len(b)-12 {
		return
	}
	rest := b[10+info:]
	n := int(window.BE16(rest))
	if p.kinds == nil {
		p.kinds = make(map[byte]byte, 4)
	}
	for rest = rest[2:min(len(rest), 2+n)]; len(rest) >= 4; {
		p.kinds[rest[1]] = rest[0]
		skip := 4 + int(window.BE16(rest[2:]))
		if skip > len(rest) {
			return
		}
		rest = rest[skip:]
	}
}

// dvdPCM reads the header of linear PCM on DVDs, behind the substream's id.
func (e *Elementary) dvdPCM(b []byte) {
	if len(b) < 7 || e.Found {
		return
	}
	a := &e.audio
	a.Channels, a.SampleRate, a.BitDepth = int(b[5]&7)+1, 48000, 16+4*int(b[5]>>6)
	switch b[5] >> 4 & 3 {
	case 1:
		a.SampleRate = 96000
	case 2:
		a.SampleRate = 44100
	case 3:
		a.SampleRate = 32000
	}
	a.BitRate = int64(a.Channels) * int64(a.SampleRate) * int64(a.BitDepth)
	e.Found = true
}

func (p *mpegPS) finish() {
	m := p.r.Description.Media
	var streams []*Elementary
	for _, e := range p.streams {
		if e.Look(); e.kind == elementaryAudio && !e.Found && e.first < 0 && e.last < 0 {
			continue // one stray packet
		}
		streams = append(streams, e)
	}
	slices.SortFunc(streams, func(a, b *Elementary) int { return cmp.Compare(a.order, b.order) })
	for _, e := range streams {
		e.Describe(m)
	}
	d := pesDuration(streams, p.w.Size())
	if !pesEnded(streams) {
		d = pesBetween(p.clock[0], p.clock[1], p.w.Size())
	}
	if p.rate == 0 || float64(p.w.Size()) < 1.5*d*float64(p.rate) || p.w.Size() < 1<<20 {
		m.DurationSeconds = d
	}
	m.BitRate = format.BitRate(p.w.Size(), m.DurationSeconds)
	p.r.Kind = media.KindVideo
	if len(m.Video) == 0 {
		p.r.Kind = media.KindTrack
	}
}
