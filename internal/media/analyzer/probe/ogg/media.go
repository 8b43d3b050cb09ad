package ogg

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/audio"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// file is an Ogg file of any codecs.
type file struct {
	w       *window.Window
	r       *format.Result
	streams []*stream
}

// stream is a logical stream of the file.
type stream struct {
	serial   uint32
	audio    *media.Audio
	video    *media.Video
	subtitle *media.Subtitle
	rate     float64 // granules, or frames of video, a second
	shift    uint    // of Theora: the bits that count the frames since a key frame
	high     uint    // of VP8: the bits below those that count frames
	preskip  int64
	prefix   int // bytes before the comments in their packet; -1: the stream has none
	comment  *tags.VorbisComment
	blocks   int // FLAC: metadata blocks still to come
	started  bool
	first    int64 // granule of the first page with sound or pictures
	last     int64
}

const (
	maxStreams  = 32
	maxHeaders  = 128     // pages walked for the headers
	maxComments = 1 << 20 // of a comment packet in small pages, which all must be read
)

func probeOgg(w *window.Window, r *format.Result) error {
	o := file{w: w, r: r}
	at, err := o.beginnings()
	if err != nil {
		return err
	}
	if err := o.headers(at); err != nil {
		return err
	}
	if err := o.ends(); err != nil {
		return err
	}
	o.describe()
	return nil
}

// beginnings reads the first pages, one a stream, which stand together (RFC 3533, 4).
func (o *file) beginnings() (at int64, err error) {
	for len(o.streams) < maxStreams {
		p, err := pageAt(o.w, at)
		if err != nil {
			if at > 0 {
				return at, window.Forgive(err)
			}
			return 0, err
		}
		if p.flags&first == 0 {
			break
		}
		b, err := o.w.Bytes(p.body, int(min(p.size, 256)))
		if err != nil {
			return 0, err
		}
		if s := oggCodec(b); s != nil {
			s.serial = p.serial
			o.streams = append(o.streams, s)
		}
		at = p.end()
	}
	if len(o.streams) == 0 {
		return 0, fmt.Errorf("%w: no stream of a known codec", window.ErrMalformed)
	}
	return at, nil
}

// headers walks the pages behind the first ones until every stream has shown its comments and its first page of
// sound.
func (o *file) headers(at int64) error {
	for range maxHeaders {
		if o.ready() || at >= o.w.Size() {
			return nil
		}
		p, err := pageAt(o.w, at)
		if err != nil {
			return window.Forgive(err)
		}
		at = p.end()
		s := o.stream(p.serial)
		if s == nil || p.count == 0 {
			continue
		}
		if p.flags&continued == 0 && s.comment == nil && s.prefix >= 0 {
			if at, err = o.comments(s, p); err != nil {
				return err
			}
			continue
		}
		if p.granule > 0 && !s.started {
			s.started, s.first = true, p.granule
		}
	}
	return nil
}

func (o *file) ready() bool {
	for _, s := range o.streams {
		if !s.started || s.prefix >= 0 && s.comment == nil {
			return false
		}
	}
	return true
}

func (o *file) stream(serial uint32) *stream {
	for _, s := range o.streams {
		if s.serial == serial {
			return s
		}
	}
	return nil
}

// comments reads the comment packet that begins on page p, and FLAC's further blocks behind it. It
// returns where the walk over pages goes on: at the page on which the reading ended, or behind it.
func (o *file) comments(s *stream, p page) (next int64, err error) {
	defer o.w.KeepAhead()()
	limit := int64(maxComments)
	if p.size > 16<<10 { // large pages: their headers are far apart
		o.w.Ahead(512)
		limit *= 4
	}
	packet := packetAt(o.w, p, 0)
	var magic [8]byte
	if _, err := packet.Read(magic[:s.prefix]); err != nil {
		return 0, err
	}
	if !s.isComment(magic[:s.prefix]) {
		s.comment = &tags.VorbisComment{}
		return p.end(), nil
	}
	src := &comments{packet: packet, left: limit}
	if s.comment, err = tags.ReadVorbisComment(o.w, src); err == nil && s.blocks > 1 {
		packet, err = o.flacBlocks(s, packet)
	}
	return packet.page.end(), window.Forgive(err)
}

// flacBlocks reads the metadata blocks that follow the comments, a packet each (RFC 9639, 10.1), for
// their pictures. It returns the last packet that it was at.
func (o *file) flacBlocks(s *stream, packet *packet) (*packet, error) {
	for n := min(s.blocks, maxStreams); n > 1; n-- {
		next, err := o.following(packet)
		if err != nil {
			return packet, err
		}
		packet = next
		page, segment := packet.page, packet.segment
		var b [512]byte
		got, err := packet.Read(b[:])
		if err != nil || got < 8 || b[0] == 0xFF {
			return packet, err
		}
		if b[0]&0x7F != audio.FLACPicture {
			continue
		}
		p, ok := tags.ParsePictureHead(b[4:got])
		if !ok {
			continue
		}
		packet = packetAt(o.w, page, segment)
		if err := packet.Skip(4 + p.Size); err != nil {
			return packet, err
		}
		art := media.Artwork{Offset: packet.Offset()}
		if err := packet.Skip(p.Length); err != nil {
			return packet, err
		}
		if art.Length = packet.Offset() - art.Offset; art.Length != p.Length {
			art.Encoding = "ogg"
		}
		s.comment.Art.Offer(p.Kind, p.MIME, art)
	}
	return packet, nil
}

// following is the packet behind another.
func (o *file) following(packet *packet) (*packet, error) {
	for {
		if err := packet.Skip(packet.left); err != nil {
			return nil, err
		}
		if more, err := packet.turn(); err != nil {
			return nil, err
		} else if !more {
			break
		}
	}
	if packet.next < packet.page.count {
		return packetAt(o.w, packet.page, packet.next), nil
	}
	p, err := pageAt(o.w, packet.page.end())
	if err != nil {
		return nil, err
	}
	return packetAt(o.w, p, 0), nil
}

// isComment reports whether a packet that begins with b holds the comments.
func (s *stream) isComment(b []byte) bool {
	switch {
	case s.audio != nil && s.audio.Codec == "flac":
		return b[0]&0x7F == audio.FLACComment
	case s.audio != nil && s.audio.Codec == "opus":
		return string(b) == "OpusTags"
	case s.video != nil && s.video.Codec == "theora":
		return string(b) == "\x81theora"
	case s.video != nil && s.video.Codec == "vp8":
		return string(b) == "OVP80\x02 "
	case s.prefix == 7:
		return string(b) == "\x03vorbis"
	}
	return true
}

// comments is a packet of comments of which no more than a limit is passed over: behind a picture of many
// small pages lies nothing that is worth reading them all.
type comments struct {
	*packet
	left int64
}

func (c *comments) Skip(n int64) error {
	if c.left -= n; c.left < 0 {
		return window.ErrTruncated
	}
	return c.packet.Skip(n)
}

// ends finds the last granule position of every stream in the last pages of the file. A page may be
// larger than a window, and another stream's pages may come last.
func (o *file) ends() error {
	end := o.w.Size()
	for range 4 {
		off := max(end-window.Size, 0)
		b, err := o.w.Bytes(off, int(end-off))
		if err != nil {
			return err
		}
		if err := o.lastGranules(b); err != nil {
			return err
		}
		if off == 0 || o.ended() {
			return nil
		}
		end = off + 27 // a header may lie across
	}
	return nil
}

func (o *file) ended() bool {
	for _, s := range o.streams {
		if s.last < 0 && s.subtitle == nil {
			return false
		}
	}
	return true
}

func (o *file) lastGranules(b []byte) error {
	for len(b) >= 27 {
		i := bytes.LastIndex(b[:len(b)-22], []byte("OggS\x00"))
		if i < 0 {
			return nil
		}
		if err := o.w.Element(); err != nil {
			return err
		}
		if s := o.stream(window.LE32(b[i+14:])); s != nil && s.last < 0 {
			s.last = int64(window.LE64(b[i+6:]))
		}
		b = b[:i+22]
	}
	return nil
}

// seconds is a stream's duration, 0 where it is unknown.
func (s *stream) seconds() float64 {
	if s.last <= 0 || s.rate <= 0 {
		return 0
	}
	if s.high > 0 {
		return float64(s.last>>s.high) / s.rate
	}
	if s.shift > 0 {
		return float64(s.last>>s.shift+s.last&(1<<s.shift-1)) / s.rate
	}
	begin := s.preskip
	if s.first > int64(10*s.rate) && s.first < s.last { // a part of a stream that was running already
		begin = s.first
	}
	return float64(s.last-begin) / s.rate
}

func (o *file) describe() {
	m := o.r.Description.Media
	var longest float64
	for _, s := range o.streams {
		longest = max(longest, s.seconds())
		spoken, title := "", ""
		if s.comment != nil {
			spoken, title = language.Tag(s.comment.Tags.First(tags.Language)), s.comment.Tags.First(tags.Title)
		}
		if len(o.streams) == 1 {
			spoken, title = "", ""
		}
		switch {
		case s.audio != nil:
			s.audio.Language, s.audio.Title = spoken, title
			m.Audio = append(m.Audio, *s.audio)
		case s.video != nil:
			m.Video = append(m.Video, *s.video)
		case s.subtitle != nil:
			s.subtitle.Language, s.subtitle.Title = spoken, title
			m.Subtitles = append(m.Subtitles, *s.subtitle)
		}
	}
	o.r.SetDuration(longest, o.w.Size())
	if len(m.Video) > 0 {
		o.r.Kind = media.KindVideo
	} else if len(m.Audio) == 1 && m.Audio[0].Codec == "speex" {
		o.r.Kind = media.KindAudio
	}
	if len(m.Audio) == 1 && m.Audio[0].BitRate == 0 && len(m.Video) == 0 {
		m.Audio[0].BitRate = m.BitRate
	}
	for _, s := range o.streams { // the pictures' stream first: its tags are the film's
		if s.video != nil {
			s.comment.Describe(o.r)
		}
	}
	for _, s := range o.streams {
		if s.video == nil {
			s.comment.Describe(o.r)
		}
	}
}
