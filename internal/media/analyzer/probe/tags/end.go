package tags

import (
	"bytes"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Music are all tags of a file of music, in the order in which they are believed: ID3v2, APEv2, ID3v1.
// The tags at the end and at the start hold the same; what the upper one has not, the lower one gives.
type Music struct {
	ID3 *ID3Tag
	ape *apeTag
	V1  *Set
	lyr bool
	End int64 // where the sound ends at most
}

// ReadEndTags reads the tags behind the sound: ID3v1, Lyrics3, APE, and an ID3v2.4 that was appended.
func (m *Music) ReadEndTags(w *window.Window) error {
	m.End = w.Size()
	b, off, err := w.Tail(ID3v1Size + apeFooterSize)
	if err != nil {
		return err
	}
	if n := len(b) - ID3v1Size; n >= 0 {
		if m.V1 = parseID3v1(b[n:]); m.V1 != nil {
			m.End = off + int64(n)
		}
	}
	for range 3 { // each kind once, whatever their order
		at := m.End
		if err := m.readEndTag(w); err != nil || m.End == at {
			return err
		}
	}
	return nil
}

func (m *Music) readEndTag(w *window.Window) error {
	ape, ok, err := readAPETagBefore(w, m.End)
	if err != nil {
		return window.Forgive(err)
	}
	if ok {
		m.End = max(m.End-ape.size, 0)
		if m.ape == nil {
			m.ape = ape
		}
		return nil
	}
	if n := lyrics3Before(w, m.End); n > 0 {
		m.End, m.lyr = m.End-n, true
		return nil
	}
	if m.End < id3HeaderSize {
		return nil
	}
	b, err := w.Bytes(m.End-id3HeaderSize, id3HeaderSize)
	if err != nil {
		return window.Forgive(err)
	}
	if h, ok := ParseID3Header(b, "3DI"); ok && h.size <= m.End {
		tag, ok, err := ReadID3(w, m.End-h.size)
		if err != nil {
			return err
		}
		if ok {
			m.End -= h.size
			if m.ID3 == nil {
				m.ID3 = tag
			}
		}
	}
	return nil
}

// lyrics3Before returns the length of the Lyrics3 version 2 block that ends at end, or 0: text between
// LYRICSBEGIN and LYRICS200, its size in six digits before the latter.
func lyrics3Before(w *window.Window, end int64) int64 {
	if end < 15 {
		return 0
	}
	b, err := w.Bytes(end-15, 15)
	if err != nil || !bytes.HasSuffix(b, []byte("LYRICS200")) {
		return 0
	}
	n, err := strconv.ParseInt(string(b[:6]), 10, 32)
	if err != nil || n < 11 || n+15 > end {
		return 0
	}
	return n + 15
}

// Describe brings all that the tags say to r.
func (m *Music) Describe(r *format.Result) {
	var all Set
	d := r.Description.Media
	if m.ID3 != nil {
		all = m.ID3.Tags
		d.Chapters = m.ID3.Chapters
		d.Artwork = m.ID3.Art.Art
	}
	if m.ape != nil {
		all.Fill(&m.ape.tags)
		if d.Artwork == nil {
			d.Artwork = m.ape.art.Art
		}
	}
	if m.V1 != nil {
		all.Fill(m.V1)
	}
	d.Lyrics = d.Lyrics || m.lyr
	all.Describe(r)
}

// AroundSound is for the formats that carry APE and ID3v1 tags behind the sound.
func AroundSound(w *window.Window, r *format.Result, probe func(w *window.Window, r *format.Result, start, end int64) error) error {
	var m Music
	if err := m.ReadEndTags(w); err != nil {
		return err
	}
	err := probe(w, r, 0, m.End)
	m.Describe(r)
	return err
}

// ReadStartTags reads the tag at "at", where the file or what is known of it starts, and returns where what follows
// begins. Taggers that did not see a tag have put another before it: the first is the newer, and the one that counts.
func (m *Music) ReadStartTags(w *window.Window, at int64) (int64, error) {
	for range 8 {
		tag, ok, err := ReadID3(w, at)
		if err != nil {
			return 0, err
		}
		if !ok {
			return m.readStartAPE(w, at)
		}
		if m.ID3 == nil || !m.ID3.Tags.Any {
			m.ID3 = tag
		}
		at += tag.size
	}
	return at, nil
}

// readStartAPE reads an APE tag at "at", if one is there, and returns where what follows begins.
func (m *Music) readStartAPE(w *window.Window, at int64) (int64, error) {
	ape, ok, err := readAPETagAt(w, at)
	if err != nil || !ok {
		return at, window.Forgive(err)
	}
	m.ape = ape
	return at + ape.size, nil
}
