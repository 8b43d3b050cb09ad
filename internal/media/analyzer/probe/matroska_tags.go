package probe

import (
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// The elements of chapters, attachments and tags (RFC 9559, 5.1.6 to 5.1.8).
const (
	mkvEdition         = 0x45B9
	mkvEditionDefault  = 0x45DB
	mkvEditionHidden   = 0x45BD
	mkvChapterAtom     = 0xB6
	mkvChapterStart    = 0x91
	mkvChapterHidden   = 0x98
	mkvChapterDisplay  = 0x80
	mkvChapterString   = 0x85
	mkvChapterLanguage = 0x437C

	mkvAttachedFile = 0x61A7
	mkvFileName     = 0x466E
	mkvFileMIME     = 0x4660
	mkvFileData     = 0x465C

	mkvTagEntry      = 0x7373
	mkvTargets       = 0x63C0
	mkvTargetValue   = 0x68CA
	mkvTagTrackUID   = 0x63C5
	mkvTagEditionUID = 0x63C9
	mkvTagChapterUID = 0x63C4
	mkvTagFileUID    = 0x63C6
	mkvSimpleTag     = 0x67C8
	mkvTagName       = 0x45A3
	mkvTagString     = 0x4487
)

// Attachments may cost a read each: behind the name of one lie its bytes.
const (
	maxMKVAttachments  = 64
	maxMKVReads        = 9        // of a film, which has the last of them for its attachments
	mkvAttachmentAside = 1 << 10  // read of one, where they are hopped over
	mkvAttachmentsNear = 64 << 10 // what they take all together where they are not
)

// mkvTag is one simple tag with what it is about.
type mkvTag struct {
	level uint64 // TargetTypeValue: 50 is the film or album, 30 the track, 60 the season, 70 the collection
	track uint64 // its UID, 0 for the whole file
	name  string
	value string
}

func (p *matroska) chapterList(e ebmlElement) error {
	var best []media.Chapter
	chosen := false
	walk := p.w.inside(e)
	for walk.next() {
		if walk.el.id != mkvEdition {
			continue
		}
		list, byDefault, err := p.edition(walk.el)
		if err != nil {
			return err
		}
		if best == nil || byDefault && !chosen {
			best, chosen = list, byDefault
		}
	}
	p.chapters = best
	return walk.err
}

func (p *matroska) edition(e ebmlElement) (list []media.Chapter, byDefault bool, err error) {
	hidden := false
	walk := p.w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvEditionDefault, mkvEditionHidden:
			v, err := p.w.ebmlUint(walk.el)
			if err != nil {
				return nil, false, err
			}
			if walk.el.id == mkvEditionDefault {
				byDefault = v != 0
			} else {
				hidden = v != 0
			}
		case mkvChapterAtom:
			c, shown, err := p.chapter(walk.el)
			if err != nil {
				return nil, false, err
			}
			if shown && len(list) < maxChapters {
				list = append(list, c)
			}
		}
	}
	return list, byDefault && !hidden, walk.err
}

func (p *matroska) chapter(e ebmlElement) (c media.Chapter, shown bool, err error) {
	shown = true
	walk := p.w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvChapterStart, mkvChapterHidden:
			v, err := p.w.ebmlUint(walk.el)
			if err != nil {
				return c, false, err
			}
			if walk.el.id == mkvChapterStart {
				c.StartSeconds = float64(v) / 1e9
			} else {
				shown = v == 0
			}
		case mkvChapterDisplay:
			if c.Title != "" {
				continue
			}
			inner := p.w.inside(walk.el)
			for inner.next() {
				if inner.el.id == mkvChapterString {
					s, err := p.w.ebmlText(inner.el, 512)
					if err != nil {
						return c, false, err
					}
					c.Title = cleanText(s)
				}
			}
			if inner.err != nil {
				return c, false, inner.err
			}
		}
	}
	return c, shown, walk.err
}

// attachmentList names the attached files and picks the cover: by the specification's name for it, else
// the first picture. Of a list that takes more reads than a film may there are no names: a part of it would
// pass for the whole.
func (p *matroska) attachmentList(e ebmlElement) error {
	p.w.Ahead(mkvAttachmentAside)
	if e.size <= mkvAttachmentsNear { // small ones are read through sooner than hopped over
		p.w.Ahead(windowSize)
	}
	defer p.w.Ahead(mkvAside)
	m := p.r.Description.Media
	rank := 0
	walk := p.w.inside(e)
	for n := 0; walk.pos < e.end(); n++ {
		if n == maxMKVAttachments || p.isLong() && p.w.used() >= maxMKVReads && !p.w.holds(walk.pos, mkvAttachmentAside) {
			m.Attachments = nil
			return nil
		}
		if !walk.next() {
			break
		}
		if walk.el.id != mkvAttachedFile {
			continue
		}
		name, mime, data, err := p.attachment(walk.el)
		if err != nil {
			return err
		}
		m.Attachments = append(m.Attachments, name)
		if r := mkvCoverRank(name, mime); r > rank && data.size > 0 && !data.cut {
			rank = r
			m.Artwork = &media.Artwork{Offset: data.off, Length: data.size, MIME: mime}
		}
	}
	return walk.err
}

// isLong reports whether this may be a film, rather than an episode.
func (p *matroska) isLong() bool { d := p.secondsOf(p.duration); return d == 0 || d > 75*60 }

func (p *matroska) attachment(e ebmlElement) (name, mime string, data ebmlElement, err error) {
	walk := p.w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvFileName:
			name, err = p.w.ebmlText(walk.el, 512)
			name = cleanText(name)
		case mkvFileMIME:
			mime, err = p.w.ebmlText(walk.el, 128)
			mime = strings.ToLower(cleanText(mime))
		case mkvFileData:
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

// mkvCoverRank orders pictures: cover, small cover, cover in landscape, any other (Matroska's
// "Attachments" page); 0 is no picture.
func mkvCoverRank(name, mime string) int {
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
	walk := p.w.inside(e)
	for walk.next() {
		if walk.el.id != mkvTagEntry {
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
	about := mkvTag{level: 50}
	foreign := false
	walk := p.w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvTargets:
			inner := p.w.inside(walk.el)
			for inner.next() {
				v, err := p.w.ebmlUint(inner.el)
				if err != nil {
					return err
				}
				switch inner.el.id {
				case mkvTargetValue:
					about.level = v
				case mkvTagTrackUID:
					about.track = v
				case mkvTagEditionUID, mkvTagChapterUID, mkvTagFileUID:
					foreign = foreign || v != 0
				}
			}
			if inner.err != nil {
				return inner.err
			}
		case mkvSimpleTag:
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

func (p *matroska) simpleTag(e ebmlElement, t mkvTag) (err error) {
	walk := p.w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvTagName:
			t.name, err = p.w.ebmlText(walk.el, 128)
		case mkvTagString:
			t.value, err = p.w.ebmlText(walk.el, maxTagValue)
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
func (t *mkvTrack) statistics(tags []mkvTag) {
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
			duration = mkvClock(g.value)
		case "LANGUAGE":
			if t.language == "" {
				t.language = g.value
			}
		}
	}
	if t.kind == mkvTypeVideo && t.frame == 0 && frames > 1 && duration > 0 {
		if r := frames / duration; r < 1000 {
			t.video.FrameRate = r
		}
	}
}

// mkvClock reads "01:02:03.456000000" as seconds; anything else is 0.
func mkvClock(s string) float64 {
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
	p.r.Description.Title = cleanText(p.title)
	levels := make(map[uint64]bool, 4)
	for _, t := range p.tags {
		if t.track == 0 {
			levels[t.level] = true
		}
	}
	var set tagSet
	sound := len(p.r.Description.Media.Video) == 0
	for _, t := range p.tags {
		if t.track != 0 && (len(p.tracks) > 1 || !sound) {
			continue
		}
		f := tagFieldOf(t.name)
		switch {
		case sound && t.level == 50 && levels[30]:
			f = mkvAlbumField(f)
		case !sound && t.level == 70 && f == tagTitle:
			f = tagShow
		case !sound && t.level == 60 && f == tagTrack: // PART_NUMBER
			f = tagSeason
		case !sound && t.level == 50 && f == tagTrack && (levels[60] || levels[70]):
			f = tagEpisode
		case !sound && t.level > 50 && (f == tagTitle || f == tagTrack || f == tagTrackTotal):
			f = tagNone
		}
		set.add(f, t.value)
	}
	set.describe(p.r)
}

// mkvAlbumField says what a field means of the album, where the track has fields of its own.
func mkvAlbumField(f tagField) tagField {
	switch f {
	case tagTitle:
		return tagAlbum
	case tagTitleSort:
		return tagAlbumSort
	case tagArtist, tagArtists:
		return tagAlbumArtist
	case tagArtistSort:
		return tagAlbumArtistSort
	case tagTrack:
		return tagDisc
	}
	return f
}
