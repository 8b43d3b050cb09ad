package probe

import (
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// maxMP4Text bounds one item of text; what is longer is lyrics or no text.
const maxMP4Text = 8 << 10

// userData reads a udta box, of the file (t nil) or of a track: iTunes' metadata inside meta, Nero's
// chapters, the track's name, and QuickTime's own text items (QuickTime File Format, "User Data Atoms").
func (p *mp4) userData(udta box, t *mp4Track) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := p.w.children(udta, 0)
	for walk.next() {
		b := walk.box
		switch {
		case b.kind == "meta":
			err = p.meta(b, t)
		case b.kind == "chpl" && t == nil:
			err = p.neroChapters(b)
		case b.kind == "name" && t != nil:
			var d []byte
			if d, err = p.w.payload(b, 256); err == nil && t.title == "" {
				t.title = cleanText(cString(d))
			}
		case b.kind == "kind" && t != nil:
			var d []byte
			if d, err = p.w.payload(b, 256); err == nil && len(d) > 4 {
				uri := cString(d[4:])
				if rest := d[4+len(uri):]; len(rest) > 1 {
					switch cString(rest[1:]) {
					case "forced-subtitle", "forced_subtitle":
						t.forced = true
					}
				}
			}
		case b.kind[0] == 0xA9 && t == nil:
			err = p.quickTimeText(b)
		case t == nil:
			err = p.threeGPText(b)
		}
		if err != nil {
			return err
		}
	}
	return walk.err
}

// quickTimeText reads a text item of QuickTime's: size, language, text in that language's Macintosh
// encoding or in UTF-8. Only the first text of the item is taken.
func (p *mp4) quickTimeText(b box) error {
	d, err := p.w.payload(b, maxMP4Text)
	if err != nil || len(d) < 4 {
		return err
	}
	n, language := int(be16(d)), be16(d[2:])
	if n > len(d)-4 {
		return nil
	}
	text := string(d[4 : 4+n])
	if language < 0x400 {
		text = macText(d[4 : 4+n])
	}
	p.quick.add(ilstNames[b.kind], text)
	p.recorded(b.kind, text)
	return nil
}

// threeGPText reads the asset information of 3GPP files (3GPP TS 26.244, 8).
func (p *mp4) threeGPText(b box) error {
	var f tagField
	switch b.kind {
	case "titl":
		f = tagTitle
	case "auth", "perf":
		f = tagArtist
	case "albm":
		f = tagAlbum
	case "gnre":
		f = tagGenre
	case "dscp":
		f = tagPlot
	case "yrrc":
		d, err := p.w.payload(b, 6)
		if err == nil && len(d) == 6 {
			p.quick.add(tagYear, strconv.Itoa(int(be16(d[4:]))))
		}
		return err
	case "loci":
		return p.threeGPLocation(b)
	default:
		return nil
	}
	d, err := p.w.payload(b, 1024)
	if err != nil || len(d) < 7 {
		return err
	}
	text := d[6:]
	if len(text) >= 2 && text[0] == 0xFE && text[1] == 0xFF {
		p.quick.add(f, utf16Text(text[2:], true))
		return nil
	}
	p.quick.add(f, cString(text))
	return nil
}

// meta reads a meta box: a full box in MP4, a plain one in QuickTime, whose first child then begins at
// once.
func (p *mp4) meta(b box, t *mp4Track) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	d, err := p.w.payload(b, 8)
	if err != nil || len(d) < 8 {
		return err
	}
	skip := int64(4)
	if string(d[4:8]) == "hdlr" || string(d[4:8]) == "keys" {
		skip = 0
	}
	var keys []string
	walk := p.w.children(b, skip)
	for walk.next() {
		switch walk.box.kind {
		case "keys":
			keys, err = p.metaKeys(walk.box)
		case "ilst":
			err = p.itemList(walk.box, keys, t)
		}
		if err != nil {
			return err
		}
	}
	return walk.err
}

// metaKeys reads the names that items of QuickTime metadata refer to by number.
func (p *mp4) metaKeys(b box) ([]string, error) {
	var keys []string
	walk := p.w.children(b, 8)
	for walk.next() && len(keys) < 256 {
		d, err := p.w.payload(walk.box, 128)
		if err != nil {
			return nil, err
		}
		keys = append(keys, strings.TrimPrefix(string(d), "com.apple.quicktime."))
	}
	return keys, walk.err
}

// itemList reads ilst, the list of metadata items, each with its data boxes.
func (p *mp4) itemList(ilst box, keys []string, t *mp4Track) error {
	walk := p.w.children(ilst, 0)
	for walk.next() {
		b := walk.box
		name := b.kind
		if i := int64(be32([]byte(b.kind))); i >= 1 && i <= int64(len(keys)) {
			name = keys[i-1]
		}
		if err := p.item(b, name, t); err != nil {
			return err
		}
	}
	return walk.err
}

// item reads one item. A free one ("----") names itself by a name box.
func (p *mp4) item(item box, name string, t *mp4Track) error {
	walk := p.w.children(item, 0)
	for walk.next() {
		b := walk.box
		switch b.kind {
		case "name":
			d, err := p.w.payload(b, 256)
			if err != nil {
				return err
			}
			if len(d) > 4 {
				name = "----" + string(d[4:])
			}
		case "data":
			d, err := p.w.payload(b, 8+maxMP4Text)
			if err != nil {
				return err
			}
			if len(d) < 8 {
				continue
			}
			value := mp4Value{box: b, kind: be32(d) & 0xFFFFFF, data: d[8:]}
			if t != nil {
				t.item(p, name, value)
				continue
			}
			p.recorded(name, value.text())
			p.value(&p.tags, &p.quick, name, value)
		}
	}
	return walk.err
}

// item takes an item of a track's own list: its title, and tags, should the track be all there is. GStreamer
// leaves those of a song with its track.
func (t *mp4Track) item(p *mp4, name string, v mp4Value) {
	if (name == "\xa9nam" || name == "title") && t.title == "" {
		t.title = cleanText(v.text())
	}
	if t.tags == nil {
		t.tags = new(tagSet)
	}
	p.value(t.tags, t.tags, name, v)
}

// mp4Value is the content of a data box: its well-known type, and the first bytes of the data.
type mp4Value struct {
	box  box
	kind uint32
	data []byte
}

// text decodes the value by its type: UTF-8, UTF-16, or a big-endian number.
func (v mp4Value) text() string {
	switch v.kind {
	case 2, 5:
		return utf16Text(v.data, true)
	case 21, 22, 65, 66, 67, 74, 75, 76, 77, 78:
		return strconv.FormatInt(v.number(), 10)
	}
	return string(v.data)
}

// number reads up to eight big-endian bytes, signed where the type says so.
func (v mp4Value) number() int64 {
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
func (p *mp4) value(tags, quick *tagSet, name string, v mp4Value) {
	switch name {
	case "covr", "artwork":
		p.cover(v)
	case "trkn", "disk":
		if len(v.data) >= 6 {
			tags.add(ilstNames[name], strconv.Itoa(int(be16(v.data[2:])))+"/"+strconv.Itoa(int(be16(v.data[4:]))))
		}
	case "gnre":
		if n := v.number(); n > 0 {
			tags.add(tagGenre, genreByNumber(int(min(n-1, 255))))
		}
	case "cpil", "stik", "tvsn", "tves", "\xa9mvi":
		v.kind = 21
		tags.add(ilstNames[name], v.text())
	case "creationdate":
		quick.add(tagDate, v.text())
	default:
		if free, ok := strings.CutPrefix(name, "----"); ok {
			tags.addNamed(free, v.text())
		} else if f := ilstNames[name]; f != tagNone {
			tags.add(f, v.text())
		} else if len(name) > 4 {
			quick.addNamed(name, v.text())
		}
	}
}

// cover notes where the first cover picture lies.
func (p *mp4) cover(v mp4Value) {
	m := p.r.Description.Media
	if m.Artwork != nil || v.box.size <= 8 || v.box.cut {
		return
	}
	m.Artwork = &media.Artwork{Offset: v.box.off + 8, Length: v.box.size - 8}
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
	if m := pictureMIME(v.data); m != "" { // the type is wrong in many a file
		p.r.Description.Media.Artwork.MIME = m
	}
}

// pictureMIME tells a picture's kind by its first bytes; empty where it is none of the usual.
func pictureMIME(b []byte) string {
	switch {
	case len(b) >= 3 && string(b[:3]) == "\xFF\xD8\xFF":
		return "image/jpeg"
	case len(b) >= 8 && string(b[:8]) == "\x89PNG\r\n\x1A\n":
		return "image/png"
	case len(b) >= 6 && string(b[:4]) == "GIF8":
		return "image/gif"
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	case len(b) >= 2 && string(b[:2]) == "BM":
		return "image/bmp"
	}
	return ""
}
