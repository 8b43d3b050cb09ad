package mp4

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// The roles of a track beside what its handler says.
type role int

const (
	plain role = iota
	chapters
)

// track is one trak box.
type track struct {
	id        uint32
	enabled   bool
	role      role
	handler   string
	timescale uint32
	duration  uint64
	language  string
	title     string
	forced    bool
	chapters  []uint32 // ids of the tracks that hold this one's chapters
	samples   uint64   // from stts, where it was read to its end
	ticks     uint64
	usual     uint32      // the most frequent duration of a sample, of a fragmented file
	votes     int         // by which it is ahead of all others
	inFront   uint64      // samples of the first fragments, but for the last of each
	frontTime uint64      // theirs
	endOf     uint64      // of a fragmented file: where the samples seen so far end, in ticks
	counted   uint64      // samples by stsz, where stts was too long
	sizes     uint64      // bytes of a sample where all are equal
	table     isobmff.Box // stbl
	entry     entry
	tags      *tags.Set // nil without any

	fragmented bool
}

// track reads a trak box (ISO/IEC 14496-12, 8.3).
func (p *mp4) track(trak isobmff.Box) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	t := &track{}
	walk := isobmff.Children(p.w, trak, 0)
	for walk.Next() {
		b := walk.Box
		switch b.Kind {
		case "tkhd":
			err = t.header(p.w, b)
		case "tref":
			err = t.references(p.w, b)
		case "mdia":
			err = p.mediaBox(t, b)
		case "udta":
			err = p.userData(b, t)
		case "meta":
			err = p.meta(b, t)
		}
		if err != nil {
			return err
		}
	}
	if walk.Err != nil {
		return walk.Err
	}
	p.tracks = append(p.tracks, t)
	return nil
}

// trackByID returns the track of an id, nil without one.
func (p *mp4) trackByID(id uint32) *track {
	for _, t := range p.tracks {
		if t.id == id {
			return t
		}
	}
	return nil
}

func (t *track) header(w *window.Window, b isobmff.Box) error {
	d, err := isobmff.Payload(w, b, 24)
	if err != nil || len(d) < 24 {
		return err
	}
	t.enabled = d[3]&1 != 0
	if d[0] == 1 {
		t.id = window.BE32(d[20:])
	} else {
		t.id = window.BE32(d[12:])
	}
	return nil
}

func (t *track) references(w *window.Window, tref isobmff.Box) error {
	b, ok, err := isobmff.Find(w, tref, 0, "chap")
	if err != nil || !ok {
		return err
	}
	d, err := isobmff.Payload(w, b, 64)
	for ; len(d) >= 4; d = d[4:] {
		t.chapters = append(t.chapters, window.BE32(d))
	}
	return err
}

// mediaBox reads mdia and, below it, minf: header, handler, and the sample table.
func (p *mp4) mediaBox(t *track, mdia isobmff.Box) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := isobmff.Children(p.w, mdia, 0)
	for walk.Next() {
		b := walk.Box
		switch b.Kind {
		case "mdhd":
			err = t.mediaHeader(p.w, b)
		case "elng":
			var d []byte
			if d, err = isobmff.Payload(p.w, b, 64); err == nil && len(d) > 4 {
				t.language = language.Tag(text.CString(d[4:]))
			}
		case "hdlr":
			var d []byte
			if d, err = isobmff.Payload(p.w, b, 128); err == nil && len(d) >= 12 && t.handler == "" {
				t.handler = string(d[8:12])
			}
		case "minf":
			var stbl isobmff.Box
			var ok bool
			if stbl, ok, err = isobmff.Find(p.w, b, 0, "stbl"); err == nil && ok {
				err = p.sampleTable(t, stbl)
			}
		}
		if err != nil {
			return err
		}
	}
	return walk.Err
}

// mediaHeader reads mdhd (8.4.2): time and language. An elng box, where there is one, says it better.
func (t *track) mediaHeader(w *window.Window, b isobmff.Box) error {
	d, err := isobmff.Payload(w, b, 36)
	if err != nil || len(d) < 22 {
		return err
	}
	t.timescale, t.duration = times(d)
	at := 20
	if d[0] == 1 {
		at = 32
	}
	if t.language == "" && len(d) >= at+2 {
		t.language = mp4Language(window.BE16(d[at:]))
	}
	return nil
}

// mp4Language unpacks three letters of five bits (ISO 639-2/T). Below 0x400 the number is one of
// QuickTime's Macintosh languages; 0x7FFF means none.
func mp4Language(v uint16) string {
	if v < 0x400 {
		if int(v) < len(macLanguages) {
			return language.Tag(macLanguages[v])
		}
		return ""
	}
	b := [3]byte{byte(v>>10&31) + 0x60, byte(v>>5&31) + 0x60, byte(v&31) + 0x60}
	return language.Tag(string(b[:]))
}

// macLanguages are the Macintosh language codes (QuickTime File Format, "Language Code Values") in ISO 639-2.
var macLanguages = [...]string{
	"eng", "fra", "deu", "ita", "nld", "swe", "spa", "dan", "por", "nor", "heb", "jpn", "ara", "fin", "ell",
	"isl", "mlt", "tur", "hrv", "zh-Hant", "urd", "hin", "tha", "kor", "lit", "pol", "hun", "est", "lav", "sme",
	"fao", "fas", "rus", "zh-Hans", "nld", "gle", "sqi", "ron", "ces", "slk", "slv", "yid", "srp", "mkd", "bul",
	"ukr", "bel", "uzb", "kaz", "aze", "aze", "hye", "kat", "ron", "kir", "tgk", "tuk", "mon", "mon", "pus",
	"kur", "kas", "snd", "bod", "nep", "san", "mar", "ben", "asm", "guj", "pan", "ori", "mal", "kan", "tam",
	"tel", "sin", "mya", "khm", "lao", "vie", "ind", "tgl", "msa", "msa", "amh", "tir", "orm", "som", "swa",
	"kin", "run", "nya", "mlg", "epo",
}

// sampleTable reads of stbl what describes the track: the sample entry, and the times as far as they
// stand together. The sizes and offsets of samples are stepped over.
func (p *mp4) sampleTable(t *track, stbl isobmff.Box) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	t.table = stbl
	walk := isobmff.Children(p.w, stbl, 0)
	for walk.Next() {
		b := walk.Box
		switch b.Kind {
		case "stsd":
			err = p.sampleEntry(t, b)
		case "stts":
			err = t.times(p.w, b)
		case "stsz":
			var d []byte
			if d, err = isobmff.Payload(p.w, b, 12); err == nil && len(d) == 12 {
				t.sizes, t.counted = uint64(window.BE32(d[4:])), uint64(window.BE32(d[8:]))
			}
		}
		if err != nil {
			return err
		}
		// Behind the times only tables remain, and each hop over one would cost a read. Nobody asks for the
		// times of sound and text.
		if t.entry.codec != "" && (t.handler != "vide" || t.samples > 0 || t.counted > 0) {
			return nil
		}
	}
	return walk.Err
}

// maxMP4Times is how many entries of stts are summed up.
const maxMP4Times = 2048

// times sums stts (8.6.1.2) up where it is short. A long one means a variable rate and is left alone, unless
// its beginning only shows that the frames' times were rounded.
func (t *track) times(w *window.Window, b isobmff.Box) error {
	d, err := isobmff.Payload(w, b, 8)
	if err != nil || len(d) < 8 {
		return err
	}
	n := int64(window.BE32(d[4:]))
	if n == 0 || n*8 > b.Size-8 {
		return nil
	}
	long := n > maxMP4Times
	if n = min(n, maxMP4Times); long && !w.Holds(b.Off, int(8+n*8)) {
		return nil
	}
	if d, err = isobmff.Payload(w, b, int(8+n*8)); err != nil {
		return err
	}
	least, most := uint32(math.MaxUint32), uint32(0)
	var samples, ticks uint64
	for e := d[8:]; len(e) >= 8; e = e[8:] {
		if err := w.Element(); err != nil {
			return err
		}
		count, delta := uint64(window.BE32(e)), uint64(window.BE32(e[4:]))
		t.vote(uint32(delta), int(count))
		least, most = min(least, uint32(delta)), max(most, uint32(delta))
		if samples += count; ticks > math.MaxUint64/2 {
			return nil
		}
		ticks += count * delta
	}
	if long && most-least > max(2, least/50, t.timescale/900) { // beyond what rounding to milliseconds does
		return nil
	}
	t.samples, t.ticks = samples, ticks
	return nil
}

// vote counts n samples of one duration. The duration that more than half of all samples share is
// left over in the end.
func (t *track) vote(duration uint32, n int) {
	switch {
	case duration == t.usual:
		t.votes += n
	case n > t.votes:
		t.usual, t.votes = duration, n-t.votes
	default:
		t.votes -= n
	}
}

// frameRate is the mean over the track, in frames a second; of a fragmented file, of which only the
// start is read, the usual one: the last sample of a fragment is often stretched to its end.
func (t *track) frameRate() float64 {
	switch {
	case t.fragmented && t.usual > 0:
		usual := float64(t.timescale) / float64(t.usual)
		// Where pictures are left out, or two follow each other in one's time, no duration is usual: the mean is.
		if t.frontTime > 0 {
			if mean := float64(t.inFront) * float64(t.timescale) / float64(t.frontTime); mean > usual*1.1 || mean < usual/1.1 {
				return mean
			}
		}
		return usual
	case t.samples > 0 && t.ticks > 0:
		return float64(t.samples) * float64(t.timescale) / float64(t.ticks)
	case t.counted > 0 && t.duration > 0:
		return float64(t.counted) * float64(t.timescale) / float64(t.duration)
	}
	return 0
}

// describe adds the track to m, by its handler and what its sample entry told.
func (t *track) describe(m *media.Media) {
	if t.role == chapters {
		return
	}
	e := &t.entry
	m.Encrypted = m.Encrypted || e.encrypted
	switch t.handler {
	case "vide", "auxv":
		v := e.video
		v.Codec, v.Language, v.Title, v.Default, v.Forced = e.codec, t.language, t.title, t.enabled, t.forced
		if r := t.frameRate(); r > 0 && r <= 1000 {
			v.FrameRate = r
		}
		if v.BitDepth == 0 {
			v.BitDepth = codec.FixedDepth(e.codec)
		}
		m.Video = append(m.Video, v)
	case "soun":
		a := e.audio
		a.Codec, a.Language, a.Title, a.Default, a.Forced = e.codec, t.language, t.title, t.enabled, t.forced
		m.Audio = append(m.Audio, a)
	case "sbtl", "subt", "text", "subp", "clcp":
		if e.codec == "" {
			return
		}
		m.Subtitles = append(m.Subtitles, media.Subtitle{
			Codec: e.codec, Language: t.language, Title: t.title, Default: t.enabled, Forced: t.forced || e.forced,
		})
	}
}
