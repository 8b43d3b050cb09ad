package matroska

import (
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// The elements of chapters, attachments and tags (RFC 9559, 5.1.6 to 5.1.8).
const (
	edition         = 0x45B9
	editionDefault  = 0x45DB
	editionHidden   = 0x45BD
	chapterAtom     = 0xB6
	chapterStart    = 0x91
	chapterHidden   = 0x98
	chapterDisplay  = 0x80
	chapterString   = 0x85
	chapterLanguage = 0x437C

	attachedFile = 0x61A7
	fileName     = 0x466E
	fileMIME     = 0x4660
	fileData     = 0x465C

	tagEntry      = 0x7373
	targets       = 0x63C0
	targetValue   = 0x68CA
	tagTrackUID   = 0x63C5
	tagEditionUID = 0x63C9
	tagChapterUID = 0x63C4
	tagFileUID    = 0x63C6
	simpleTag     = 0x67C8
	tagName       = 0x45A3
	tagString     = 0x4487
)

// Attachments may cost a read each: behind the name of one lie its bytes.
const (
	maxMKVAttachments = 64
	maxMKVReads       = 9        // of a film, which has the last of them for its attachments
	attachmentAside   = 1 << 10  // read of one, where they are hopped over
	attachmentsNear   = 64 << 10 // what they take all together where they are not
)

// tag is one simple tag with what it is about.
type tag struct {
	level uint64 // TargetTypeValue: 50 is the film or album, 30 the track, 60 the season, 70 the collection
	track uint64 // its UID, 0 for the whole file
	name  string
	value string
}

// attachmentList names the attached files and picks the cover: by the specification's name for it, else
// the first picture. Of a list that takes more reads than a film may there are no names: a part of it would
// pass for the whole.
func (p *matroska) attachmentList(e ebmlElement) error {
	p.w.Ahead(attachmentAside)
	if e.size <= attachmentsNear { // small ones are read through sooner than hopped over
		p.w.Ahead(window.Size)
	}
	defer p.w.Ahead(aside)
	m := p.r.Description.Media
	rank := 0
	walk := inside(p.w, e)
	for n := 0; walk.pos < e.end(); n++ {
		if n == maxMKVAttachments || p.isLong() && p.w.Used() >= maxMKVReads && !p.w.Holds(walk.pos, attachmentAside) {
			m.Attachments = nil
			return nil
		}
		if !walk.next() {
			break
		}
		if walk.el.id != attachedFile {
			continue
		}
		name, mime, data, err := p.attachment(walk.el)
		if err != nil {
			return err
		}
		m.Attachments = append(m.Attachments, name)
		if r := coverRank(name, mime); r > rank && data.size > 0 && !data.cut {
			rank = r
			m.Artwork = &media.Artwork{Offset: data.off, Length: data.size, MIME: mime}
		}
	}
	return walk.err
}

// isLong reports whether this may be a film, rather than an episode.
func (p *matroska) isLong() bool { d := p.secondsOf(p.duration); return d == 0 || d > 75*60 }

func (p *matroska) attachment(e ebmlElement) (name, mime string, data ebmlElement, err error) {
	walk := inside(p.w, e)
	for walk.next() {
		switch walk.el.id {
		case fileName:
			name, err = ebmlText(p.w, walk.el, 512)
			name = text.Clean(name)
		case fileMIME:
			mime, err = ebmlText(p.w, walk.el, 128)
			mime = strings.ToLower(text.Clean(mime))
		case fileData:
			data = walk.el
			if name != "" && mime != "" {
				return name, mime, data, nil // a hop over the data would only find its UID
			}
		}
		if err != nil {
			return "", "", data, err
		}
	}
	return name, mime, data, walk.err
}

// coverRank orders pictures: cover, small cover, cover in landscape, any other (Matroska's
// "Attachments" page); 0 is no picture.
func coverRank(name, mime string) int {
	if !strings.HasPrefix(mime, "image/") {
		return 0
	}
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch base {
	case "cover":
		return 4
	case "small_cover":
		return 3
	case "cover_land":
		return 2
	}
	return 1
}

func (p *matroska) tagList(e ebmlElement) error {
	walk := inside(p.w, e)
	for walk.next() {
		if walk.el.id != tagEntry {
			continue
		}
		if err := p.tag(walk.el); err != nil {
			return err
		}
	}
	return walk.err
}

// tag reads one Tag: what it is about, then its simple tags. Those about editions, chapters and
// attachments say nothing of the file.
func (p *matroska) tag(e ebmlElement) error {
	about := tag{level: 50}
	foreign := false
	walk := inside(p.w, e)
	for walk.next() {
		switch walk.el.id {
		case targets:
			inner := inside(p.w, walk.el)
			for inner.next() {
				v, err := ebmlUint(p.w, inner.el)
				if err != nil {
					return err
				}
				switch inner.el.id {
				case targetValue:
					about.level = v
				case tagTrackUID:
					about.track = v
				case tagEditionUID, tagChapterUID, tagFileUID:
					foreign = foreign || v != 0
				}
			}
			if inner.err != nil {
				return inner.err
			}
		case simpleTag:
			if foreign || len(p.tags) >= 4096 {
				continue
			}
			if err := p.simpleTag(walk.el, about); err != nil {
				return err
			}
		}
	}
	return walk.err
}

func (p *matroska) simpleTag(e ebmlElement, t tag) (err error) {
	walk := inside(p.w, e)
	for walk.next() {
		switch walk.el.id {
		case tagName:
			t.name, err = ebmlText(p.w, walk.el, 128)
		case tagString:
			t.value, err = ebmlText(p.w, walk.el, tags.MaxValue)
		}
		if err != nil {
			return err
		}
	}
	if t.name != "" && t.value != "" {
		p.tags = append(p.tags, t)
	}
	return walk.err
}

// statistics takes what mkvmerge counted of the track (BPS, NUMBER_OF_FRAMES, DURATION).
func (t *track) statistics(tags []tag) {
	var frames, duration float64
	for _, g := range tags {
		if g.track == 0 || g.track != t.uid {
			continue
		}
		switch strings.ToUpper(g.name) {
		case "BPS", "BPS-ENG":
			if v, err := strconv.ParseInt(g.value, 10, 63); err == nil && v > 0 {
				t.video.BitRate = v
				if t.audio.BitRate == 0 {
					t.audio.BitRate = v
				}
			}
		case "NUMBER_OF_FRAMES", "NUMBER_OF_FRAMES-ENG":
			frames, _ = strconv.ParseFloat(g.value, 64)
		case "DURATION", "DURATION-ENG":
			duration = clock(g.value)
		case "LANGUAGE":
			if t.language == "" {
				t.language = g.value
			}
		}
	}
	if t.kind == typeVideo && t.frame == 0 && frames > 1 && duration > 0 {
		if r := frames / duration; r < 1000 {
			t.video.FrameRate = r
		}
	}
}

// clock reads "01:02:03.456000000" as seconds; anything else is 0.
func clock(s string) float64 {
	part := strings.Split(s, ":")
	if len(part) != 3 {
		return 0
	}
	var total float64
	for _, v := range part {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= 0 && f < 1e6) {
			return 0
		}
		total = total*60 + f
	}
	return total
}

// describeTags brings title and tags to the description. Tags of a track belong to the file only where
// it is the only one. In music the album stands above the track where the file tells them apart.
func (p *matroska) describeTags() {
	p.r.Description.Title = text.Clean(p.title)
	levels := make(map[uint64]bool, 4)
	for _, t := range p.tags {
		if t.track == 0 {
			levels[t.level] = true
		}
	}
	var set tags.Set
	sound := len(p.r.Description.Media.Video) == 0
	for _, t := range p.tags {
		if t.track != 0 && (len(p.tracks) > 1 || !sound) {
			continue
		}
		f := tags.FieldOf(t.name)
		switch {
		case !sound:
			f = videoField(f, t.level, levels)
		case t.level == 50 && levels[30]:
			f = albumField(f)
		}
		set.Add(f, t.value)
	}
	set.Describe(p.r)
}

// videoField says what a field means of a film's level: 70 is the show, 60 the season, 50 the film or the episode.
func videoField(f tags.Field, level uint64, levels map[uint64]bool) tags.Field {
	named := f == tags.Title || f == tags.Track || f == tags.TrackTotal
	switch {
	case level == 70 && f == tags.Title:
		return tags.Show
	case level == 60 && f == tags.Track: // PART_NUMBER
		return tags.Season
	case level == 50 && f == tags.Track && (levels[60] || levels[70]):
		return tags.Episode
	case level > 50 && named:
		return tags.None
	}
	return f
}

// albumField says what a field means of the album, where the track has fields of its own.
func albumField(f tags.Field) tags.Field {
	switch f {
	case tags.Title:
		return tags.Album
	case tags.TitleSort:
		return tags.AlbumSort
	case tags.Artist, tags.Artists:
		return tags.AlbumArtist
	case tags.ArtistSort:
		return tags.AlbumArtistSort
	case tags.Track:
		return tags.Disc
	}
	return f
}
