package mp4

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// maxMP4Text bounds one item of text; what is longer is lyrics or no text.
const maxMP4Text = 8 << 10

// userData reads a udta box, of the file (t nil) or of a track: iTunes' metadata inside meta, Nero's
// chapters, the track's name, and QuickTime's own text items (QuickTime File Format, "User Data Atoms").
func (p *mp4) userData(udta isobmff.Box, t *track) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := isobmff.Children(p.w, udta, 0)
	for walk.Next() {
		b := walk.Box
		switch {
		case b.Kind == "meta":
			err = p.meta(b, t)
		case t != nil:
			err = t.userText(p.w, b)
		case b.Kind == "chpl":
			err = p.neroChapters(b)
		case b.Kind[0] == 0xA9:
			err = p.quickTimeText(b)
		default:
			err = p.threeGPText(b)
		}
		if err != nil {
			return err
		}
	}
	return walk.Err
}

// userText reads what user data say of a track: its name, and a role by which its subtitles are forced.
func (t *track) userText(w *window.Window, b isobmff.Box) error {
	if b.Kind != "name" && b.Kind != "kind" {
		return nil
	}
	d, err := isobmff.Payload(w, b, 256)
	if err != nil {
		return err
	}
	if b.Kind == "name" {
		t.title = cmp.Or(t.title, text.Clean(text.CString(d)))
		return nil
	}
	if len(d) <= 4 {
		return nil
	}
	uri := text.CString(d[4:])
	if rest := d[4+len(uri):]; len(rest) > 1 {
		role := text.CString(rest[1:])
		t.forced = t.forced || role == "forced-subtitle" || role == "forced_subtitle"
	}
	return nil
}

// quickTimeText reads a text item of QuickTime's: size, language, text in that language's Macintosh
// encoding or in UTF-8. Only the first text of the item is taken.
func (p *mp4) quickTimeText(b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, maxMP4Text)
	if err != nil || len(d) < 4 {
		return err
	}
	n, language := int(window.BE16(d)), window.BE16(d[2:])
	if n > len(d)-4 {
		return nil
	}
	chars := string(d[4 : 4+n])
	if language < 0x400 {
		chars = text.Mac(d[4 : 4+n])
	}
	p.quick.Add(tags.ILSTNames[b.Kind], chars)
	p.recorded(b.Kind, chars)
	return nil
}

// threeGPText reads the asset information of 3GPP files (3GPP TS 26.244, 8).
func (p *mp4) threeGPText(b isobmff.Box) error {
	var f tags.Field
	switch b.Kind {
	case "titl":
		f = tags.Title
	case "auth", "perf":
		f = tags.Artist
	case "albm":
		f = tags.Album
	case "gnre":
		f = tags.Genre
	case "dscp":
		f = tags.Plot
	case "yrrc":
		d, err := isobmff.Payload(p.w, b, 6)
		if err == nil && len(d) == 6 {
			p.quick.Add(tags.Year, strconv.Itoa(int(window.BE16(d[4:]))))
		}
		return err
	case "loci":
		return p.threeGPLocation(b)
	default:
		return nil
	}
	d, err := isobmff.Payload(p.w, b, 1024)
	if err != nil || len(d) < 7 {
		return err
	}
	chars := d[6:]
	if len(chars) >= 2 && chars[0] == 0xFE && chars[1] == 0xFF {
		p.quick.Add(f, text.UTF16(chars[2:], true))
		return nil
	}
	p.quick.Add(f, text.CString(chars))
	return nil
}

// meta reads a meta box: a full box in MP4, a plain one in QuickTime, whose first child then begins at
// once.
func (p *mp4) meta(b isobmff.Box, t *track) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	d, err := isobmff.Payload(p.w, b, 8)
	if err != nil || len(d) < 8 {
		return err
	}
	skip := int64(4)
	if string(d[4:8]) == "hdlr" || string(d[4:8]) == "keys" {
		skip = 0
	}
	var keys []string
	walk := isobmff.Children(p.w, b, skip)
	for walk.Next() {
		switch walk.Box.Kind {
		case "keys":
			keys, err = p.metaKeys(walk.Box)
		case "ilst":
			err = p.itemList(walk.Box, keys, t)
		}
		if err != nil {
			return err
		}
	}
	return walk.Err
}

// metaKeys reads the names that items of QuickTime metadata refer to by number.
func (p *mp4) metaKeys(b isobmff.Box) ([]string, error) {
	var keys []string
	walk := isobmff.Children(p.w, b, 8)
	for walk.Next() && len(keys) < 256 {
		d, err := isobmff.Payload(p.w, walk.Box, 128)
		if err != nil {
			return nil, err
		}
		keys = append(keys, strings.TrimPrefix(string(d), "com.apple.quicktime."))
	}
	return keys, walk.Err
}

// itemList reads ilst, the list of metadata items, each with its data boxes.
func (p *mp4) itemList(ilst isobmff.Box, keys []string, t *track) error {
	walk := isobmff.Children(p.w, ilst, 0)
	for walk.Next() {
		b := walk.Box
		name := b.Kind
		if i := int64(window.BE32([]byte(b.Kind))); i >= 1 && i <= int64(len(keys)) {
			name = keys[i-1]
		}
		if err := p.item(b, name, t); err != nil {
			return err
		}
	}
	return walk.Err
}

// item reads one item. A free one ("----") names itself by a name box.
func (p *mp4) item(item isobmff.Box, name string, t *track) error {
	walk := isobmff.Children(p.w, item, 0)
	for walk.Next() {
		b := walk.Box
		switch b.Kind {
		case "name":
			d, err := isobmff.Payload(p.w, b, 256)
			if err != nil {
				return err
			}
			if len(d) > 4 {
				name = "----" + string(d[4:])
			}
		case "data":
			d, err := isobmff.Payload(p.w, b, 8+maxMP4Text)
			if err != nil {
				return err
			}
			if len(d) < 8 {
				continue
			}
			value := value{box: b, kind: window.BE32(d) & 0xFFFFFF, data: d[8:]}
			if t != nil {
				t.item(p, name, value)
				continue
			}
			p.recorded(name, value.text())
			p.value(&p.tags, &p.quick, name, value)
		}
	}
	return walk.Err
}

// item takes an item of a track's own list: its title, and tags, should the track be all there is. GStreamer
// leaves those of a song with its track.
func (t *track) item(p *mp4, name string, v value) {
	if (name == "\xa9nam" || name == "title") && t.title == "" {
		t.title = text.Clean(v.text())
	}
	if t.tags == nil {
		t.tags = new(tags.Set)
	}
	p.value(t.tags, t.tags, name, v)
}

// value is the content of a data box: its well-known type, and the first bytes of the data.
type value struct {
	box  isobmff.Box
	kind uint32
	data []byte
}

// text decodes the value by its type: UTF-8, UTF-16, or a big-endian number.
func (v value) text() string {
	switch v.kind {
	case 2, 5:
		return text.UTF16(v.data, true)
	case 21, 22, 65, 66, 67, 74, 75, 76, 77, 78:
		return strconv.FormatInt(v.number(), 10)
	}
	return string(v.data)
}

// number reads up to eight big-endian bytes, signed where the type says so.
func (v value) number() int64 {
	if len(v.data) == 0 || len(v.data) > 8 {
		return 0
	}
	var n int64
	if v.kind != 22 && v.data[0]&0x80 != 0 {
		n = -1
	}
	for _, c := range v.data {
		n = n<<8 | int64(c)
	}
	return n
}

// value brings one value to the tags, or to those that rank below, and the cover to the artwork.
func (p *mp4) value(set, quick *tags.Set, name string, v value) {
	switch name {
	case "covr", "artwork":
		p.cover(v)
	case "trkn", "disk":
		if len(v.data) >= 4 {
			total := append(v.data[4:len(v.data):len(v.data)], 0, 0) // which some writers leave out
			set.Add(tags.ILSTNames[name], strconv.Itoa(int(window.BE16(v.data[2:])))+"/"+strconv.Itoa(int(window.BE16(total))))
		}
	case "gnre":
		if n := v.number(); n > 0 {
			set.Add(tags.Genre, tags.GenreByNumber(int(min(n-1, 255))))
		}
	case "cpil", "stik", "tvsn", "tves", "\xa9mvi":
		v.kind = 21
		set.Add(tags.ILSTNames[name], v.text())
	case "creationdate":
		quick.Add(tags.Date, v.text())
	default:
		if free, ok := strings.CutPrefix(name, "----"); ok {
			set.AddNamed(free, v.text())
		} else if f := tags.ILSTNames[name]; f != tags.None {
			set.Add(f, v.text())
		} else if len(name) > 4 {
			quick.AddNamed(name, v.text())
		}
	}
}

// cover notes where the first cover picture lies.
func (p *mp4) cover(v value) {
	m := p.r.Description.Media
	if m.Artwork != nil || v.box.Size <= 8 || v.box.Cut {
		return
	}
	m.Artwork = &media.Artwork{Offset: v.box.Off + 8, Length: v.box.Size - 8}
	switch v.kind {
	case 12:
		m.Artwork.MIME = "image/gif"
	case 13:
		m.Artwork.MIME = "image/jpeg"
	case 14:
		m.Artwork.MIME = "image/png"
	case 27:
		m.Artwork.MIME = "image/bmp"
	}
	if m := tags.PictureMIME(v.data); m != "" { // the type is wrong in many a file
		p.r.Description.Media.Artwork.MIME = m
	}
}
