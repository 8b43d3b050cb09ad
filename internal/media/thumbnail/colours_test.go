package thumbnail

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"sync/atomic"
	"testing"
)

// within says whether two colours look alike: a JPEG does not keep them exactly.
func within(a, b Colour, most int) bool {
	for i := range a {
		if max(a[i], b[i])-min(a[i], b[i]) > byte(most) {
			return false
		}
	}
	return true
}

func pngOf(m image.Image) func(io.Writer) error {
	return func(w io.Writer) error { return png.Encode(w, m) }
}

func TestTheColourOfAPictureIsTheMeanOfWhatItShows(t *testing.T) {
	plain := func(c color.Color) image.Image {
		m := image.NewRGBA(image.Rect(0, 0, 40, 30))
		draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		return m
	}
	grey := image.NewGray(image.Rect(0, 0, 40, 30))
	draw.Draw(grey, grey.Rect, image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	for _, c := range []struct {
		what string
		m    image.Image
		want Colour
	}{
		{"a JPEG", plain(color.RGBA{200, 100, 50, 255}), Colour{200, 100, 50}},
		{"a JPEG without colours", grey, Colour{90, 90, 90}},
		{"red, green, blue and white", quarters(64, 48), Colour{127, 127, 127}},
	} {
		for kind, file := range map[string][]byte{"jpeg": jpegOf(t, c.m), "png": encoded(t, pngOf(c.m))} {
			got, err := Make(t.Context(), bytes.NewReader(file), 32, make(chan struct{}, 1))
			if err != nil || !within(got.Colour, c.want, 4) {
				t.Errorf("%s as %s: %v, %v, want %v", c.what, kind, got.Colour, err, c.want)
			}
		}
	}
	if got, want := (Colour{0x7f, 0x06, 0xff}).String(), "#7f06ff"; got != want {
		t.Errorf("written as %s, want %s", got, want)
	}
}

func TestTheColourOfWhatWasShownIsKnownAfterARestart(t *testing.T) {
	dir := t.TempDir()
	var opened atomic.Int64
	open := picture(t, &opened)
	for round := range 3 {
		m := running(t, openCache(t, dir, 1<<20))
		if known := m.Colours([]int64{7, 8}); len(known) != min(round, 1) {
			t.Fatalf("round %d: known at first: %v", round, known)
		}
		for range 2 {
			if _, err := m.Thumbnail(t.Context(), Wanted{Key: "7", Edge: 32, Item: 7}, open); err != nil {
				t.Fatal(err)
			}
		}
		colours := m.Colours([]int64{7, 8})
		if len(colours) != 1 || !within(colours[7], Colour{127, 127, 127}, 4) {
			t.Errorf("round %d: %v", round, colours)
		}
		if got := m.ColoursSet(); got != int64(max(0, 1-round)) {
			t.Errorf("round %d: %d were set, want only what was not known", round, got)
		}
		if round == 1 { // a place that was half written is nobody's
			if err := os.WriteFile(m.cache.coloursPath(), bytes.Repeat([]byte{7}, 4096), 0o640); err != nil {
				t.Fatal(err)
			}
			if got := m.Colours([]int64{7, 0x0707070707070707}); len(got) != 0 {
				t.Errorf("of a broken file: %v", got)
			}
			m.cache.SetColour(7, colours[7])
		}
	}
}

func TestColoursTakeNoMoreRoomThanTheirPlacesHave(t *testing.T) {
	c := openCache(t, t.TempDir(), 1<<20) // 128 places
	for item := range int64(1000) {
		c.SetColour(item, Colour{1, byte(item), byte(item >> 8)})
	}
	if info, err := os.Stat(c.coloursPath()); err != nil || info.Size() > 128*colourPlace {
		t.Errorf("%v, %v", info.Size(), err)
	}
	known := c.Colours([]int64{5, 877, 999})
	if len(known) != 2 || known[999] != (Colour{1, 999 & 0xff, 999 >> 8}) {
		t.Errorf("%v: want those that came last, and none of 5, whose place another has", known)
	}
}

func TestACacheOfNothingRemembersNoColour(t *testing.T) {
	c := openCache(t, t.TempDir(), 0)
	c.SetColour(7, Colour{1, 2, 3})
	if known := c.Colours([]int64{7}); len(known) != 0 || c.ColoursSet() != 0 {
		t.Errorf("%v", known)
	}
}

func TestWhatAnOlderVersionKeptIsMadeAnew(t *testing.T) {
	c := openCache(t, t.TempDir(), 1<<20)
	if err := writeFile(c.path(younger, "7"), []byte("a thumbnail\nend\n")); err != nil {
		t.Fatal(err)
	}
	var opened atomic.Int64
	m := running(t, c)
	if _, err := m.Thumbnail(context.Background(), Wanted{Key: "7", Edge: 32, Item: 7}, picture(t, &opened)); err != nil {
		t.Fatal(err)
	}
	if opened.Load() != 1 {
		t.Errorf("read %d times, want once", opened.Load())
	}
}
