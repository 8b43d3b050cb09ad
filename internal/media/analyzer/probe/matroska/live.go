package matroska

import (
	"bytes"
	"errors"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The elements of a cluster (RFC 9559, 5.1.3).
const (
	timestamp   = 0xE7
	simpleBlock = 0xA3
	blockGroup  = 0xA0
	mkvBlock    = 0xA1
	blockLength = 0x9B
)

// blocks is what is read of a block: its track, time and the start of its data.
type blocks struct {
	track uint64
	at    int64 // ticks
	long  uint64
	off   int64
	size  int64
}

// live fills in what the header of a recording that was never finished does not say: the duration, by
// its last cluster, and rate and format of video, by the blocks of the first that are at hand.
func (p *matroska) live() error {
	if p.cluster.size > 0 && p.needsBlocks() {
		if err := p.firstCluster(); err != nil {
			return err
		}
	}
	if err := p.sounds(); err != nil {
		return err
	}
	if p.duration > 0 {
		return nil
	}
	return p.lastCluster()
}

// needsBlocks reports whether a video track lacks what blocks can tell.
func (p *matroska) needsBlocks() bool {
	for _, t := range p.tracks {
		if t.kind == typeVideo && (t.frame == 0 && t.video.FrameRate == 0 || t.video.BitDepth == 0 && t.codec == "vp9") {
			return true
		}
	}
	return false
}

// blocks visits the blocks of a cluster that begin before end.
func (p *matroska) blocks(c ebmlElement, end int64, visit func(blocks) error) error {
	var base int64
	walk := elements(p.w, c.off, min(c.end(), end))
	for walk.next() {
		e := walk.el
		switch e.id {
		case timestamp:
			v, err := ebmlUint(p.w, e)
			if err != nil {
				return err
			}
			base = int64(min(v, 1<<62))
		case simpleBlock:
			if err := p.block(e, base, 0, visit); err != nil {
				return err
			}
		case blockGroup:
			if err := p.blockGroup(e, base, visit); err != nil {
				return err
			}
		case mkvCluster, cues, mkvTags, chapters, seekHead: // an open cluster ends where these begin
			return nil
		}
	}
	if errors.Is(walk.err, window.ErrMalformed) || errors.Is(walk.err, window.ErrTruncated) {
		return nil // the recording stops in the middle
	}
	return walk.err
}

func (p *matroska) blockGroup(e ebmlElement, base int64, visit func(blocks) error) error {
	var block ebmlElement
	var long uint64
	walk := inside(p.w, e)
	for walk.next() {
		switch walk.el.id {
		case mkvBlock:
			block = walk.el
		case blockLength:
			v, err := ebmlUint(p.w, walk.el)
			if err != nil {
				return err
			}
			long = v
		}
	}
	if block.size == 0 {
		return nil
	}
	return p.block(block, base, long, visit)
}

func (p *matroska) block(e ebmlElement, base int64, long uint64, visit func(blocks) error) error {
	h, err := p.w.Bytes(e.off, int(min(e.size, 16)))
	if err != nil {
		return err
	}
	track, n := ebmlSize(h)
	if n == 0 || len(h) < n+3 {
		return nil
	}
	return visit(blocks{track: track, at: base + int64(int16(window.BE16(h[n:]))), long: long, off: e.off + int64(n+3), size: e.size - int64(n+3)})
}

// firstCluster looks at the first blocks, as far as they lie in the head or the window; where these hold hardly more
// than one large picture, a little further on.
func (p *matroska) firstCluster() error {
	times, err := p.firstTimes(max(int64(window.HeadSize), min(p.cluster.off+aside, p.w.Size())))
	if err != nil {
		return err
	}
	if p.measure(times) || p.cluster.off > window.HeadSize {
		return nil
	}
	p.w.Ahead(window.Size)
	if times, err = p.firstTimes(window.HeadSize + 2*window.Size); err != nil {
		return err
	}
	p.measure(times)
	return nil
}

// measure takes the frame rates of the tracks that do not state them from the times of their blocks, and reports
// whether they were enough.
func (p *matroska) measure(times map[uint64][]float64) bool {
	enough := len(times) > 0
	for number, at := range times {
		if t := p.trackByNumber(number); t.frame == 0 && t.video.FrameRate == 0 {
			t.video.FrameRate = codec.MeasuredRate(at, max(p.secondsOf(1), 1e-6))
			enough = enough && (t.video.FrameRate > 0 || len(at) > 8)
		}
	}
	return enough
}

// firstTimes gathers the times of the blocks of pictures that begin before end, in seconds, by their tracks.
func (p *matroska) firstTimes(end int64) (map[uint64][]float64, error) {
	times := make(map[uint64][]float64, 2)
	visit := func(b blocks) error {
		t := p.trackByNumber(b.track)
		if t == nil || t.kind != typeVideo {
			return nil
		}
		if times[b.track] == nil && b.off+64 <= end && t.codec == "vp9" {
			d, err := p.w.Bytes(b.off, int(min(b.size, 32)))
			if err != nil {
				return err
			}
			if f, ok := codec.ParseVP9Frame(d); ok {
				f.Fill(&t.video)
			}
		}
		times[b.track] = append(times[b.track], p.secondsOf(float64(b.at)))
		return nil
	}
	if p.cluster.open {
		return times, p.blocks(p.cluster, end, visit)
	}
	walk := elements(p.w, p.cluster.start, min(end, p.segment.end()))
	for walk.next() && walk.el.id == mkvCluster {
		if err := p.blocks(walk.el, end, visit); err != nil {
			return nil, err
		}
	}
	if p.w.Err() != nil {
		return nil, p.w.Err()
	}
	return times, nil
}

// soundReads is how many reads the look for profiles of sound may take beside what is at hand.
const soundReads = 3

// errMKVEnough ends a walk over blocks early.
var errMKVEnough = errors.New("enough blocks")

// sounds looks at the first frames of sound whose codec id does not tell the profile: DTS-HD and Atmos hide
// behind their elders' names.
func (p *matroska) sounds() error {
	wanted := 0
	for _, t := range p.tracks {
		if t.hidesProfile() {
			wanted++
		}
	}
	if wanted == 0 || p.cluster.size == 0 {
		return nil
	}
	p.w.Ahead(aside)
	before := p.w.Used()
	err := p.blocks(p.cluster, p.w.Size(), func(b blocks) error {
		t := p.trackByNumber(b.track)
		if t == nil || !t.hidesProfile() {
			if p.w.Used()-before >= soundReads {
				return errMKVEnough
			}
			return nil
		}
		d, err := p.w.Bytes(b.off-1, int(min(b.size+1, aside)))
		if err != nil {
			return err
		}
		if !t.look(d, int64(len(d)) == b.size+1) {
			if p.w.Used()-before >= soundReads {
				return errMKVEnough
			}
			return nil
		}
		if wanted--; wanted == 0 || p.w.Used()-before >= soundReads {
			return errMKVEnough
		}
		return nil
	})
	if errors.Is(err, errMKVEnough) || errors.Is(err, window.ErrTruncated) {
		return nil
	}
	return err
}

// hidesProfile reports whether frames may tell more of the sound than its header.
func (t *track) hidesProfile() bool {
	if t.kind != typeAudio || t.looked {
		return false
	}
	if t.codec == "aac" {
		return t.plainAAC()
	}
	return t.audio.Profile == "" && (t.codec == "dts" || t.codec == "truehd" || t.codec == "eac3")
}

func (t *track) plainAAC() bool {
	a := t.audio
	a.Codec = t.codec
	return codec.MayExtend(&a)
}

// look takes a block of sound, from its flags on, and reports whether it was the last that is asked for.
func (t *track) look(d []byte, whole bool) bool {
	if t.codec == "aac" {
		if whole && d[0]&6 == 0 { // not laced
			t.frames.Frame(d[1:])
		}
		if t.frames.Seen < codec.AACEnough {
			return false
		}
		t.audio.Codec = t.codec
		t.frames.Apply(&t.audio)
		t.looked = true
		return true
	}
	var a media.Audio
	if codec.FrameHeader(t.codec, d[1:], &a) {
		t.audio.Profile = a.Profile
	}
	t.looked = true
	return true
}

func (p *matroska) trackByNumber(n uint64) *track {
	for _, t := range p.tracks {
		if t.number == n {
			return t
		}
	}
	return nil
}

// long is the size of a film beyond which less of its end is searched.
const long = 64 << 20

// lastCluster searches the end of the file for the last cluster and takes its last block's time as the
// duration. One that lies further back than a few windows leaves it unknown.
func (p *matroska) lastCluster() error {
	p.w.Ahead(window.Size)
	id := []byte{0x1F, 0x43, 0xB6, 0x75}
	windows := int64(3) // which are read once more, forwards, where the cluster begins in the last of them
	if p.w.Size() > long {
		windows = 2
	}
	for back := int64(1); back <= windows; back++ {
		off := max(p.w.Size()-back*(window.Size-16), 0)
		tail, err := p.w.Bytes(off, int(min(window.Size, p.w.Size()-off)))
		if err != nil {
			return err
		}
		for i := bytes.LastIndex(tail, id); i >= 0; i = bytes.LastIndex(tail[:i], id) {
			if err := p.w.Element(); err != nil {
				return err
			}
			if last, err := p.clusterEnd(off + int64(i)); err != nil || last > 0 {
				p.duration = last
				return err
			}
			if tail, err = p.w.Bytes(off, int(min(window.Size, p.w.Size()-off))); err != nil {
				return err
			}
		}
		if off == 0 {
			return nil
		}
	}
	return nil
}

// clusterEnd returns when the last block of the cluster at off ends, in ticks; 0 where there is none.
func (p *matroska) clusterEnd(off int64) (float64, error) {
	walk := elements(p.w, off, p.w.Size())
	if !walk.next() || walk.el.id != mkvCluster {
		if errors.Is(walk.err, window.ErrMalformed) {
			return 0, nil
		}
		return 0, walk.err
	}
	var last float64
	err := p.blocks(walk.el, p.w.Size(), func(b blocks) error {
		long := float64(b.long)
		if t := p.trackByNumber(b.track); t == nil {
			return nil
		} else if b.long == 0 {
			long = float64(t.frame) / float64(p.scale)
		}
		last = max(last, float64(b.at)+long)
		return nil
	})
	return last, err
}
