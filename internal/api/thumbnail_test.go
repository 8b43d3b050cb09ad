package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"testing"
)

func (d *daemon) thumbnail(path string) string {
	return fmt.Sprintf("/api/v1/items/%d/thumbnail", d.find(path).ID)
}

// pngOf is a picture of one grey.
func pngOf(t *testing.T, width, height int, grey byte) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// thumbnailOf decodes an answer.
func thumbnailOf(t *testing.T, a answer) image.Image {
	t.Helper()
	if got := a.Header.Get("Content-Type"); got != "image/jpeg" {
		t.Fatalf("%s %s", got, a.body)
	}
	m, err := jpeg.Decode(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAThumbnailShowsWhatTheArtworkDoes(t *testing.T) {
	d := start(t, map[string]string{
		"Film (2001)/Film (2001).mkv": "x", "Film (2001)/poster.png": pngOf(t, 1500, 600, 90),
		"photo.png": pngOf(t, 100, 50, 200), "drawing.svg": "<svg/>", "alone/song.mp3": "x",
		"broken.jpg": "\xff\xd8\xff and no more",
	}, "")
	d.untilIdle()
	for _, c := range []struct {
		path, query   string
		width, height int
		grey          uint32
	}{
		{"Film (2001)/Film (2001).mkv", "", 256, 102, 90},
		{"Film (2001)/poster.png", "?size=1024", 1024, 410, 90},
		{"photo.png", "?size=256", 100, 50, 200},
	} {
		m := thumbnailOf(t, d.get(d.thumbnail(c.path)+c.query).is(http.StatusOK))
		if b := m.Bounds(); b.Dx() != c.width || b.Dy() != c.height {
			t.Errorf("%s%s has %d by %d pixels, want %d by %d", c.path, c.query, b.Dx(), b.Dy(), c.width, c.height)
		}
		if got, _, _, _ := m.At(5, 5).RGBA(); max(got>>8, c.grey)-min(got>>8, c.grey) > 2 {
			t.Errorf("%s is %d grey, want %d", c.path, got>>8, c.grey)
		}
	}
	for _, path := range []string{"drawing.svg", "alone/song.mp3", "broken.jpg"} {
		d.get(d.thumbnail(path)).isProblem(http.StatusNotFound, "no-artwork")
	}
	d.refuses(d.thumbnail("photo.png"), "?size=300", "?siz=1024", "?size=256%zz")
	d.get("/api/v1/items/999/thumbnail").isProblem(http.StatusNotFound, "no-such-item")
}

func TestAThumbnailIsKeptByClientsForAsLongAsTheirVersionStands(t *testing.T) {
	d := start(t, map[string]string{"photo.png": pngOf(t, 100, 50, 200)}, "")
	d.untilIdle()
	url := d.thumbnail("photo.png")
	a := d.get(url).is(http.StatusOK)
	if got := a.Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("without a version: %s", got)
	}
	got := d.get(url + "?v=1").is(http.StatusOK).Header.Get("Cache-Control")
	if got != "private, max-age=31536000, immutable" {
		t.Errorf("with a version: %s", got)
	}
	d.get(url, "If-None-Match", a.Header.Get("ETag")).is(http.StatusNotModified)
	if h := d.do(http.MethodHead, url, "").is(http.StatusOK).Header; h.Get("ETag") != a.Header.Get("ETag") {
		t.Errorf("HEAD: %v", h)
	}

	d.write("photo.png", pngOf(t, 90, 60, 10))
	was := a.Header.Get("ETag")
	eventually(t, "the new picture to be known", func() bool { // until then what is there is not what the catalog knows
		a = d.get(url)
		return a.StatusCode == http.StatusOK && a.Header.Get("ETag") != was
	})
	if b := thumbnailOf(t, a).Bounds(); b.Dx() != 90 {
		t.Errorf("the new picture's has %v", b)
	}
}

func TestNoThumbnailIsMadeOfAFileThatIsNoLongerWhatTheCatalogKnows(t *testing.T) {
	d := start(t, map[string]string{"photo.png": pngOf(t, 100, 50, 200)}, "")
	d.untilIdle()
	url := d.thumbnail("photo.png")
	if err := os.Truncate(d.path("photo.png"), 20); err != nil {
		t.Fatal(err)
	}
	// Either the catalog does not know yet, or it does and there is no picture in it any more.
	if a := d.get(url); a.StatusCode != http.StatusConflict && a.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestListsSayTheColourOfEachPictureOnceItWasShown(t *testing.T) {
	d := start(t, map[string]string{
		"Film (2001)/Film (2001).mkv": "x", "Film (2001)/poster.png": pngOf(t, 60, 90, 0x40),
		"photo.png": pngOf(t, 100, 50, 200),
	}, "")
	d.untilIdle()
	var works struct{ Works []struct{ ID int64 } }
	d.get("/api/v1/works?kind=movie").is(http.StatusOK).into(&works)
	work := fmt.Sprintf("/api/v1/works/%d", works.Works[0].ID)
	photo := fmt.Sprintf("/api/v1/items/%d", d.find("photo.png").ID)
	lists := map[string]struct{ colour, without string }{
		"/api/v1/works?include=colour":                        {"#404040", "/api/v1/works"},
		work + "?include=colour":                              {"#404040", work},
		"/api/v1/search?q=film&include=colour":                {"#404040", "/api/v1/search?q=film"},
		"/api/v1/search?q=photo&include=colour":               {"#c8c8c8", "/api/v1/search?q=photo"},
		"/api/v1/items?include=colour,works&kind=photo,image": {"#c8c8c8", "/api/v1/items?include=works"},
		photo + "?include=sources,colour":                     {"#c8c8c8", photo + "?include=sources"},
	}
	tags := map[string]string{}
	for path := range lists {
		a := d.get(path).is(http.StatusOK)
		tags[path] = a.Header.Get("ETag")
		if bytes.Contains(a.body, []byte("colour")) {
			t.Errorf("%s before any was shown: %s", path, a.body)
		}
	}
	d.get(work + "/thumbnail").is(http.StatusOK)
	d.get(photo + "/thumbnail").is(http.StatusOK)
	for path, want := range lists {
		a := d.get(path, "If-None-Match", tags[path]).is(http.StatusOK)
		if bytes.Count(a.body, []byte(`"colour":"`+want.colour+`"`)) != 1 {
			t.Errorf("%s: %s, want %s once", path, a.body, want.colour)
		}
		if a := d.get(want.without).is(http.StatusOK); bytes.Contains(a.body, []byte("colour")) {
			t.Errorf("%s, which does not ask: %s", want.without, a.body)
		}
	}
	d.refuses("/api/v1/search?q=film", "&include=works", "&include=colours")
	d.refuses("/api/v1/works", "?include=works")
}
