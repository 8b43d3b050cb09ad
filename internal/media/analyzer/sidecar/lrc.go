package sidecar

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// LRC reads lyrics with time stamps: lines of "[mm:ss.xx]text", and tags such as "[ti:Title]". Errors
// wrap ErrUnknown.
func LRC(data []byte) (media.Description, error) {
	var d media.Description
	decoded, _ := charset.Decode(data, "windows-1252")
	timed := false
	for line := range strings.Lines(string(decoded)) {
		tag, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "["), "]")
		key, value, isTag := strings.Cut(tag, ":")
		if !ok || !isTag {
			continue
		}
		if key != "" && strings.Trim(key, "0123456789") == "" {
			timed = true
			break // tags stand before the lines
		}
		switch value = text.Printable(value); strings.ToLower(key) {
		case "ti":
			d.Title = value
		case "ar":
			d.Artist = value
		case "al":
			d.Album = value
		}
	}
	if !timed {
		return media.Description{}, fmt.Errorf("%w: no timed lyrics", ErrUnknown)
	}
	d.Media = &media.Media{Lyrics: true}
	return d, nil
}
