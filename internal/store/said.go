package store

import "github.com/catalogizer/catalogizerd/internal/media"

// said are the members of an item's document that works are made of, each with what reads its value. The rules ask for
// no others: what they are to ask for stands here first.
var said = map[string]func(*media.Description, *jsonReader){
	"title":             func(d *media.Description, r *jsonReader) { d.Title = r.text() },
	"sort_title":        func(d *media.Description, r *jsonReader) { d.SortTitle = r.text() },
	"subtitle":          func(d *media.Description, r *jsonReader) { d.Subtitle = r.text() },
	"year":              func(d *media.Description, r *jsonReader) { d.Year = r.whole() },
	"date":              func(d *media.Description, r *jsonReader) { d.Date = r.text() },
	"series":            func(d *media.Description, r *jsonReader) { d.Series = r.text() },
	"localized_series":  func(d *media.Description, r *jsonReader) { d.LocalizedSeries = r.text() },
	"series_index":      func(d *media.Description, r *jsonReader) { d.SeriesIndex = r.fraction() },
	"volume":            func(d *media.Description, r *jsonReader) { d.Volume = r.fraction() },
	"chapter":           func(d *media.Description, r *jsonReader) { d.Chapter = r.fraction() },
	"format":            func(d *media.Description, r *jsonReader) { d.Format = r.text() },
	"set":               func(d *media.Description, r *jsonReader) { d.Set = r.text() },
	"season":            func(d *media.Description, r *jsonReader) { n := r.whole(); d.Season = &n },
	"episodes":          func(d *media.Description, r *jsonReader) { d.Episodes = r.wholes() },
	"episode_title":     func(d *media.Description, r *jsonReader) { d.EpisodeTitle = r.text() },
	"artist":            func(d *media.Description, r *jsonReader) { d.Artist = r.text() },
	"artists":           func(d *media.Description, r *jsonReader) { d.Artists = r.texts() },
	"artist_sort":       func(d *media.Description, r *jsonReader) { d.ArtistSort = r.text() },
	"album_artist_sort": func(d *media.Description, r *jsonReader) { d.AlbumArtistSort = r.text() },
	"album_artist":      func(d *media.Description, r *jsonReader) { d.AlbumArtist = r.text() },
	"album":             func(d *media.Description, r *jsonReader) { d.Album = r.text() },
	"album_sort":        func(d *media.Description, r *jsonReader) { d.AlbumSort = r.text() },
	"track":             func(d *media.Description, r *jsonReader) { d.Track = r.whole() },
	"track_total":       func(d *media.Description, r *jsonReader) { d.TrackTotal = r.whole() },
	"disc":              func(d *media.Description, r *jsonReader) { d.Disc = r.whole() },
	"disc_total":        func(d *media.Description, r *jsonReader) { d.DiscTotal = r.whole() },
	"compilation":       func(d *media.Description, r *jsonReader) { d.Compilation = r.plain() == "true" },
	"album_version":     func(d *media.Description, r *jsonReader) { d.AlbumVersion = r.text() },
	"genres":            func(d *media.Description, r *jsonReader) { d.Genres = r.texts() },
	"authors":           func(d *media.Description, r *jsonReader) { d.Authors = r.texts() },
	"narrators":         func(d *media.Description, r *jsonReader) { d.Narrators = r.texts() },
	"edition":           func(d *media.Description, r *jsonReader) { d.Edition = r.text() },
	"source":            func(d *media.Description, r *jsonReader) { d.Source = r.text() },
	"languages":         func(d *media.Description, r *jsonReader) { d.Languages = r.texts() },
	"extra":             func(d *media.Description, r *jsonReader) { d.Extra = r.text() },
	"part":              func(d *media.Description, r *jsonReader) { d.Part = r.whole() },
	"taken_at":          func(d *media.Description, r *jsonReader) { d.TakenAt = r.text() },
	"camera":            func(d *media.Description, r *jsonReader) { d.Camera = r.text() },
	"of":                func(d *media.Description, r *jsonReader) { d.Of = r.number() },
	"ids":               readIDs,
	"companions":        readCompanions,
	"media":             readMedia,
}

// Said is what an item says, with room for the streams that most have.
type Said struct {
	media.Description
	media media.Media
	video [1]media.Video
	audio [1]media.Audio
}

// read reads what works are made of from a document. One that cannot be read says nothing.
func (s *Said) read(doc []byte) {
	*s = Said{}
	r := jsonReader{rest: string(doc), into: s} // the texts are parts of it
	d := &s.Description
	for r.rest != "" && !r.bad {
		name := r.name()
		if read := said[name]; read != nil {
			read(d, &r)
		} else {
			r.skip()
		}
		r.comma()
	}
	if r.bad {
		*s = Said{}
	}
}

func readIDs(d *media.Description, r *jsonReader) {
	d.IDs = make(map[string]string, 2)
	r.object(func(name string) { d.IDs[name] = r.text() })
}

func readCompanions(d *media.Description, r *jsonReader) {
	r.list(func() {
		var c media.Companion
		r.object(func(name string) {
			switch name {
			case "id":
				c.ID = r.number()
			case "name":
				c.Name = r.text()
			case "role":
				c.Role = r.text()
			case "language":
				c.Language = r.text()
			default:
				r.skip()
			}
		})
		d.Companions = append(d.Companions, c)
	})
}

func readMedia(d *media.Description, r *jsonReader) {
	m := &r.into.media
	d.Media = m
	r.object(func(name string) {
		switch name {
		case "duration_seconds":
			if n := r.fraction(); n != nil {
				m.DurationSeconds = *n
			}
		case "height":
			m.Height = r.whole()
		case "video":
			m.Video = r.into.video[:0]
			r.list(func() { m.Video = append(m.Video, readVideo(r)) })
		case "audio":
			m.Audio = r.into.audio[:0]
			r.list(func() { m.Audio = append(m.Audio, media.Audio{Language: r.language()}) })
		case "subtitles":
			r.list(func() { m.Subtitles = append(m.Subtitles, media.Subtitle{Language: r.language()}) })
		case "artwork":
			m.Artwork = new(media.Artwork) // that there is one
			r.skip()
		default:
			r.skip()
		}
	})
}

func readVideo(r *jsonReader) (v media.Video) {
	r.object(func(name string) {
		switch name {
		case "height":
			v.Height = r.whole()
		case "hdr":
			v.HDR = r.text()
		case "language":
			v.Language = r.text()
		default:
			r.skip()
		}
	})
	return v
}

// language is that of a stream.
func (r *jsonReader) language() (language string) {
	r.object(func(name string) {
		if name == "language" {
			language = r.text()
		} else {
			r.skip()
		}
	})
	return language
}
