package probe

import "errors"

// firstSamples looks at the first sample of sound tracks whose entries are not to be trusted: writers
// put two channels there whatever the stream has, and these codecs have no configuration that would
// tell. Each frame of them begins with a header of its own.
func (p *mp4) firstSamples() error {
	p.w.Ahead(mp4Aside)
	defer p.w.Ahead(windowSize)
	for _, t := range p.tracks {
		e := &t.entry
		if t.handler != "soun" || e.configured || e.encrypted {
			continue
		}
		switch e.codec {
		case "mp1", "mp2", "mp3", "dts", "ac3", "eac3", "truehd":
		case "aac":
			e.audio.Codec = e.codec
			if mayExtend(&e.audio) {
				if err := p.aacSamples(t); err != nil {
					return err
				}
			}
			continue
		default:
			continue
		}
		off, err := p.firstChunk(t)
		if err != nil {
			return err
		}
		if off <= 0 || off > p.w.Size()-16 {
			continue
		}
		d, err := p.w.Bytes(off, int(min(mp4Aside, p.w.Size()-off)))
		if err != nil {
			if errors.Is(err, ErrTruncated) {
				continue
			}
			return err
		}
		if e.codec != "eac3" && e.codec != "dts" { // whose further substreams follow in the same sample
			d = d[:min(len(d), 64)] // the next frame of this track may lie anywhere
		}
		a := e.audio
		if frameHeader(e.codec, d, &a) {
			a.BitRate = e.audio.BitRate
			e.codec, e.audio = a.Codec, a
		}
	}
	return nil
}

// firstChunk returns the offset of a track's first chunk, 0 without one.
func (p *mp4) firstChunk(t *mp4Track) (int64, error) {
	walk := p.w.children(t.table, 0)
	for walk.next() {
		b := walk.box
		if b.kind != "stco" && b.kind != "co64" {
			continue
		}
		d, err := p.w.payload(b, 16)
		if err != nil || len(d) < 12 || be32(d[4:]) == 0 {
			return 0, err
		}
		if b.kind == "stco" {
			return int64(be32(d[8:])), nil
		}
		if len(d) < 16 || d[8]&0x80 != 0 {
			return 0, nil
		}
		return int64(be64(d[8:])), nil
	}
	return 0, walk.err
}

// aacSamples looks at the first frames of plain AAC for what its configuration does not say, as many of
// them as lie together in the first chunk.
func (p *mp4) aacSamples(t *mp4Track) error {
	off, err := p.firstChunk(t)
	if err != nil || off <= 0 || off >= p.w.Size() {
		return err
	}
	stsz, ok, err := p.w.find(t.table, 0, "stsz")
	if err != nil || !ok {
		return err
	}
	var sizes [4 * aacEnough]int64
	d, err := p.w.payload(stsz, 12+4*len(sizes))
	if err != nil || len(d) < 12 || be32(d[4:]) != 0 {
		return err
	}
	n := 0
	for d = d[12:]; len(d) >= 4 && n < len(sizes); d = d[4:] {
		sizes[n] = int64(be32(d))
		n++
	}
	stsc, ok, err := p.w.find(t.table, 0, "stsc")
	if err != nil || !ok {
		return err
	}
	if d, err = p.w.payload(stsc, 16); err != nil || len(d) < 16 {
		return err
	}
	n = int(min(int64(n), int64(be32(d[12:]))))
	if d, err = p.w.Bytes(off, int(min(mp4Aside, p.w.Size()-off))); err != nil {
		return softTagError(err)
	}
	var x aacFrames
	for _, size := range sizes[:n] {
		if size <= 0 || size > int64(len(d)) {
			break
		}
		x.frame(d[:size])
		d = d[size:]
	}
	x.apply(&t.entry.audio)
	return nil
}
