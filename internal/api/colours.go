package api

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// includedColour is what a request includes to be told of each picture's colour.
const includedColour = "colour"

// coloured puts colours into what is said of works and items, where they are asked for: of those whose thumbnail was
// made at some time.
type coloured map[int64]thumbnail.Colour

// coloursOf looks up what is asked for of works and items.
func (s *Server) coloursOf(included map[string]bool, works []store.WorkView, items []store.View) coloured {
	if !included[includedColour] || s.small == nil {
		return nil
	}
	ids := make([]int64, 0, len(works)+len(items))
	for i := range works {
		if works[i].Artwork != 0 {
			ids = append(ids, works[i].Artwork)
		}
	}
	for i := range items {
		ids = append(ids, items[i].ID)
	}
	return s.small.Colours(ids)
}

// appendTo adds the colour of the picture of an item to the object that b ends with.
func (c coloured) appendTo(b []byte, item int64) []byte {
	colour, known := c[item]
	if !known {
		return b
	}
	b = append(bytes.TrimSuffix(b, []byte{'}'}), `,"colour":`...)
	return append(store.AppendString(b, colour.String()), '}')
}

// coloursTag is what a list's tag is of beside the feed: colours are remembered without a place in it.
func (s *Server) coloursTag(q url.Values) string {
	if s.small == nil || !slices.Contains(list(q["include"]), includedColour) {
		return ""
	}
	return strconv.FormatInt(s.small.ColoursSet(), 10)
}
