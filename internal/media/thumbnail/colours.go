package thumbnail

import (
	"encoding/binary"
	"os"
	"path/filepath"
)

// The colours of items' pictures stand in one file of places, each of which holds that of one item: its id, the colour
// and their sum. An item's place is its id by the number of places, so that a colour is found by one read, and an item
// that comes into another's place puts it out: nothing grows.
const (
	coloursName  = "colours"
	colourPlace  = 8 + 3 + 1
	thumbnailLen = 8 << 10 // about what a thumbnail takes: there are as many places as thumbnails have room
)

// SetColour remembers the colour of an item's picture. What cannot be kept is kept when it is next shown.
func (c *Cache) SetColour(item int64, colour Colour) {
	if c.half <= 0 || c.Colours([]int64{item})[item] == colour {
		return
	}
	f, err := os.OpenFile(c.coloursPath(), os.O_WRONLY|os.O_CREATE, 0o640)
	if err != nil {
		return // the thumbnails beside it are not kept either, which is logged
	}
	defer f.Close()
	place := colourAt(item, colour)
	if _, err := f.WriteAt(place[:], c.placeOf(item)); err == nil {
		c.colours.Add(1)
	}
}

// Colours gives the colours that are known of items' pictures, by the items' ids.
func (c *Cache) Colours(items []int64) map[int64]Colour {
	if c.half <= 0 || len(items) == 0 {
		return nil
	}
	f, err := os.Open(c.coloursPath())
	if err != nil {
		return nil // none is known yet
	}
	defer f.Close()
	known := map[int64]Colour{}
	for _, item := range items {
		var place [colourPlace]byte
		if _, err := f.ReadAt(place[:], c.placeOf(item)); err != nil {
			continue
		}
		colour := Colour(place[8:11])
		if place == colourAt(item, colour) {
			known[item] = colour
		}
	}
	return known
}

// ColoursSet counts the colours that were remembered: an answer that shows them is another when it has grown.
func (c *Cache) ColoursSet() int64 { return c.colours.Load() }

func (c *Cache) coloursPath() string { return filepath.Join(c.dir, coloursName) }

func (c *Cache) placeOf(item int64) int64 {
	places := max(1, 2*c.half/thumbnailLen)
	return item % places * colourPlace
}

// colourAt is what stands in an item's place. One that was half written has another sum.
func colourAt(item int64, colour Colour) (place [colourPlace]byte) {
	binary.BigEndian.PutUint64(place[:], uint64(item))
	copy(place[8:], colour[:])
	sum := byte(0xa5) // so that a place in which nothing was written is no item's
	for _, b := range place[:11] {
		sum = sum*31 + b
	}
	place[11] = sum
	return place
}
