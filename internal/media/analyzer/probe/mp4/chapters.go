package mp4

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// maxMP4TitleReads bounds the reads for titles that lie apart from each other in the media.
const maxMP4TitleReads = 4

// neroChapters reads chpl, Nero's list: starts in units of 100 ns, and titles of UTF-8.
func (p *mp4) neroChapters(b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, window.Size)
	if err != nil || len(d) < 9 {
		return err
	}
	n, rest := int(d[8]), d[9:] // version 1 has a reserved field of four bytes in front of the count
	if d[0] == 0 {
		n, rest = int(d[4]), d[5:]
	}
	for range n {
		if len(rest) < 9 || len(rest) < 9+int(rest[8]) {
			break
		}
		if err := p.w.Element(); err != nil {
			return err
		}
		title := rest[9 : 9+int(rest[8])]
		p.chapters = append(p.chapters, media.Chapter{StartSeconds: float64(window.BE64(rest)) / 1e7, Title: text.Clean(string(title))})
		rest = rest[9+len(title):]
	}
	return nil
}

// trackChapters finds the tracks that other tracks name as their chapters and, unless Nero's list has
// told it all, reads starts and titles from the first text track among them.
func (p *mp4) trackChapters() error {
	var text *track
	for _, t := range p.tracks {
		for _, id := range t.chapters {
			i := slices.IndexFunc(p.tracks, func(c *track) bool { return c.id == id && c != t })
			if i < 0 {
				continue
			}
			c := p.tracks[i]
			if c.handler == "text" || c.handler == "sbtl" || c.handler == "vide" && c.id != t.id && len(c.chapters) == 0 {
				c.role = chapters
			}
			if text == nil && c.role == chapters && c.handler != "vide" {
				text = c
			}
		}
	}
	// One byte counts the entries of Nero's list: a full one may be the start of a longer one.
	if text == nil || len(p.chapters) > 0 && len(p.chapters) < 255 {
		return nil
	}
	chapters, err := p.chapterTrack(text)
	if err != nil {
		return err
	}
	if len(chapters) > len(p.chapters) {
		p.chapters = chapters
	}
	return nil
}

// chapterTrack reads the sample tables of a chapter track. Titles are samples of the media; those that
// would cost too many reads stay unknown, while the starts are all told.
func (p *mp4) chapterTrack(t *track) ([]media.Chapter, error) {
	tables := make(map[string][]byte, 5)
	walk := isobmff.Children(p.w, t.table, 0)
	for walk.Next() {
		switch k := walk.Box.Kind; k {
		case "stts", "stsz", "stsc", "stco", "co64":
			if walk.Box.Size > 8*format.MaxChapters+16 || walk.Box.Size < 8 {
				return nil, nil
			}
			d, err := p.w.ReadFull(walk.Box.Off, walk.Box.Size)
			if err != nil {
				return nil, err
			}
			tables[k] = d
		}
	}
	if walk.Err != nil {
		return nil, walk.Err
	}
	starts, err := p.chapterStarts(t, tables["stts"])
	if err != nil {
		return nil, err
	}
	samples := samples(tables, len(starts))
	p.w.Ahead(aside)
	defer p.w.Ahead(window.Size)
	reads, end := 0, int64(-1)
	for i, s := range samples {
		if s.off < end || s.off < window.HeadSize {
			// in the window, or in the head
		} else if reads++; reads > maxMP4TitleReads {
			break
		} else {
			end = s.off + aside - 512
		}
		if s.size < 2 || s.size > 1024 {
			continue
		}
		d, err := p.w.Bytes(s.off, int(s.size))
		if err != nil {
			return starts, nil // the media is not all there: the starts still hold
		}
		starts[i].Title = chapterTitle(d)
	}
	return starts, nil
}

func (p *mp4) chapterStarts(t *track, stts []byte) ([]media.Chapter, error) {
	if len(stts) < 8 {
		return nil, nil
	}
	var out []media.Chapter
	var at uint64
	for e := stts[8:]; len(e) >= 8; e = e[8:] {
		for range window.BE32(e) {
			if err := p.w.Element(); err != nil || len(out) >= format.MaxChapters {
				return nil, err
			}
			out = append(out, media.Chapter{StartSeconds: format.Seconds(at, t.timescale)})
			at += uint64(window.BE32(e[4:]))
		}
	}
	return out, nil
}

// sample is where one sample lies.
type sample struct{ off, size int64 }

// samples finds the first n samples by the tables of sizes, chunks and offsets (8.7); it returns
// fewer where the tables do.
func samples(tables map[string][]byte, n int) []sample {
	stsz, stsc := tables["stsz"], tables["stsc"]
	chunk := func(i int) (int64, bool) {
		if d := tables["stco"]; len(d) >= 8+4*(i+1) {
			return int64(window.BE32(d[8+4*i:])), true
		}
		if d := tables["co64"]; len(d) >= 8+8*(i+1) {
			v := window.BE64(d[8+8*i:])
			return int64(v &^ (1 << 63)), v < 1<<63
		}
		return 0, false
	}
	if len(stsz) < 12 || len(stsc) < 20 {
		return nil
	}
	all := int64(window.BE32(stsz[4:]))
	out := make([]sample, 0, n)
	entry := stsc[8:]
	for i := 0; len(out) < n; i++ {
		for len(entry) >= 24 && int64(i+1) >= int64(window.BE32(entry[12:])) {
			entry = entry[12:]
		}
		off, ok := chunk(i)
		if !ok {
			return out
		}
		for range min(int64(window.BE32(entry[4:])), int64(n-len(out))) {
			size := all
			if size == 0 {
				if j := len(out); len(stsz) >= 12+4*(j+1) {
					size = int64(window.BE32(stsz[12+4*j:]))
				} else {
					return out
				}
			}
			out = append(out, sample{off, size})
			off += size
		}
	}
	return out
}

// chapterTitle decodes a text sample: its length, then UTF-8, or UTF-16 behind a byte order mark.
func chapterTitle(d []byte) string {
	n := int(window.BE16(d))
	chars := d[2:min(2+n, len(d))]
	if len(chars) >= 2 && chars[0] == 0xFE && chars[1] == 0xFF {
		return text.Clean(text.UTF16(chars[2:], true))
	}
	if len(chars) >= 2 && chars[0] == 0xFF && chars[1] == 0xFE {
		return text.Clean(text.UTF16(chars[2:], false))
	}
	return text.Clean(string(chars))
}
