package probe

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Limits of chapters: an audiobook of fifty hours has a few hundred.
const (
	maxChapters = 4096
	// maxMP4TitleReads bounds the reads for titles that lie apart from each other in the media.
	maxMP4TitleReads = 4
)

// neroChapters reads chpl, Nero's list: starts in units of 100 ns, and titles of UTF-8.
func (p *mp4) neroChapters(b box) error {
	d, err := p.w.payload(b, windowSize)
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
		p.chapters = append(p.chapters, media.Chapter{StartSeconds: float64(be64(rest)) / 1e7, Title: cleanText(string(title))})
		rest = rest[9+len(title):]
	}
	return nil
}

// trackChapters finds the tracks that other tracks name as their chapters and, unless Nero's list has
// told it all, reads starts and titles from the first text track among them.
func (p *mp4) trackChapters() error {
	var text *mp4Track
	for _, t := range p.tracks {
		for _, id := range t.chapters {
			i := slices.IndexFunc(p.tracks, func(c *mp4Track) bool { return c.id == id && c != t })
			if i < 0 {
				continue
			}
			c := p.tracks[i]
			if c.handler == "text" || c.handler == "sbtl" || c.handler == "vide" && c.id != t.id && len(c.chapters) == 0 {
				c.role = mp4Chapters
			}
			if text == nil && c.role == mp4Chapters && c.handler != "vide" {
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
func (p *mp4) chapterTrack(t *mp4Track) ([]media.Chapter, error) {
	tables := make(map[string][]byte, 5)
	walk := p.w.children(t.table, 0)
	for walk.next() {
		switch k := walk.box.kind; k {
		case "stts", "stsz", "stsc", "stco", "co64":
			if walk.box.size > 8*maxChapters+16 || walk.box.size < 8 {
				return nil, nil
			}
			d, err := p.w.ReadFull(walk.box.off, walk.box.size)
			if err != nil {
				return nil, err
			}
			tables[k] = d
		}
	}
	if walk.err != nil {
		return nil, walk.err
	}
	starts, err := p.chapterStarts(t, tables["stts"])
	if err != nil {
		return nil, err
	}
	samples := mp4Samples(tables, len(starts))
	p.w.Ahead(mp4Aside)
	defer p.w.Ahead(windowSize)
	reads, end := 0, int64(-1)
	for i, s := range samples {
		if s.off < end || s.off < HeadSize {
			// in the window, or in the head
		} else if reads++; reads > maxMP4TitleReads {
			break
		} else {
			end = s.off + mp4Aside - 512
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

func (p *mp4) chapterStarts(t *mp4Track, stts []byte) ([]media.Chapter, error) {
	if len(stts) < 8 {
		return nil, nil
	}
	var out []media.Chapter
	var at uint64
	for e := stts[8:]; len(e) >= 8; e = e[8:] {
		for range be32(e) {
			if err := p.w.Element(); err != nil || len(out) >= maxChapters {
				return nil, err
			}
			out = append(out, media.Chapter{StartSeconds: seconds(at, t.timescale)})
			at += uint64(be32(e[4:]))
		}
	}
	return out, nil
}

// mp4Sample is where one sample lies.
type mp4Sample struct{ off, size int64 }

// mp4Samples finds the first n samples by the tables of sizes, chunks and offsets (8.7); it returns
// fewer where the tables do.
func mp4Samples(tables map[string][]byte, n int) []mp4Sample {
	stsz, stsc := tables["stsz"], tables["stsc"]
	chunk := func(i int) (int64, bool) {
		if d := tables["stco"]; len(d) >= 8+4*(i+1) {
			return int64(be32(d[8+4*i:])), true
		}
		if d := tables["co64"]; len(d) >= 8+8*(i+1) {
			v := be64(d[8+8*i:])
			return int64(v &^ (1 << 63)), v < 1<<63
		}
		return 0, false
	}
	if len(stsz) < 12 || len(stsc) < 20 {
		return nil
	}
	all := int64(be32(stsz[4:]))
	out := make([]mp4Sample, 0, n)
	entry := stsc[8:]
	for i := 0; len(out) < n; i++ {
		for len(entry) >= 24 && int64(i+1) >= int64(be32(entry[12:])) {
			entry = entry[12:]
		}
		off, ok := chunk(i)
		if !ok {
			return out
		}
		for range min(int64(be32(entry[4:])), int64(n-len(out))) {
			size := all
			if size == 0 {
				if j := len(out); len(stsz) >= 12+4*(j+1) {
					size = int64(be32(stsz[12+4*j:]))
				} else {
					return out
				}
			}
			out = append(out, mp4Sample{off, size})
			off += size
		}
	}
	return out
}

// chapterTitle decodes a text sample: its length, then UTF-8, or UTF-16 behind a byte order mark.
func chapterTitle(d []byte) string {
	n := int(be16(d))
	text := d[2:min(2+n, len(d))]
	if len(text) >= 2 && text[0] == 0xFE && text[1] == 0xFF {
		return cleanText(utf16Text(text[2:], true))
	}
	if len(text) >= 2 && text[0] == 0xFF && text[1] == 0xFE {
		return cleanText(utf16Text(text[2:], false))
	}
	return cleanText(string(text))
}
