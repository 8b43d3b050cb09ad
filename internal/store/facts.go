package store

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// rowFacts are of what stands in an item's row.
func rowFacts(f *filter.Facts, v *View) {
	f.Add(filter.Root, v.Root)
	f.Add(filter.Kind, string(v.Kind))
	f.Add(filter.Analysis, v.Analysis.String())
	if v.State == Present {
		f.Add(filter.State, "present")
	} else {
		f.Add(filter.State, "missing")
	}
	if v.State == Held {
		f.Add(filter.Held, "true")
	}
	f.Add(filter.Extension, strings.TrimPrefix(path.Ext(strings.ToValidUTF8(v.Name, "\uFFFD")), "."))
	f.Set(filter.Size, v.Size)
	f.Set(filter.Added, v.Added)
	f.Set(filter.Modified, v.MTime)
	if v.Error != "" {
		f.Add(filter.Has, "error")
	}
	if v.HasFingerprint {
		f.Add(filter.Fingerprint, v.FingerprintText())
	}
}

// docFacts are of what is known of an item. A document is not decoded, but looked through: a page looks at thousands.
// It tells how many of the artists, the first ones, are named singly, and the album's artist as the document has it.
func docFacts(f *filter.Facts, doc []byte) (singly int, albumArtist []byte) {
	var latitude, longitude *float64
	artist := ""
	eachMember(doc, func(name, value []byte) {
		switch string(name) {
		case "year":
			setWhole(f, filter.Year, value)
		case "genres":
			addTexts(f, filter.Genre, value)
		case "artist":
			artist = textOf(value)
		case "artists":
			addTexts(f, filter.Artist, value)
			singly = len(f.Texts(filter.Artist))
		case "album_artist":
			albumArtist = value
		case "album":
			f.Add(filter.Album, textOf(value))
		case "series":
			f.Add(filter.Series, textOf(value))
		case "authors":
			addTexts(f, filter.Author, value)
		case "ids":
			eachMember(contents(value), func(name, value []byte) { f.Add(filter.IDs, string(name)+":"+textOf(value)) })
		case "camera":
			f.Add(filter.Camera, textOf(value))
		case "taken_at":
			if ns, known := filter.Clock(textOf(value)); known {
				f.Set(filter.Taken, ns)
			}
		case "latitude":
			latitude = decimalOf(value)
		case "longitude":
			longitude = decimalOf(value)
		case "warnings":
			f.Add(filter.Has, "warnings")
		case "companions":
			eachElement(value, func(one []byte) { companionFacts(f, one) })
		case "media":
			mediaFacts(f, contents(value))
		}
	})
	if !slices.Contains(f.Texts(filter.Artist), artist) { // several are joined in it: see singly
		f.Add(filter.Artist, artist)
	}
	if latitude != nil && longitude != nil {
		f.Locate(*latitude, *longitude)
		f.Add(filter.Has, "location")
	}
	return singly, albumArtist
}

func companionFacts(f *filter.Facts, one []byte) {
	role, language := "", ""
	eachMember(contents(one), func(name, value []byte) {
		switch string(name) {
		case "role":
			role = textOf(value)
		case "language":
			language = textOf(value)
		}
	})
	switch role {
	case "subtitles":
		f.Add(filter.Has, "subtitles")
		f.Add(filter.Subtitles, orUnknown(language))
	case "cover", "artwork":
		f.Add(filter.Has, "artwork")
	}
}

// unknownLanguage stands for that of a stream that names none: there is one, but no language finds it.
const unknownLanguage = "und"

func orUnknown(language string) string {
	if language == "" {
		return unknownLanguage
	}
	return language
}

func mediaFacts(f *filter.Facts, media []byte) {
	height := int64(0)
	eachMember(media, func(name, value []byte) {
		switch string(name) {
		case "duration_seconds":
			if n, err := strconv.ParseFloat(string(value), 64); err == nil && n > 0 {
				f.Set(filter.Duration, filter.Seconds(n))
			}
		case "height":
			height = max(height, wholeOf(value))
		case "artwork":
			f.Add(filter.Has, "artwork")
		case "chapters":
			f.Add(filter.Has, "chapters")
		case "video":
			eachElement(value, func(one []byte) { height = max(height, streamFacts(f, one, "")) })
		case "audio":
			eachElement(value, func(one []byte) { streamFacts(f, one, "audio") })
		case "subtitles":
			f.Add(filter.Has, "subtitles")
			eachElement(value, func(one []byte) { streamFacts(f, one, "subtitles") })
		}
	})
	if height > 0 {
		f.Set(filter.Height, height)
	}
}

func streamFacts(f *filter.Facts, one []byte, of string) (height int64) {
	language := ""
	eachMember(contents(one), func(name, value []byte) {
		switch string(name) {
		case "codec":
			f.Add(filter.Codec, textOf(value))
		case "hdr":
			f.Add(filter.HDR, textOf(value))
		case "language":
			language = textOf(value)
		case "height":
			height = wholeOf(value)
		}
	})
	switch of {
	case "audio":
		f.Add(filter.Audio, orUnknown(language))
	case "subtitles":
		f.Add(filter.Subtitles, orUnknown(language))
	}
	return height
}

func setWhole(f *filter.Facts, field filter.Field, value []byte) {
	if n := wholeOf(value); n != 0 {
		f.Set(field, n)
	}
}

func wholeOf(value []byte) int64 {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func decimalOf(value []byte) *float64 {
	n, err := strconv.ParseFloat(string(value), 64)
	if err != nil {
		return nil
	}
	return &n
}

func addTexts(f *filter.Facts, field filter.Field, list []byte) {
	eachElement(list, func(one []byte) { f.Add(field, textOf(one)) })
}
