package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// madeWords are the words of most titles; others are made of syllables, as names of people and places are.
var madeWords = strings.Fields(`lantern river winter house garden night road letter stone harbour window mountain city
	shadow summer island forest mirror bridge silver train clock ocean paper morning station kitchen valley thunder
	orchard sister captain doctor teacher winter lighthouse cathedral machine orchestra painter dancer desert snow
	memory silence distance return secret journey promise kingdom empire falcon raven tiger horse apple amber copper
	golden hidden broken empty little great last first second black white blue green northern southern eastern quiet`)

var syllables = strings.Fields(`ba be co ci du fu ga ge hi jo ka li mu ma ne pi pe ro qua sa te ti vu wi xo za an or el
	is um en ra lo mi do su ku to na ri ve`)

var (
	madeGenres = strings.Fields("Drama Comedy Thriller Documentary Horror Romance Animation Western Crime Adventure " +
		"Rock Jazz Classical Electronic Folk Metal Soul Reggae Blues Ambient")
	madeLanguages = []string{"en", "en", "en", "de", "fr", "es", "ja", "it", "pt-BR", "de-AT", "zh-Hant", ""}
	madeCameras   = []string{"Canon EOS R5", "NIKON Z 6", "Pixel 7", "iPhone 13", "X-T4", "ILCE-7M3", ""}
	madeHeights   = []int{480, 576, 720, 1080, 1080, 1080, 2160, 2160}
	madeHDR       = []string{"", "", "", "", "hdr10", "dolby_vision", "hlg"}
)

func one[T any](m *maker, of []T) T {
	// Few of them are had by most.
	return of[int(float64(len(of))*m.random.Float64()*m.random.Float64())]
}

// rare reports true once in n times.
func (m *maker) rare(n int) bool { return m.random.IntN(n) == 0 }

func (m *maker) name() string {
	var b strings.Builder
	for range 2 + m.random.IntN(3) {
		b.WriteString(one(m, syllables))
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

func (m *maker) title() string {
	parts := []string{"The"}[:m.random.IntN(2)]
	for range 1 + m.random.IntN(3) {
		if m.rare(4) {
			parts = append(parts, m.name())
			continue
		}
		w := one(m, madeWords)
		parts = append(parts, strings.ToUpper(w[:1])+w[1:])
	}
	if m.rare(3000) {
		parts = append(parts, "東京")
	}
	return strings.Join(parts, " ")
}

func (m *maker) person() string { return m.name() + " " + m.name() }

func (m *maker) year() int { return 2025 - int(80*m.random.Float64()*m.random.Float64()) }

// item is one with a size and times. Most of a library came in at once, the rest since then.
func (m *maker) item(kind media.Kind, size int64) store.Item {
	at := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.made) * time.Millisecond)
	if m.rare(4) {
		at = at.Add(time.Duration(m.random.Int64N(int64(600 * 24 * time.Hour))))
	}
	it := store.Item{Kind: kind, Size: size/2 + m.random.Int64N(size), Added: at.UnixNano()}
	it.MTime = at.Add(-time.Duration(m.random.Int64N(int64(3000 * 24 * time.Hour)))).UnixNano()
	return it
}

// video is what is known of a film's streams.
func (m *maker) video(seconds float64) *media.Media {
	height := one(m, madeHeights)
	v := media.Video{Codec: one(m, []string{"h264", "hevc", "av1", "mpeg2video"}), Width: height * 16 / 9,
		Height: height, FrameRate: 24}
	if height == 2160 {
		v.HDR = one(m, madeHDR)
	}
	out := &media.Media{Container: "matroska", DurationSeconds: seconds * (0.5 + m.random.Float64()), Video: []media.Video{v}}
	for range 1 + m.random.IntN(3) {
		out.Audio = append(out.Audio, media.Audio{Codec: one(m, []string{"aac", "ac3", "dts", "opus"}), Channels: 6,
			SampleRate: 48000, Language: one(m, madeLanguages)})
	}
	for range m.random.IntN(4) {
		out.Subtitles = append(out.Subtitles, media.Subtitle{Codec: "subrip", Language: one(m, madeLanguages)})
	}
	return out
}

// folder makes a folder of a root as one of its sort would be.
func (m *maker) folder(ctx context.Context, root *store.Root) (err error) {
	switch root.Name {
	case "films":
		if err = m.film(root); m.rare(12) {
			err = m.series(root)
		}
	case "music":
		err = m.artist(root)
	case "photos":
		err = m.day(root)
	default:
		err = m.books(root)
	}
	if err == nil && len(m.group) >= madeBatch {
		err = m.write(ctx)
	}
	return err
}

func (m *maker) film(root *store.Root) error {
	title, year := m.title(), m.year()
	label := fmt.Sprintf("%s (%d)", title, year)
	dir := label[:1] + "/" + label
	d := media.Description{Title: title, Year: year, Genres: []string{one(m, madeGenres)}, Media: m.video(6000)}
	if m.rare(2) {
		d.IDs = map[string]string{"imdb": fmt.Sprintf("tt%07d", m.made)}
	}
	film, subtitle := label+".mkv", label+".de.srt"
	if m.rare(3) {
		d.Companions = append(d.Companions, media.Companion{Name: "poster.jpg", Role: "artwork"})
		picture := media.Description{Media: &media.Media{Width: 1000, Height: 1500}}
		if err := m.add(root, dir, "poster.jpg", m.item(media.KindArtwork, 200_000), picture); err != nil {
			return err
		}
	}
	if m.rare(3) {
		d.Companions = append(d.Companions, media.Companion{Name: subtitle, Role: "subtitles", Language: "de"})
		text := media.Description{Languages: []string{"de"}}
		if err := m.add(root, dir, subtitle, m.item(media.KindSubtitle, 60_000), text); err != nil {
			return err
		}
	}
	if m.rare(2000) {
		d.Warnings = []string{"the table of its cues is cut"}
	}
	return m.add(root, dir, film, m.item(media.KindMovie, 8e9), d)
}

func (m *maker) series(root *store.Root) error {
	title, year := m.title(), m.year()
	genres := []string{one(m, madeGenres), one(m, madeGenres)}
	for season := range 1 + m.random.IntN(6) {
		dir := fmt.Sprintf("Series/%s/Season %d", title, season+1)
		for episode := range 6 + m.random.IntN(18) {
			if m.rare(40) {
				continue // a gap
			}
			number := season + 1
			d := media.Description{Series: title, Season: &number, Episodes: []int{episode + 1}, EpisodeTitle: m.title(),
				Title: title, Year: year, Genres: genres, Media: m.video(2400)}
			name := fmt.Sprintf("%s S%02dE%02d.mkv", title, number, episode+1)
			if err := m.add(root, dir, name, m.item(media.KindEpisode, 1e9), d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *maker) artist(root *store.Root) error {
	artist := m.person()
	for range 1 + m.random.IntN(5) {
		album, year, genre := m.title(), m.year(), one(m, madeGenres)
		dir := fmt.Sprintf("%s/%d %s", artist, year, album)
		for track := range 8 + m.random.IntN(10) {
			title := m.title()
			d := media.Description{Title: title, Artist: artist, AlbumArtist: artist, Album: album, Track: track + 1, Year: year,
				Genres: []string{genre}, Media: &media.Media{Container: "flac", DurationSeconds: 60 + 400*m.random.Float64(),
					BitRate: 900_000, Audio: []media.Audio{{Codec: one(m, []string{"flac", "mp3", "aac"}), Channels: 2}}}}
			if m.rare(8) {
				d.Artists = []string{artist, m.person()}
				d.Artist = strings.Join(d.Artists, "; ")
			}
			name := fmt.Sprintf("%02d %s.flac", track+1, title)
			if err := m.add(root, dir, name, m.item(media.KindTrack, 30e6), d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *maker) day(root *store.Root) error {
	at := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, m.random.IntN(7000))
	dir := at.Format("2006/2006-01-02 ") + m.name()
	latitude, longitude, located := 90*m.random.Float64(), 360*m.random.Float64()-180, m.rare(3)
	for n := range 10 + m.random.IntN(80) {
		at = at.Add(time.Duration(m.random.IntN(600)) * time.Second)
		d := media.Description{TakenAt: at.Format("2006-01-02T15:04:05"), Camera: one(m, madeCameras), Exposure: "1/125 s f/4",
			Media: &media.Media{Container: "jpeg", Width: 6000, Height: 4000, Orientation: 1}}
		if located {
			d.Latitude, d.Longitude = &latitude, &longitude
		}
		name := fmt.Sprintf("IMG_%05d.jpg", n+m.made%10_000)
		if err := m.add(root, dir, name, m.item(media.KindPhoto, 6e6), d); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) books(root *store.Root) error {
	author := m.person()
	series := m.title()
	for n := range 1 + m.random.IntN(8) {
		title, number := m.title(), float64(n+1)
		d := media.Description{Title: title, Authors: []string{author}, Year: m.year(), Series: series, SeriesIndex: &number,
			Languages: []string{one(m, madeLanguages)}, Media: &media.Media{Container: "epub", Pages: 100 + m.random.IntN(600)}}
		kind, name := media.KindBook, title+".epub"
		switch {
		case m.rare(3):
			kind, name = media.KindComic, fmt.Sprintf("%s %03d.cbz", series, n+1)
		case m.rare(6):
			kind, name = media.KindOther, title+".txt"
		}
		it := m.item(kind, 2e6)
		if m.rare(400) {
			it.Error, it.Analysis = "read the table of contents: it ends in the middle", store.Failed
		}
		if err := m.add(root, author+"/"+series, name, it, d); err != nil {
			return err
		}
	}
	return nil
}
