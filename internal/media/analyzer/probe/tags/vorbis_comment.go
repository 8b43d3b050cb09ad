package tags

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// CommentSource yields the bytes of a comment block in order. An oggPacket is one; a span is one for
// blocks that lie in one piece.
type CommentSource interface {
	Read(b []byte) (n int, err error) // fills b; fewer bytes at the end only
	Skip(n int64) error
	Offset() int64 // of the next byte in the file
}

// Span is a piece of the file as a commentSource.
type Span struct {
	W       *window.Window
	At, End int64
}

// Read fills b.
func (s *Span) Read(b []byte) (int, error) {
	n := int(min(int64(len(b)), max(s.End-s.At, 0), window.Size))
	d, err := s.W.Bytes(s.At, n)
	s.At += int64(copy(b, d))
	return len(d), err
}

// Skip passes over n bytes.
func (s *Span) Skip(n int64) error {
	if n < 0 || n > s.End-s.At {
		return window.ErrMalformed
	}
	s.At += n
	return nil
}

// Offset is where the next byte lies in the file.
func (s *Span) Offset() int64 { return s.At }

// VorbisComment is what a comment block says (Vorbis I specification, 5; RFC 9639, 8.6).
type VorbisComment struct {
	Tags     Set
	Art      ArtChoice
	head     [256]byte // of the comment at hand
	chapters []vorbisChapter
	Whole    bool // as many as it promised
}

type vorbisChapter struct {
	number int
	start  float64
	timed  bool
	title  string
}

// ReadVorbisComment reads a block of comments from its vendor string on. A block that makes no sense
// from some point on says what it said until there.
func ReadVorbisComment(w *window.Window, src CommentSource) (*VorbisComment, error) {
	c := &VorbisComment{}
	vendor, err := commentLength(src)
	if err == nil {
		err = src.Skip(int64(vendor))
	}
	var count uint32
	if err == nil {
		count, err = commentLength(src)
	}
	for ; err == nil && count > 0; count-- {
		if err := w.Element(); err != nil {
			return c, err
		}
		err = c.comment(w, src)
	}
	c.Whole = err == nil
	return c, window.Forgive(err)
}

func commentLength(src CommentSource) (uint32, error) {
	var b [4]byte
	n, err := src.Read(b[:])
	if err == nil && n < len(b) {
		err = window.ErrMalformed
	}
	return window.LE32(b[:]), err
}

// comment reads one "NAME=value"; of a value that is longer than any text only the head is read.
func (c *VorbisComment) comment(w *window.Window, src CommentSource) error {
	n, err := commentLength(src)
	if err != nil {
		return err
	}
	head := &c.head
	start := src.Offset()
	got, err := src.Read(head[:min(int(min(n, 1<<20)), len(head))])
	if err != nil {
		return err
	}
	name, value, found := strings.Cut(string(head[:got]), "=")
	rest := int64(n) - int64(got)
	if !found {
		return src.Skip(rest)
	}
	upper := strings.ToUpper(name)
	if upper == "METADATA_BLOCK_PICTURE" || upper == "COVERART" {
		at := start + int64(len(name)) + 1
		whole := src.Offset() == start+int64(got)
		if err := src.Skip(rest); err != nil || !whole {
			return err
		}
		c.picture(upper, value, media.Artwork{Offset: at, Length: src.Offset() - at}, int64(n)-int64(len(name))-1)
		return nil
	}
	if rest > 0 && c.wanted(upper) {
		more := min(rest, MaxValue)
		if err := w.Alloc(more); err != nil {
			return err
		}
		b := make([]byte, more)
		got, err := src.Read(b)
		if err != nil {
			return err
		}
		value, rest = value+string(b[:got]), rest-int64(got)
	}
	c.add(upper, value)
	return src.Skip(rest)
}

func (c *VorbisComment) wanted(name string) bool {
	return FieldOf(name) != None || strings.HasPrefix(name, "CHAPTER")
}

func (c *VorbisComment) add(name, value string) {
	if strings.HasPrefix(name, "CHAPTER") && len(name) >= 10 {
		c.chapter(name[7:], value)
		return
	}
	c.Tags.AddNamed(name, value)
}

// chapter reads CHAPTER001=00:01:02.345 and CHAPTER001NAME=… (Ogg chapter extension of vorbis-tools).
func (c *VorbisComment) chapter(rest, value string) {
	what := rest[3:]
	number, err := strconv.Atoi(rest[:3])
	if err != nil || len(c.chapters) >= 1000 {
		return
	}
	// The last one, as good as always: time and name stand together.
	i := len(c.chapters) - 1
	for i >= 0 && c.chapters[i].number != number {
		i--
	}
	if i < 0 {
		i = len(c.chapters)
		c.chapters = append(c.chapters, vorbisChapter{number: number})
	}
	switch what {
	case "":
		c.chapters[i].start, c.chapters[i].timed = clockTime(value)
	case "NAME":
		c.chapters[i].title = text.Clean(value)
	}
}

// clockTime reads "hh:mm:ss.fff".
func clockTime(s string) (seconds float64, ok bool) {
	for part := range strings.SplitSeq(strings.TrimSpace(s), ":") {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || !(v >= 0 && v < 1e6) {
			return 0, false
		}
		seconds = seconds*60 + v
	}
	return seconds, true
}

// inOrder returns the chapters by their start.
func (c *VorbisComment) inOrder() []media.Chapter {
	if len(c.chapters) == 0 {
		return nil
	}
	out := make([]media.Chapter, 0, len(c.chapters))
	for _, ch := range c.chapters {
		if ch.timed {
			out = append(out, media.Chapter{StartSeconds: ch.start, Title: ch.title})
		}
	}
	slices.SortFunc(out, func(a, b media.Chapter) int {
		return cmp.Or(cmp.Compare(a.StartSeconds, b.StartSeconds), cmp.Compare(a.Title, b.Title))
	})
	return out
}

// picture takes a picture in base64 into account: FLAC's PICTURE block, or the bare picture of old
// (COVERART). art is where its text of n bytes lies; where that is longer, headers of Ogg pages lie between.
func (c *VorbisComment) picture(name, head string, art media.Artwork, n int64) {
	raw, _ := base64.StdEncoding.DecodeString(head[:len(head)/4*4])
	if art.Encoding = "base64"; art.Length != n {
		art.Encoding = "ogg+base64"
	}
	if name == "COVERART" {
		c.Art.Offer(pictureOther, artMIME("", raw), art)
		return
	}
	p, ok := ParsePictureHead(raw)
	if !ok {
		return
	}
	c.Art.Offer(p.Kind, p.MIME, art)
}

// PictureHead is what stands before the picture in FLAC's PICTURE block (RFC 9639, 8.8).
type PictureHead struct {
	Kind   byte
	MIME   string
	Size   int64 // of the head
	Length int64 // of the picture
}

// ParsePictureHead reads what stands before a picture's bytes.
func ParsePictureHead(b []byte) (p PictureHead, ok bool) {
	if len(b) < 8 || window.BE32(b) > 255 {
		return p, false
	}
	p.Kind = byte(window.BE32(b))
	rest := b[4:]
	text := func() (string, bool) {
		if len(rest) < 4 {
			return "", false
		}
		n := window.BE32(rest)
		if uint64(n) > uint64(len(rest)-4) {
			return "", false
		}
		s := string(rest[4 : 4+n])
		rest = rest[4+n:]
		return s, true
	}
	mime, ok := text()
	if !ok || mime == "-->" {
		return p, false
	}
	if _, ok = text(); !ok || len(rest) < 20 {
		return p, false
	}
	p.Length = int64(window.BE32(rest[16:]))
	p.Size = int64(len(b)-len(rest)) + 20
	p.MIME = artMIME(mime, rest[20:])
	return p, true
}

// Describe brings the comments to r. A nil c says nothing.
func (c *VorbisComment) Describe(r *format.Result) {
	if c == nil {
		return
	}
	m := r.Description.Media
	if m.Artwork == nil {
		m.Artwork = c.Art.Art
	}
	if len(m.Chapters) == 0 {
		m.Chapters = c.inOrder()
	}
	c.Tags.Describe(r)
}
