package asf

import (
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// content reads the Content Description Object (3.10): title, author, copyright, description, rating.
func (p *asf) content(d []byte) {
	if len(d) < 10 {
		return
	}
	rest := d[10:]
	for i, f := range [...]tags.Field{tags.Title, tags.Artist, tags.None, tags.None, tags.None} {
		n := int(window.LE16(d[2*i:]))
		if n > len(rest) {
			return
		}
		p.tags.Add(f, text.UTF16(rest[:n], false))
		rest = rest[n:]
	}
}

// attributes reads named values: an Extended Content Description Object (3.11), or a Metadata or Metadata
// Library Object (4.7 and 4.8), whose entries have larger heads. Pictures in it are stepped over.
func (p *asf) attributes(o object) error {
	at, end := o.off, o.off+o.size
	d, err := p.w.Bytes(at, int(min(2, o.size)))
	if err != nil || len(d) < 2 {
		return err
	}
	at += 2
	for n := int(window.LE16(d)); n > 0; n-- {
		if err := p.w.Element(); err != nil {
			return err
		}
		a, err := p.attribute(o.guid, at, end)
		if err != nil || a.end <= at {
			return err
		}
		if err := p.attributeValue(a); err != nil {
			return err
		}
		at = a.end
	}
	return nil
}

// attribute is a named value: where it lies, and its type (0 text, 1 bytes, 2 truth, 3 to 5 numbers).
type attribute struct {
	name   string
	kind   uint16
	stream uint16
	off    int64
	size   int64
	end    int64
	more   bool // of a library, whose values come behind those of the objects in front
}

func (p *asf) attribute(guid string, at, end int64) (a attribute, err error) {
	head := int64(12)
	if guid == moreContent {
		head = 2
	}
	if end-at < head {
		return a, nil
	}
	d, err := p.w.Bytes(at, int(head))
	if err != nil {
		return a, err
	}
	name := int64(window.LE16(d))
	if guid != moreContent {
		a.more = true
		a.stream, name, a.kind, a.size = window.LE16(d[2:]), int64(window.LE16(d[4:])), window.LE16(d[6:]), int64(window.LE32(d[8:]))
	}
	at += head
	if name > min(end-at, 1024) {
		return attribute{}, nil
	}
	if d, err = p.w.Bytes(at, int(name)); err != nil {
		return a, err
	}
	a.name = text.Clean(text.UTF16(d, false))
	at += name
	if guid == moreContent {
		if end-at < 4 {
			return attribute{}, nil
		}
		if d, err = p.w.Bytes(at, 4); err != nil {
			return a, err
		}
		a.kind, a.size = window.LE16(d), int64(window.LE16(d[2:]))
		at += 4
	}
	a.off = at
	if a.size > end-at {
		return attribute{}, nil
	}
	a.end = at + a.size
	return a, nil
}

func (p *asf) attributeValue(a attribute) error {
	if a.name == "WM/Picture" && a.kind == 1 {
		return p.picture(a)
	}
	if a.stream != 0 || a.kind == 1 {
		return nil
	}
	d, err := p.w.Bytes(a.off, int(min(a.size, 2*tags.MaxValue)))
	if err != nil {
		return err
	}
	var value string
	switch {
	case a.kind == 0:
		value = text.UTF16(d, false)
		if n, ok := tags.NumberOf(value); ok && a.name == "WM/Track" {
			value = strconv.Itoa(n + 1)
		}
	case a.kind >= 2 && a.kind <= 5:
		var v uint64
		for i := min(len(d), 8) - 1; i >= 0; i-- {
			v = v<<8 | uint64(d[i])
		}
		value = strconv.FormatUint(v, 10)
		if a.name == "WM/Track" { // the old field, which counts from zero, as a text too
			value = strconv.FormatUint(v+1, 10)
		}
	}
	field := tags.FieldOf(a.name)
	if strings.EqualFold(a.name, "Author") { // who is credited, in this format
		field = tags.Artist
	}
	if a.more {
		p.more.Add(field, value)
	} else {
		p.tags.Add(field, value)
	}
	return nil
}

// picture notes where a cover lies: behind its kind, size, MIME type and description. The front cover
// goes before others.
func (p *asf) picture(a attribute) error {
	d, err := p.w.Bytes(a.off, int(min(a.size, 1024)))
	if err != nil || len(d) < 9 {
		return err
	}
	kind, length := d[0], int64(window.LE32(d[1:]))
	rest := d[5:]
	var chars [2]string
	for i := range chars {
		j := 0
		for j+1 < len(rest) && (rest[j] != 0 || rest[j+1] != 0) {
			j += 2
		}
		if j+1 >= len(rest) {
			return nil
		}
		chars[i] = text.Clean(text.UTF16(rest[:j], false))
		rest = rest[j+2:]
	}
	off := a.off + int64(len(d)-len(rest))
	m := p.r.Description.Media
	if length <= 0 || length > a.end-off || m.Artwork != nil && kind != 3 {
		return nil
	}
	m.Artwork = &media.Artwork{Offset: off, Length: length, MIME: chars[0]}
	if mime := tags.PictureMIME(rest); mime != "" {
		m.Artwork.MIME = mime
	}
	return nil
}

// markers reads the Marker Object (3.7) as chapters. Their times count the preroll in.
func (p *asf) markers(d []byte) error {
	if len(d) < 24 {
		return nil
	}
	n, name := int64(window.LE32(d[16:])), int(window.LE16(d[22:]))
	if name > len(d)-24 {
		return nil
	}
	var list []media.Chapter
	for d = d[24+name:]; n > 0; n-- {
		if err := p.w.Element(); err != nil {
			return err
		}
		if len(d) < 30 || uint64(window.LE32(d[26:]))*2 > uint64(len(d)-30) {
			return nil
		}
		size := int(window.LE32(d[26:])) * 2
		start := max(float64(window.LE64(d[8:]))/1e7-float64(p.preroll)/1e3, 0)
		list = append(list, media.Chapter{StartSeconds: start, Title: text.Clean(text.UTF16(d[30:30+size], false))})
		d = d[30+size:]
	}
	p.r.Description.Media.Chapters = list
	return nil
}
