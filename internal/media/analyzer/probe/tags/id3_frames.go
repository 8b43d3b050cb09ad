package tags

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

const (
	id3TextLimit   = 16 << 10 // of a frame of text: the rest of a longer one is passed over
	id3MaxChaps    = 1024
	id3ChapterRead = 512 // of a chapter's head and title; what lies behind are pictures
)

func (t *ID3Tag) frame(src *id3Source, f id3Frame) error {
	switch f.id {
	case "APIC", "PIC":
		return t.picture(src, f)
	case "CHAP":
		return t.chapterFrame(src, f)
	case "USLT", "ULT", "SYLT", "SLT":
		if f.size > 8 { // encoding, language, and an empty text take that much
			t.Tags.Add(lyrics, "1")
		}
		return nil
	case "TXXX", "TXX", "UFID", "UFI", "RVA2":
	default:
		if id3Names[f.id] == None {
			return nil
		}
	}
	b, err := t.body(src, f, id3TextLimit)
	if err != nil || len(b) < 2 {
		return err
	}
	switch f.id {
	case "TXXX", "TXX":
		t.userText(b)
	case "UFID", "UFI":
		owner, id, _ := bytes.Cut(b, []byte{0})
		if string(owner) == "http://musicbrainz.org" {
			t.Tags.Add(mbRecording, text.Latin1(id))
		}
	case "RVA2":
		t.relativeVolume(b)
	default:
		t.text(&t.Tags, id3Names[f.id], b[0], b[1:])
	}
	return nil
}

// text adds a text, whose values NULs separate, in one of the four encodings.
func (t *ID3Tag) text(to *Set, field Field, encoding byte, b []byte) {
	if encoding == 0 {
		t.legacy.Add(to, field, b)
		return
	}
	to.Add(field, id3Text(encoding, b))
}

// userText reads TXXX: a name and a value.
func (t *ID3Tag) userText(b []byte) {
	name, value := cutID3Text(b[0], b[1:])
	t.text(orNew(&t.extra), FieldOf(id3Text(b[0], name)), b[0], value)
}

// relativeVolume reads RVA2 (ID3v2.4.0 frames, 4.11), in which ReplayGain once was kept: the
// adjustment of the master volume in 1/512 dB.
func (t *ID3Tag) relativeVolume(b []byte) {
	name, rest, _ := bytes.Cut(b, []byte{0})
	if len(rest) < 3 || rest[0] != 1 {
		return
	}
	gain := formatDecibels(float64(int16(window.BE16(rest[1:]))) / 512)
	switch {
	case bytes.EqualFold(name, []byte("album")):
		orNew(&t.extra).Add(albumGain, gain)
	case bytes.EqualFold(name, []byte("track")):
		orNew(&t.extra).Add(trackGain, gain)
	}
}

// picture reads the head of APIC or PIC and notes where its data lies.
func (t *ID3Tag) picture(src *id3Source, f id3Frame) error {
	if f.flags&(id3Compressed|id3Encrypted) != 0 {
		return nil
	}
	start := src.mark()
	b, err := t.body(src, f, 512)
	if err != nil || len(b) < 6 {
		return err
	}
	var mime string
	at := 1
	if f.id == "PIC" {
		mime, at = string(b[1:4]), 4
	} else if i := bytes.IndexByte(b[1:], 0); i >= 0 {
		mime, at = string(b[1:1+i]), 2+i
	}
	if at >= len(b) || mime == "-->" { // a link
		return nil
	}
	kind := b[at]
	text, _ := cutID3Text(b[0], b[at+1:])
	head := at + 1 + len(text) + id3TextEnd(b[0])
	if head > len(b) {
		return nil
	}
	art, err := src.region(start, f.prefix()+int64(head), int64(f.size))
	if err != nil || art.Length <= 0 {
		return err
	}
	if t.frameUnsync(f) {
		art = t.unsyncRegion(art, b[:head])
	}
	t.Art.Offer(kind, artMIME(mime, b[head:]), art)
	return nil
}

// unsyncRegion is for a frame that is unsynchronised for itself: head is that of the content as it was
// before. Each byte that was put in moves the picture by one.
func (t *ID3Tag) unsyncRegion(art media.Artwork, head []byte) media.Artwork {
	moved := int64(bytes.Count(head, []byte{0xFF, 0}))
	for i := 0; i+1 < len(head); i++ {
		if head[i] == 0xFF && head[i+1] >= 0xE0 {
			moved++
		}
	}
	art.Offset, art.Length, art.Encoding = art.Offset+moved, art.Length-moved, "unsync"
	return art
}

// chapterFrame reads CHAP (ID3v2 Chapter Frame Addendum 1.0): start and end, and a title in a frame inside.
func (t *ID3Tag) chapterFrame(src *id3Source, f id3Frame) error {
	if len(t.Chapters) >= id3MaxChaps {
		return nil
	}
	// Podcasts put a picture into every chapter: each is a hop, and worth a small read of its own.
	src.w.Ahead(2 * id3ChapterRead)
	src.w.AllowReads(1)
	b, err := t.body(src, f, id3ChapterRead)
	if err != nil {
		return err
	}
	_, b, found := bytes.Cut(b, []byte{0})
	if !found || len(b) < 16 {
		return nil
	}
	c := media.Chapter{StartSeconds: float64(window.BE32(b)) / 1000}
	title := orNew(&t.chapter)
	title.values[Title] = title.values[Title][:0]
	for b = b[16:]; len(b) > 11 && id3FrameID(b[:4]); {
		n, ok := syncSafe(b[4:8])
		if t.major == 3 || !ok {
			n = window.BE32(b[4:])
		}
		if uint64(n) > uint64(len(b)-10) || n < 1 {
			break
		}
		if string(b[:4]) == "TIT2" {
			t.text(title, Title, b[10], b[11:10+n])
		}
		b = b[10+n:]
	}
	t.legacy.flushInto(title)
	c.Title = title.First(Title)
	t.Chapters = append(t.Chapters, c)
	return nil
}
