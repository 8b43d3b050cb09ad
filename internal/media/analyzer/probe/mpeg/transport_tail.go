package mpeg

// tail takes the last time stamps from the end of the file, of the streams that are known.
func (p *mpegTS) tail() error {
	if len(p.streams) == 0 {
		return nil
	}
	end := p.w.Size() - (p.w.Size()-p.start)%p.packet
	for n := p.search.tail; n > 0 && p.search.all > 0; n-- {
		off := max(end-p.search.window/p.packet*p.packet, p.start)
		if off >= end {
			return nil
		}
		p.search.all--
		b, err := p.w.Bytes(off, int(end-off))
		if err != nil {
			return err
		}
		if _, err := p.packets(b, off, off, p.last); err != nil {
			return err
		}
		for _, e := range p.streams {
			e.Look()
		}
		if p.ended() {
			return nil
		}
		end = off
	}
	return nil
}

// ended reports whether the end of the file is known well enough.
func (p *mpegTS) ended() bool {
	some, video, all := false, true, true
	for _, e := range p.streams {
		switch {
		case e.kind == ElementaryVideo && e.last < 0:
			video = false
		case e.last >= 0 && (e.kind == ElementaryVideo || e.kind == elementaryAudio):
			some = true
		}
		all = all && e.settled()
	}
	return some && (video || p.w.Size() > pesExact && all)
}

// last takes time stamps at the end of the file, and headers that the front did not show.
func (p *mpegTS) last(b []byte) error {
	if clock := tsClock(b); clock >= 0 && (p.clock[1] < 0 || pesDiff(clock, p.clock[1]) > 0) {
		p.clock[1] = clock
	}
	pid, begins, payload := tsPayload(b)
	e := p.byPID[pid]
	if e == nil || b[3]>>6 != 0 {
		return nil
	}
	if begins {
		h, ok := parsePES(payload)
		if !ok {
			return nil
		}
		e.Look()
		if h.pts >= 0 && (e.last < 0 || pesDiff(h.pts, e.last) > 0) {
			e.last = h.pts
		}
		payload = payload[min(h.size, len(payload)):]
	} else if e.last < 0 {
		return nil
	}
	return e.feed(p.w, payload)
}
