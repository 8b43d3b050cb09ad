package probe

import (
	"bytes"
	"strconv"
)

// musicTags are all tags of a file of music, in the order in which they are believed: ID3v2, APEv2, ID3v1.
// The tags at the end and at the start hold the same; what the upper one has not, the lower one gives.
type musicTags struct {
	id3 *id3Tag
	ape *apeTag
	v1  *tagSet
	lyr bool
	end int64 // where the sound ends at most
}

// readEndTags reads the tags behind the sound: ID3v1, Lyrics3, APE, and an ID3v2.4 that was appended.
func (m *musicTags) readEndTags(w *Window) error {
	m.end = w.Size()
	b, off, err := w.Tail(id3v1Size + apeFooterSize)
	if err != nil {
		return err
	}
	if n := len(b) - id3v1Size; n >= 0 {
		if m.v1 = parseID3v1(b[n:]); m.v1 != nil {
			m.end = off + int64(n)
		}
	}
	for range 3 { // each kind once, whatever their order
		at := m.end
		if err := m.readEndTag(w); err != nil || m.end == at {
			return err
		}
	}
	return nil
}

func (m *musicTags) readEndTag(w *Window) error {
	ape, ok, err := readAPETagBefore(w, m.end)
	if err != nil {
		return softTagError(err)
	}
	if ok {
		m.end = max(m.end-ape.size, 0)
		if m.ape == nil {
			m.ape = ape
		}
		return nil
	}
	if n := lyrics3Before(w, m.end); n > 0 {
		m.end, m.lyr = m.end-n, true
		return nil
	}
	if m.end < id3HeaderSize {
		return nil
	}
	b, err := w.Bytes(m.end-id3HeaderSize, id3HeaderSize)
	if err != nil {
		return softTagError(err)
	}
	if h, ok := parseID3Header(b, "3DI"); ok && h.size <= m.end {
		tag, ok, err := readID3(w, m.end-h.size)
		if err != nil {
			return err
		}
		if ok {
			m.end -= h.size
			if m.id3 == nil {
				m.id3 = tag
			}
		}
	}
	return nil
}

// lyrics3Before returns the length of the Lyrics3 version 2 block that ends at end, or 0: text between
// LYRICSBEGIN and LYRICS200, its size in six digits before the latter.
func lyrics3Before(w *Window, end int64) int64 {
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

// describe brings all that the tags say to r.
func (m *musicTags) describe(r *Result) {
	var all tagSet
	d := r.Description.Media
	if m.id3 != nil {
		all = m.id3.tags
		d.Chapters = m.id3.chapters
		d.Artwork = m.id3.art.art
	}
	if m.ape != nil {
		all.fill(&m.ape.tags)
		if d.Artwork == nil {
			d.Artwork = m.ape.art.art
		}
	}
	if m.v1 != nil {
		all.fill(m.v1)
	}
	d.Lyrics = d.Lyrics || m.lyr
	all.describe(r)
}

// probeWithEndTags is for the formats that carry APE and ID3v1 tags behind the sound.
func probeWithEndTags(w *Window, r *Result, probe func(w *Window, r *Result, start, end int64) error) error {
	var m musicTags
	if err := m.readEndTags(w); err != nil {
		return err
	}
	err := probe(w, r, 0, m.end)
	m.describe(r)
	return err
}
