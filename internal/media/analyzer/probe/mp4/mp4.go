// Package mp4 probes MP4, QuickTime and their dialects.
package mp4

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// mp4 reads the family of ISO/IEC 14496-12 and its ancestor, the QuickTime file format: MP4, M4A,
// M4V, MOV, 3GP. All that describes a file lies in its moov box, at the front or behind the media.
// Inside it the sample tables make up nearly everything; the walk steps over them.
type mp4 struct {
	w *window.Window
	r *format.Result

	brand     string
	timescale uint32 // of moov: units a second
	duration  uint64 // in it; of a fragmented file only of what moov itself describes
	whole     bool   // duration is that of all fragments (mehd)
	tracks    []*track
	defaults  map[uint32]uint32 // a fragmented file's default sample duration by track
	tags      tags.Set          // of the metadata list
	quick     tags.Set          // of QuickTime's and 3GPP's user data, which rank below
	camera    camera
	chapters  []media.Chapter // Nero's list
	moov      bool            // seen
	packed    bool            // its header was, and has been unpacked
	size      int64           // of the file
	media     int64           // bytes of media data; 0: not all of it was seen
	fragments bool
	firstMoof isobmff.Box
	index     isobmff.Box // the first sidx
}

// aside is how much is read at once while stepping over sample tables.
const aside = 4 << 10

func isMP4(head []byte, ext string) bool {
	if len(head) < 16 {
		return false
	}
	switch string(head[4:8]) {
	case "ftyp":
		return !isobmff.IsImage(head)
	case "moov", "mdat", "wide", "pnot", "styp", "moof":
		return true
	case "free", "skip", "uuid":
		switch ext {
		case ".mp4", ".m4v", ".m4a", ".m4b", ".mov", ".qt", ".3gp", ".3g2":
			return true
		}
	}
	return false
}

// isMP4Audiobook tells the names that only audiobooks bear; their brands are those of music.
func isMP4Audiobook(head []byte, ext string) bool {
	return (ext == ".m4b" || ext == ".aax" || ext == ".aaxc") && isMP4(head, ext)
}

func probeMP4(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	p := &mp4{w: w, r: r, size: w.Size()}
	p.brand, _ = isobmff.Brands(head)
	r.Description.Media.Container = container(p.brand, head)
	err = p.file()
	if errors.Is(err, window.ErrTruncated) && p.moov {
		p.finish()
		return err
	}
	if err != nil {
		return err
	}
	if !p.moov {
		return fmt.Errorf("%w: no moov box", window.ErrTruncated)
	}
	if p.fragments {
		if err := p.fragmentedDuration(); err != nil {
			return err
		}
	}
	if err := p.trackChapters(); err != nil {
		return err
	}
	if err := p.firstSamples(); err != nil {
		return err
	}
	p.finish()
	return nil
}

// container names the dialect by the major brand. A file without ftyp is of QuickTime's.
func container(brand string, head []byte) string {
	switch {
	case brand == "qt  ":
		return "mov"
	case strings.HasPrefix(brand, "3g"):
		return "3gp"
	case brand == "" && len(head) >= 8 && string(head[4:8]) != "styp" && string(head[4:8]) != "moof":
		return "mov"
	}
	return "mp4"
}

// file walks the top level until the moov box and, where the file is fragmented, the first fragment.
func (p *mp4) file() error {
	walk := isobmff.Boxes(p.w, 0, p.size)
	known := false
	for walk.Next() {
		b := walk.Box
		switch b.Kind {
		case "moov":
			if p.moov {
				continue
			}
			p.moov = true
			if err := p.readMoov(b); err != nil {
				return err
			}
			if b.Cut {
				return fmt.Errorf("%w: moov box", window.ErrTruncated)
			}
			if !p.fragments {
				return p.mediaBehind(walk)
			}
		case "sidx":
			if p.index.Size == 0 {
				p.index = b
			}
		case "moof":
			if p.firstMoof.Size == 0 {
				p.firstMoof = b
			}
			if p.moov {
				return nil
			}
		case "mdat":
			if p.fragments && p.moov && p.firstMoof.Size != 0 {
				return nil
			}
			if b.Cut && !p.moov {
				return fmt.Errorf("%w: media data", window.ErrTruncated)
			}
			p.media += b.Size
		case "ftyp", "free", "skip", "wide", "pnot", "styp", "uuid", "meta", "pdin", "prft", "emsg", "junk", "pict", "udta", "bloc", "ssix", "mfra":
		default:
			if !known {
				return fmt.Errorf("%w: box %q", window.ErrMalformed, b.Kind)
			}
		}
		known = true
	}
	return walk.Err
}

// mediaBehind looks whether the file ends before the media data that follow its header.
func (p *mp4) mediaBehind(walk isobmff.Walk) error {
	before := p.media
	for range 4 { // room that was kept free, perhaps
		if walk.Stop-walk.Pos < 8 || !walk.Next() {
			break
		}
		if b := walk.Box; b.Kind == "mdat" {
			p.r.Description.Media.Truncated = b.Cut
			p.media = before + b.Size
			break
		}
	}
	if walk.Stop-walk.Pos >= 8 || p.r.Description.Media.Truncated { // there may be more
		p.media = 0
	}
	return p.w.Err()
}

func (p *mp4) readMoov(moov isobmff.Box) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	if moov.Size > 0 { // as much of it as the window holds, at once: its header came with it
		if _, err := isobmff.Payload(p.w, moov, window.Size-32); err != nil {
			return err
		}
	}
	p.w.Ahead(aside)
	defer p.w.Ahead(window.Size)
	walk := isobmff.Children(p.w, moov, 0)
	for walk.Next() {
		b := walk.Box
		switch b.Kind {
		case "mvhd":
			err = p.movieHeader(b)
		case "trak":
			err = p.track(b)
		case "mvex":
			p.fragments = true
			err = p.extends(b)
		case "udta":
			err = p.userData(b, nil)
		case "meta":
			err = p.meta(b, nil)
		case "cmov":
			err = p.compressed(b)
		}
		if err != nil {
			return err
		}
	}
	return walk.Err
}

// movieHeader reads mvhd (ISO/IEC 14496-12, 8.2.2).
func (p *mp4) movieHeader(b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, 32)
	if err != nil {
		return err
	}
	timescale, duration := times(d)
	switch {
	case len(d) >= 12 && d[0] == 1:
		p.camera.created = window.BE64(d[4:])
	case len(d) >= 8 && d[0] == 0:
		p.camera.created = uint64(window.BE32(d[4:]))
	}
	if p.timescale = timescale; !p.whole {
		p.duration = duration
	}
	return nil
}

// times takes timescale and duration from the start of an mvhd or mdhd box, whose version decides
// between 32 and 64 bits. A duration of all ones means that it is not known.
func times(d []byte) (timescale uint32, duration uint64) {
	switch {
	case len(d) >= 32 && d[0] == 1:
		timescale, duration = window.BE32(d[20:]), window.BE64(d[24:])
	case len(d) >= 20 && d[0] == 0:
		timescale, duration = window.BE32(d[12:]), uint64(window.BE32(d[16:]))
		if duration == math.MaxUint32 {
			duration = 0
		}
	}
	if duration > math.MaxInt64 {
		duration = 0
	}
	return timescale, duration
}

// extends reads mvex: what fragments leave out.
func (p *mp4) extends(mvex isobmff.Box) error {
	walk := isobmff.Children(p.w, mvex, 0)
	for walk.Next() {
		d, err := isobmff.Payload(p.w, walk.Box, 32)
		if err != nil {
			return err
		}
		switch {
		case walk.Box.Kind == "mehd" && len(d) >= 8:
			v := uint64(window.BE32(d[4:]))
			if d[0] == 1 && len(d) >= 12 {
				v = window.BE64(d[4:])
			}
			if v > 0 && v < math.MaxInt64 && v != math.MaxUint32 {
				p.duration, p.whole = v, true
			}
		case walk.Box.Kind == "trex" && len(d) >= 16:
			if p.defaults == nil {
				p.defaults = make(map[uint32]uint32)
			}
			p.defaults[window.BE32(d[4:])] = window.BE32(d[12:])
		}
	}
	return walk.Err
}

// PictureSize is the size of the first track of pictures, of a sequence of them that is kept as a film is; 0 without
// one.
func PictureSize(w *window.Window) (width, height int, err error) {
	p := &mp4{w: w, r: &format.Result{Description: media.Description{Media: &media.Media{}}}, size: w.Size()}
	if err := p.file(); err != nil && (!p.moov || !errors.Is(err, window.ErrTruncated)) {
		return 0, 0, err
	}
	for _, t := range p.tracks {
		if v := t.entry.video; (t.handler == "pict" || t.handler == "vide") && v.Width > 0 {
			return v.Width, v.Height, nil
		}
	}
	return 0, 0, nil
}

// finish turns what was gathered into the result.
func (p *mp4) finish() {
	m := p.r.Description.Media
	p.finishDuration(m)
	for _, t := range p.tracks {
		t.fragmented = p.fragments
		t.describe(m)
	}
	if len(m.Chapters) == 0 {
		m.Chapters = p.chapters
	}
	m.BitRate = format.BitRate(p.size, m.DurationSeconds)
	p.r.Kind = p.kind(m)
	if len(m.Video) == 0 && len(m.Audio) == 1 {
		p.soundRate(m)
		for _, t := range p.tracks {
			if t.handler == "soun" && t.tags != nil {
				p.tags.Fill(t.tags)
			}
		}
	}
	p.describeCamera()
	p.tags.Fill(&p.quick)
	p.tags.Describe(p.r)
}

// soundRate is the bit rate of the only stream of sound: what is stated where that is about true, for some writers state
// what they were asked for, else that of the media data.
func (p *mp4) soundRate(m *media.Media) {
	stated, measured := m.Audio[0].BitRate, int64(0)
	if len(p.tracks) == 1 && !p.fragments {
		t := p.tracks[0] // whose own duration counts what edits leave out
		measured = format.BitRate(p.media, format.Seconds(t.duration, t.timescale))
	}
	switch {
	case measured > stated/leastMedia && max(stated-measured, measured-stated) > measured/8:
		m.Audio[0].BitRate = measured
	case stated == 0:
		m.Audio[0].BitRate = m.BitRate
	}
}

// leastMedia is how much less than stated media data may be: far less is not all that there is.
const leastMedia = 16

// finishDuration takes the duration of moov, where fragments do not make it longer, else that of the longest track.
func (p *mp4) finishDuration(m *media.Media) {
	if m.DurationSeconds == 0 && (!p.fragments || p.whole) {
		m.DurationSeconds = format.Seconds(p.duration, p.timescale)
	}
	if m.DurationSeconds != 0 || p.fragments && p.firstMoof.Size != 0 {
		return
	}
	for _, t := range p.tracks {
		if t.role != chapters {
			m.DurationSeconds = max(m.DurationSeconds, format.Seconds(t.duration, t.timescale))
		}
	}
}

func (p *mp4) kind(m *media.Media) media.Kind {
	switch {
	case len(m.Video) > 0:
		return media.KindVideo
	case len(m.Audio) == 0:
		return ""
	case strings.HasPrefix(p.brand, "M4B") || p.r.Kind == media.KindAudiobook:
		return media.KindAudiobook
	}
	return media.KindTrack
}
