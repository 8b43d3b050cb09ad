package probe

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// commentSource yields the bytes of a comment block in order. An oggPacket is one; a span is one for
// blocks that lie in one piece.
type commentSource interface {
	read(b []byte) (n int, err error) // fills b; fewer bytes at the end only
	skip(n int64) error
	offset() int64 // of the next byte in the file
}

// span is a piece of the file as a commentSource.
type span struct {
	w       *Window
	at, end int64
}

func (s *span) read(b []byte) (int, error) {
	n := int(min(int64(len(b)), max(s.end-s.at, 0), windowSize))
	d, err := s.w.Bytes(s.at, n)
	s.at += int64(copy(b, d))
	return len(d), err
}

func (s *span) skip(n int64) error {
	if n < 0 || n > s.end-s.at {
		return ErrMalformed
	}
	s.at += n
	return nil
}

func (s *span) offset() int64 { return s.at }

// vorbisComment is what a comment block says (Vorbis I specification, 5; RFC 9639, 8.6).
type vorbisComment struct {
	tags     tagSet
	art      artChoice
	head     [256]byte // of the comment at hand
	chapters []vorbisChapter
	whole    bool // as many as it promised
}

type vorbisChapter struct {
	number int
	start  float64
	timed  bool
	title  string
}

// readVorbisComment reads a block of comments from its vendor string on. A block that makes no sense
// from some point on says what it said until there.
func readVorbisComment(w *Window, src commentSource) (*vorbisComment, error) {
	c := &vorbisComment{}
	vendor, err := commentLength(src)
	if err == nil {
		err = src.skip(int64(vendor))
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
	c.whole = err == nil
	return c, softTagError(err)
}

func commentLength(src commentSource) (uint32, error) {
	var b [4]byte
	n, err := src.read(b[:])
	if err == nil && n < len(b) {
		err = ErrMalformed
	}
	return le32(b[:]), err
}

// comment reads one "NAME=value"; of a value that is longer than any text only the head is read.
func (c *vorbisComment) comment(w *Window, src commentSource) error {
	n, err := commentLength(src)
	if err != nil {
		return err
	}
	head := &c.head
	start := src.offset()
	got, err := src.read(head[:min(int(min(n, 1<<20)), len(head))])
	if err != nil {
		return err
	}
	name, value, found := strings.Cut(string(head[:got]), "=")
	rest := int64(n) - int64(got)
	if !found {
		return src.skip(rest)
	}
	upper := strings.ToUpper(name)
	if upper == "METADATA_BLOCK_PICTURE" || upper == "COVERART" {
		at := start + int64(len(name)) + 1
		whole := src.offset() == start+int64(got)
		if err := src.skip(rest); err != nil || !whole {
			return err
		}
		c.picture(upper, value, media.Artwork{Offset: at, Length: src.offset() - at}, int64(n)-int64(len(name))-1)
		return nil
	}
	if rest > 0 && c.wanted(upper) {
		more := min(rest, maxTagValue)
		if err := w.Alloc(more); err != nil {
			return err
		}
		b := make([]byte, more)
		got, err := src.read(b)
		if err != nil {
			return err
		}
		value, rest = value+string(b[:got]), rest-int64(got)
	}
	c.add(upper, value)
	return src.skip(rest)
}

func (c *vorbisComment) wanted(name string) bool {
	return tagFieldOf(name) != tagNone || strings.HasPrefix(name, "CHAPTER")
}

func (c *vorbisComment) add(name, value string) {
	if strings.HasPrefix(name, "CHAPTER") && len(name) >= 10 {
		c.chapter(name[7:], value)
		return
	}
	c.tags.addNamed(name, value)
}

// chapter reads CHAPTER001=00:01:02.345 and CHAPTER001NAME=… (Ogg chapter extension of vorbis-tools).
func (c *vorbisComment) chapter(rest, value string) {
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
		c.chapters[i].title = cleanText(value)
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
func (c *vorbisComment) inOrder() []media.Chapter {
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
func (c *vorbisComment) picture(name, head string, art media.Artwork, n int64) {
	raw, _ := base64.StdEncoding.DecodeString(head[:len(head)/4*4])
	if art.Encoding = "base64"; art.Length != n {
		art.Encoding = "ogg+base64"
	}
	if name == "COVERART" {
		c.art.offer(pictureOther, artMIME("", raw), art)
		return
	}
	p, ok := parsePictureHead(raw)
	if !ok {
		return
	}
	c.art.offer(p.kind, p.mime, art)
}

// pictureHead is what stands before the picture in FLAC's PICTURE block (RFC 9639, 8.8).
type pictureHead struct {
	kind   byte
	mime   string
	size   int64 // of the head
	length int64 // of the picture
}

func parsePictureHead(b []byte) (p pictureHead, ok bool) {
	if len(b) < 8 || be32(b) > 255 {
		return p, false
	}
	p.kind = byte(be32(b))
	rest := b[4:]
	text := func() (string, bool) {
		if len(rest) < 4 {
			return "", false
		}
		n := be32(rest)
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
	p.length = int64(be32(rest[16:]))
	p.size = int64(len(b)-len(rest)) + 20
	p.mime = artMIME(mime, rest[20:])
	return p, true
}

// describe brings the comments to r. A nil c says nothing.
func (c *vorbisComment) describe(r *Result) {
	if c == nil {
		return
	}
	m := r.Description.Media
	if m.Artwork == nil {
		m.Artwork = c.art.art
	}
	if len(m.Chapters) == 0 {
		m.Chapters = c.inOrder()
	}
	c.tags.describe(r)
}
