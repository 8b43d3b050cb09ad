package mpeg

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// mpegTS reads MPEG-2 transport streams (ISO/IEC 13818-1, 2.4): broadcasts, AVCHD and Blu-ray, in packets
// of 188 bytes, 192 (M2TS, with a time stamp in front) or 204 (with error correction behind).
type mpegTS struct {
	w *window.Window
	r *format.Result

	packet int64 // bytes of a packet
	start  int64 // of the first sync byte
	blu    bool  // the program is of Blu-ray's making (registration "HDMV")

	sections  map[uint16]*tsSection
	programs  map[uint16]bool // PIDs of program map tables: read or not
	order     []uint16        // of the programs in the association
	directory bool            // the program association, which names them, has been read
	byPID     map[uint16]*Elementary
	nameless  map[uint16]*Elementary
	orphans   map[uint16][]byte // what may be a program map, of PIDs that nothing names yet
	streams   []*Elementary     // in the order of the tables
	scrambled bool

	search pesSearch
	clock  [2]int64 // the program's clock where it first stands, and where it last does; -1 unknown
}

const (
	tsMaxStreams  = 128
	tsMaxPrograms = 64
)

// pesSearch bounds how much of a stream without a table of contents is looked at, in windows behind the
// head: in front, at the end, and in all.
type pesSearch struct {
	window           int64 // bytes
	front, tail, all int
}

// pesExact is the size up to which the end of the video itself is looked for. In larger files whatever
// stream comes by near the end tells it well enough.
const pesExact = 64 << 20

// pesSearchOf bounds the search by the file's size: of a whole film, of whatever bit rate, no more is read
// than 160,000 bytes, head and all.
func pesSearchOf(size int64) pesSearch {
	if size <= pesExact {
		return pesSearch{window.Size, 2, 5, 11}
	}
	return pesSearch{(160_000 - window.HeadSize) / 4, 1, 3, 4}
}

// tsLayout finds size and phase of the packets at the start of b; ok is false where there are none.
func tsLayout(b []byte) (packet, start int, ok bool) {
	for _, size := range [...]int{188, 192, 204} {
		for off := 0; off < size && off+4*size < len(b); off++ {
			if b[off] != 0x47 {
				continue
			}
			n := 1
			for n < 8 && off+n*size < len(b) && b[off+n*size] == 0x47 {
				n++
			}
			if n == 8 || n >= 5 && off+n*size >= len(b) {
				return size, off, true
			}
		}
	}
	return 0, 0, false
}

func isMPEGTS(head []byte, ext string) bool {
	_, start, ok := tsLayout(head)
	if !ok {
		return false
	}
	switch ext { // elsewhere than at its proper place the sync byte proves little
	case ".ts", ".m2ts", ".mts", ".m2t", ".trp", ".tp", ".tod", ".rec", ".mpg", ".mpeg", ".vdr":
		return true
	}
	return start == 0 || start == 4
}

func probeMPEGTS(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	size, start, _ := tsLayout(head)
	p := &mpegTS{
		w: w, r: r, packet: int64(size), start: int64(start),
		sections: make(map[uint16]*tsSection, 4), programs: make(map[uint16]bool, 2), byPID: make(map[uint16]*Elementary, 8), orphans: make(map[uint16][]byte), nameless: make(map[uint16]*Elementary),
		search: pesSearchOf(w.Size()), clock: [2]int64{-1, -1},
	}
	w.Ahead(int(p.search.window))
	at, err := p.packets(head, 0, p.start, p.take)
	if err != nil {
		return err
	}
	if at, err = p.front(at, p.search.front, p.done); err != nil {
		return err
	}
	if err := p.tail(); err != nil {
		return err
	}
	if at, err = p.front(at, p.search.all, p.enough); err != nil {
		return err
	}
	if err := p.promised(at); err != nil {
		return err
	}
	if len(p.streams) == 0 {
		return fmt.Errorf("%w: no program map", window.ErrMalformed)
	}
	p.finish()
	return nil
}

// front reads up to n windows from an offset on, until done, and returns where it ended.
func (p *mpegTS) front(at int64, n int, done func() bool) (int64, error) {
	for ; n > 0 && p.search.all > 0 && at < p.w.Size() && !done(); n-- {
		p.search.all--
		b, err := p.w.Bytes(at, int(min(p.search.window, p.w.Size()-at)))
		if err != nil {
			return at, err
		}
		next, err := p.packets(b, at, at, p.take)
		if err != nil {
			return at, err
		}
		if next <= at {
			break
		}
		at = next
	}
	for _, e := range p.streams {
		e.Look()
	}
	return at, nil
}

// packets visits the packets in b, which lies at base in the file, from offset at on. It returns where
// the first packet lies that b does not hold. Lost sync is found again inside b.
func (p *mpegTS) packets(b []byte, base, at int64, visit func([]byte) error) (int64, error) {
	i := int(at - base)
	for i >= 0 && i+188 <= len(b) {
		if b[i] != 0x47 {
			size, off, ok := tsLayout(b[i:])
			if !ok || int64(size) != p.packet {
				return base + int64(len(b)), nil
			}
			i += off
			continue
		}
		if err := p.w.Element(); err != nil {
			return 0, err
		}
		if err := visit(b[i : i+188]); err != nil {
			return 0, err
		}
		i += int(p.packet)
	}
	return base + int64(i), nil
}

// tsPayload returns a packet's PID, whether a section or PES packet begins in it, and its payload.
func tsPayload(b []byte) (pid uint16, begins bool, payload []byte) {
	pid, begins = window.BE16(b[1:])&0x1FFF, b[1]&0x40 != 0
	payload = b[4:]
	if b[3]&0x20 != 0 { // adaptation field
		n := 1 + int(payload[0])
		if n > len(payload) {
			return pid, false, nil
		}
		payload = payload[n:]
	}
	if b[3]&0x10 == 0 || b[1]&0x80 != 0 {
		return pid, false, nil
	}
	return pid, begins, payload
}

// tsClock is the program clock reference of a packet in units of 90 kHz, -1 where it has none (2.4.3.5).
func tsClock(b []byte) int64 {
	if b[3]&0x20 == 0 || b[4] < 7 || b[5]&0x10 == 0 {
		return -1
	}
	return int64(window.BE32(b[6:]))<<1 | int64(b[10]>>7)
}

// take reads one packet of the front.
func (p *mpegTS) take(b []byte) error {
	if clock := tsClock(b); clock >= 0 && p.clock[0] < 0 {
		p.clock[0] = clock
	}
	pid, begins, payload := tsPayload(b)
	if len(payload) == 0 {
		return nil
	}
	if _, table := p.programs[pid]; pid == 0 || table {
		return p.section(pid, begins, payload)
	}
	e := p.byPID[pid]
	if e == nil {
		return p.orphan(pid, begins, payload)
	}
	if b[3]>>6 != 0 {
		p.scrambled = true
		return nil
	}
	e.seen = true
	if begins {
		h, ok := parsePES(payload)
		if !ok {
			return nil
		}
		e.Look() // what came before is whole
		e.stamp(h.pts)
		payload = payload[min(h.size, len(payload)):]
		switch {
		case e.Codec == "pcm_bluray" && len(payload) >= 4:
			e.bluRayPCM(payload)
		case e.Codec == "s302m" && len(payload) >= 4:
			e.broadcastPCM(payload)
		}
	} else if e.first < 0 { // the middle of a packet
		return nil
	}
	return e.feed(p.w, payload)
}

// bluRayPCM reads the four bytes in front of Blu-ray's linear PCM.
func (e *Elementary) bluRayPCM(b []byte) {
	channels := [...]int{0, 1, 0, 2, 3, 3, 4, 4, 5, 6, 7, 8, 0, 0, 0, 0}[b[2]>>4]
	rate := map[byte]int{1: 48000, 4: 96000, 5: 192000}[b[2]&15]
	depth := [...]int{0, 16, 20, 24}[b[3]>>6]
	e.audio.Channels, e.audio.SampleRate, e.audio.BitDepth = channels, rate, depth
	e.audio.BitRate = int64(channels) * int64(rate) * int64(depth)
	e.Found = true
}

// broadcastPCM reads the four bytes in front of AES3 sound (SMPTE 302M, 6.1), which is always of 48 kHz.
func (e *Elementary) broadcastPCM(b []byte) {
	head := window.BE32(b)
	e.audio.Channels, e.audio.SampleRate, e.audio.BitDepth = 2+2*int(head>>14&3), 48000, min(16+4*int(head>>4&3), 24)
	e.audio.BitRate = int64(e.audio.Channels) * 48000 * int64(e.audio.BitDepth+4)
	e.Found = true
}

// done reports whether the front has told everything.
func (p *mpegTS) done() bool {
	if !p.tablesRead() {
		return false
	}
	for _, e := range p.streams {
		if !e.settled() || e.kind == ElementaryVideo && (e.first < 0 || e.Picture.Rate == 0 && len(e.times) < 12) {
			return false
		}
	}
	return true
}

// enough reports whether nothing that matters is missing: every sound and picture has been understood.
func (p *mpegTS) enough() bool {
	if !p.tablesRead() {
		return false
	}
	for _, e := range p.streams {
		if !e.settled() && !e.doubtful && !p.scrambled {
			return false
		}
	}
	return true
}

// tablesRead reports whether the program association and all that it names have been read.
func (p *mpegTS) tablesRead() bool {
	if !p.directory {
		return false
	}
	for _, read := range p.programs {
		if !read {
			return false
		}
	}
	return len(p.programs) > 0
}

// rank is the place of a stream's program in the association; last, where it is not in it.
func (p *mpegTS) rank(e *Elementary) int {
	if i := slices.Index(p.order, e.program); i >= 0 {
		return i
	}
	return len(p.order)
}

func (p *mpegTS) finish() {
	m := p.r.Description.Media
	if p.packet == 192 {
		m.Container = "m2ts"
	}
	m.Encrypted = p.scrambled
	if m.DurationSeconds = pesDuration(p.streams, p.w.Size()); m.DurationSeconds == 0 && !pesEnded(p.streams) {
		m.DurationSeconds = pesBetween(p.clock[0], p.clock[1], p.w.Size())
	}
	m.BitRate = format.BitRate(p.w.Size(), m.DurationSeconds)
	slices.SortStableFunc(p.streams, func(a, b *Elementary) int {
		return cmp.Compare(p.rank(a), p.rank(b))
	})
	for _, e := range p.streams {
		e.Describe(m)
	}
	switch {
	case len(m.Video) > 0:
		p.r.Kind = media.KindVideo
	case len(m.Audio) > 0:
		p.r.Kind = media.KindTrack
	default:
		p.r.Kind = ""
	}
}
