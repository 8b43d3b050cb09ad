package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"strings"
	"testing"
)

func (d *daemon) content(path string) string {
	return fmt.Sprintf("/api/v1/items/%d/content", d.find(path).ID)
}

func TestContentIsServedAsHTTPServesFiles(t *testing.T) {
	d := start(t, map[string]string{"clip.mp4": "0123456789", "page.html": "<script>", "drawing.svg": "<svg/>", "naïve \"name\".txt": "x", "empty.bin": ""}, "")
	d.untilIdle()
	url := d.content("clip.mp4")

	whole := d.get(url).is(http.StatusOK)
	if string(whole.body) != "0123456789" || whole.Header.Get("Content-Type") != "video/mp4" || whole.ContentLength != 10 {
		t.Errorf("%q %v", whole.body, whole.Header)
	}
	tag, modified := whole.Header.Get("ETag"), whole.Header.Get("Last-Modified")
	for _, name := range []string{"clip.mp4", "page.html", "drawing.svg", "empty.bin"} {
		h := d.get(d.content(name)).is(http.StatusOK).Header
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "sandbox" {
			t.Errorf("%s: %v", name, h)
		}
	}
	for name, want := range map[string]string{
		"clip.mp4": "inline; filename=clip.mp4", "page.html": "attachment; filename=page.html", "drawing.svg": "attachment; filename=drawing.svg",
		"naïve \"name\".txt": "inline; filename*=utf-8''na%C3%AFve%20%22name%22.txt",
	} {
		if got := d.get(d.content(name)).Header.Get("Content-Disposition"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}

	for _, c := range []struct {
		headers []string
		status  int
		body    string
	}{
		{[]string{"Range", "bytes=2-4"}, 206, "234"},
		{[]string{"Range", "bytes=-3"}, 206, "789"},
		{[]string{"Range", "bytes=8-100"}, 206, "89"},
		{[]string{"Range", "bytes=2-4", "If-Range", tag}, 206, "234"},
		{[]string{"Range", "bytes=2-4", "If-Range", `"another"`}, 200, "0123456789"},
		{[]string{"If-None-Match", tag}, 304, ""},
		{[]string{"If-None-Match", `"another"`}, 200, "0123456789"},
		{[]string{"If-Modified-Since", modified}, 304, ""},
	} {
		if a := d.get(url, c.headers...).is(c.status); string(a.body) != c.body {
			t.Errorf("%v: %q", c.headers, a.body)
		}
	}
	d.get(url, "Range", "bytes=10-").isProblem(http.StatusRequestedRangeNotSatisfiable, "range-not-satisfiable")
	d.get(url, "If-Match", `"another"`).isProblem(http.StatusPreconditionFailed, "precondition-failed")
	if a := d.do(http.MethodHead, url, "").is(http.StatusOK); len(a.body) != 0 || a.ContentLength != 10 || a.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %q %v", a.body, a.Header)
	}
	d.write("clip.mp4", "changed")
	if a := d.get(url, "If-None-Match", tag).is(http.StatusOK); string(a.body) != "changed" {
		t.Errorf("after a change: %q", a.body)
	}
	d.get("/api/v1/items/999/content").isProblem(http.StatusNotFound, "no-such-item")
}

func TestTheETagTellsBytesApartThatHaveTheSameSizeAndTime(t *testing.T) {
	d := start(t, map[string]string{"clip.mp4": "0123456789"}, "")
	d.untilIdle()
	url := d.content("clip.mp4")
	whole := d.get(url).is(http.StatusOK)
	st, err := os.Stat(d.path("clip.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	d.write("clip.mp4", "abcdefghij")
	if err := os.Chtimes(d.path("clip.mp4"), st.ModTime(), st.ModTime()); err != nil {
		t.Fatal(err)
	}
	a := d.get(url, "Range", "bytes=5-", "If-Range", whole.Header.Get("ETag")).is(http.StatusOK)
	if string(a.body) != "abcdefghij" || a.Header.Get("Last-Modified") != whole.Header.Get("Last-Modified") {
		t.Errorf("%q %v", a.body, a.Header)
	}
}

func TestContentOfWhatIsNotThereIsAProblem(t *testing.T) {
	d := start(t, map[string]string{"a.txt": "a", "b.txt": "b", "c/d.txt": "d"}, "")
	d.untilIdle()
	a, b, c := d.content("a.txt"), d.content("b.txt"), d.content("c/d.txt")
	remove := func(name string) {
		if err := os.RemoveAll(d.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	remove("a.txt")
	d.get(a).isProblem(http.StatusNotFound, "no-such-file")
	remove("c")
	d.get(c).isProblem(http.StatusNotFound, "no-such-file")
	remove("b.txt")
	if err := os.Symlink("/etc/hostname", d.path("b.txt")); err != nil {
		t.Fatal(err)
	}
	d.get(b).isProblem(http.StatusNotFound, "no-such-file")

	if err := os.Rename(d.root, d.root+".away"); err != nil {
		t.Fatal(err)
	}
	d.get(b).isProblem(http.StatusServiceUnavailable, "root-offline")
	d.until(func(s status) bool { return s.Roots[0].State == "offline" })
	d.get(b).isProblem(http.StatusServiceUnavailable, "root-offline")
	d.do(http.MethodPost, "/api/v1/roots/media/scan", "").isProblem(http.StatusServiceUnavailable, "root-offline")
	if err := os.Rename(d.root+".away", d.root); err != nil {
		t.Fatal(err)
	}
	d.do(http.MethodPost, "/api/v1/roots/media/reconnect", "").is(http.StatusAccepted)
	d.until(func(s status) bool { return s.Roots[0].State == "online" })
}

// picture is a JPEG of a size, so that each can be told from the others.
func picture(t *testing.T, width int) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, 10)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// comic is a ZIP whose only page is stored or deflated.
func comic(t *testing.T, page string, method uint16) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateHeader(&zip.FileHeader{Name: "001.jpg", Method: method})
	if err == nil {
		_, err = f.Write([]byte(page))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// flac is a FLAC file of silence without frames, with a picture (RFC 9639, 8).
func flac(picture string) string {
	info := append([]byte{16, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0x0A, 0xC4, 0x42, 0xF0, 0, 0, 0, 0}, make([]byte, 16)...)
	b := append([]byte("fLaC\x00\x00\x00\x22"), info...)
	block := binary.BigEndian.AppendUint32(nil, 3)
	block = append(binary.BigEndian.AppendUint32(block, 10), "image/jpeg"...)
	block = append(block, make([]byte, 20)...)
	block = append(binary.BigEndian.AppendUint32(block, uint32(len(picture))), picture...)
	return string(b) + "\x86" + string([]byte{byte(len(block) >> 16), byte(len(block) >> 8), byte(len(block))}) + string(block)
}

func TestArtworkIsThePictureInAFileOrBesideIt(t *testing.T) {
	inFLAC, stored, deflated := picture(t, 11), picture(t, 12), picture(t, 13)
	poster, cover, own := picture(t, 14), picture(t, 15), picture(t, 16)
	d := start(t, map[string]string{
		"Music/Album/01 - With.flac": flac(inFLAC), "Music/Album/02 - Without.mp3": "\xff\xfb", "Music/Album/cover.jpg": cover,
		"Comics/Stored.cbz": comic(t, stored, zip.Store), "Comics/Deflated.cbz": comic(t, deflated, zip.Deflate),
		"Films/Alien (1979)/Alien (1979).mkv": "x", "Films/Alien (1979)/Alien (1979)-poster.jpg": poster, "Films/Alien (1979)/fanart.jpg": cover,
		"Films/Own/Some.mkv": "x", "Films/Own/Some.jpg": own, "Films/Own/poster.jpg": poster,
		"Films/Deep/Below/poster.jpg": poster, "Films/Deep/None.mkv": "x",
	}, "")
	d.untilIdle()
	artwork := func(path string, headers ...string) answer {
		t.Helper()
		return d.get(fmt.Sprintf("/api/v1/items/%d/artwork", d.find(path).ID), headers...)
	}
	for path, want := range map[string]string{
		"Music/Album/01 - With.flac": inFLAC, "Music/Album/02 - Without.mp3": cover, "Music/Album/cover.jpg": cover,
		"Comics/Stored.cbz": stored, "Comics/Deflated.cbz": deflated,
		"Films/Alien (1979)/Alien (1979).mkv": poster, "Films/Own/Some.mkv": own,
	} {
		a := artwork(path).is(http.StatusOK)
		if string(a.body) != want || a.Header.Get("Content-Type") != "image/jpeg" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d bytes, %v", path, len(a.body), a.Header)
		}
		if again := artwork(path, "If-None-Match", a.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.StatusCode)
		}
	}
	if e := d.find("Comics/Deflated.cbz").Media.Artwork; e == nil || !strings.HasPrefix(e.Encoding, "entry:") {
		t.Errorf("the deflated page is described by %+v: this test shows nothing", e)
	}
	artwork("Films/Deep/None.mkv").isProblem(http.StatusNotFound, "no-artwork")

	d.write("Music/Album/01 - With.flac", flac(poster)+"longer")
	if a := artwork("Music/Album/01 - With.flac"); a.StatusCode == http.StatusOK && string(a.body) == inFLAC {
		t.Error("a picture that is not in the file any more")
	}
	d.untilIdle()
}
