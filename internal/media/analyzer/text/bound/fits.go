package bound

import "github.com/catalogizer/catalogizerd/internal/media"

// fits reports whether nothing of a description is beyond a measure, as of nearly all: to find that out by reflection
// takes ten times as long.
func (m measure) fits(d *media.Description) bool {
	for i := range d.Companions {
		c := &d.Companions[i]
		if !m.texts(c.Name, c.Role, c.Language) {
			return false
		}
	}
	return len(d.Companions) <= m.list && len(d.Episodes) <= m.list && m.pairs(d.IDs) &&
		m.texts(d.Title, d.SortTitle, d.Subtitle, d.Date, d.OriginalDate, d.Series, d.LocalizedSeries, d.Format, d.Set,
			d.EpisodeTitle, d.Artist, d.ArtistSort, d.AlbumArtistSort, d.AlbumArtist, d.Album, d.AlbumSort) &&
		m.texts(d.Composer, d.Grouping, d.AlbumVersion, d.Narrator, d.Publisher, d.Plot, d.Edition, d.ReleaseGroup,
			d.Source, d.Extra, d.TakenAt, d.Camera, d.Lens, d.Exposure) &&
		m.lists(d.Artists, d.Genres, d.Authors, d.Narrators, d.Regions, d.Dump, d.Languages, d.Warnings) &&
		(d.Media == nil || m.fitsMedia(d.Media))
}

func (m measure) fitsMedia(d *media.Media) bool {
	if max(len(d.Video), len(d.Audio), len(d.Subtitles), len(d.Chapters)) > m.list {
		return false
	}
	for i := range d.Video {
		if v := &d.Video[i]; !m.texts(v.Codec, v.Profile, v.HDR, v.Language, v.Title) {
			return false
		}
	}
	for i := range d.Audio {
		if a := &d.Audio[i]; !m.texts(a.Codec, a.Profile, a.Language, a.Title) {
			return false
		}
	}
	for i := range d.Subtitles {
		if s := &d.Subtitles[i]; !m.texts(s.Codec, s.Language, s.Title) {
			return false
		}
	}
	for i := range d.Chapters {
		if !m.texts(d.Chapters[i].Title) {
			return false
		}
	}
	return m.texts(d.Container) && m.lists(d.Attachments) &&
		(d.Artwork == nil || m.texts(d.Artwork.MIME, d.Artwork.Encoding))
}

func (m measure) texts(texts ...string) bool {
	for _, text := range texts {
		if len(text) > m.text {
			return false
		}
	}
	return true
}

func (m measure) lists(lists ...[]string) bool {
	for _, list := range lists {
		if len(list) > m.list || !m.texts(list...) {
			return false
		}
	}
	return true
}

func (m measure) pairs(of map[string]string) bool {
	for k, v := range of {
		if len(k) > m.text || len(v) > m.text {
			return false
		}
	}
	return len(of) <= m.list
}
