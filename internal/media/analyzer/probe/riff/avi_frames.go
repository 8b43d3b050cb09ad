package riff

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// firstChunks looks at the first chunks of the media that are at hand: the streams' own headers know
// more than the container's, and better.
func (p *avi) firstChunks() error {
	if p.movi.size == 0 {
		return nil
	}
	seen := make([]bool, len(p.streams))
	end := min(p.movi.off+p.movi.size, max(window.HeadSize, p.movi.off+8192))
	return p.mediaChunks(p.movi.off, end, seen)
}

func (p *avi) mediaChunks(off, end int64, seen []bool) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := chunks(p.w, off, min(end, p.movi.off+p.movi.size))
	for walk.next() {
		c := walk.chunk
		if c.list && c.kind == "rec " {
			if err := p.mediaChunks(c.off, min(end, c.off+c.size), seen); err != nil {
				return err
			}
			continue
		}
		i, ok := aviStreamNumber(c.kind)
		if !ok || i >= len(p.streams) || seen[i] || c.size == 0 {
			continue
		}
		seen[i] = true
		d, err := p.w.Bytes(c.off, int(min(c.size, end-c.off, 4096)))
		if err != nil {
			return err
		}
		p.streams[i].firstData(d)
	}
	return walk.err
}

// aviStreamNumber takes the stream's number from a chunk's name: "01wb".
func aviStreamNumber(kind string) (int, bool) {
	if kind[0] < '0' || kind[0] > '9' || kind[1] < '0' || kind[1] > '9' {
		return 0, false
	}
	switch kind[2:] {
	case "dc", "db", "wb", "tx", "sb":
		return int(kind[0]-'0')*10 + int(kind[1]-'0'), true
	}
	return 0, false
}

func (s *aviStream) firstData(d []byte) {
	if s.kind == "auds" {
		a := s.audio
		if codec.FrameHeader(a.Codec, d, &a) {
			a.BitDepth, a.Title = 0, s.audio.Title
			if s.audio.Codec == "mp3" && s.audio.BitRate > 0 {
				a.BitRate = s.audio.BitRate // a mean; the frame's own is of one frame
			}
			if a.Codec == "aac" && s.audio.Profile != "" {
				return
			}
			s.audio = a
		}
		return
	}
	var f codec.Picture
	var ok bool
	switch s.video.Codec {
	case "h264", "hevc":
		f, ok = codec.ScanNALs(d, s.video.Codec)
	case "mpeg1video", "mpeg2video":
		f, ok = codec.ParseMPEG2Sequence(d)
	case "mpeg4":
		f, ok = codec.ParseMPEG4Config(d)
	}
	if ok && (s.config.Profile == "" || s.config.Width == 0) {
		s.config = f
	}
}
