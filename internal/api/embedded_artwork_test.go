package api

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func pictureBlock(picture []byte) []byte {
	b := append([]byte{0, 0, 0, 3, 0, 0, 0, 9}, "image/png\x00\x00\x00\x04desc"...)
	b = append(b, make([]byte, 16)...)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(picture))), picture...)
}

// page puts a header of an Ogg page before some bytes.
func page(b []byte) []byte {
	h := append([]byte("OggS\x00\x00"), make([]byte, 20)...)
	return append(append(h, 2, 200, 100), b...)
}

func TestPicturesAreUnwrapped(t *testing.T) {
	picture := []byte("\x89PNG picture \xff\xe0 with everything \x00 in it")
	text := []byte(base64.StdEncoding.EncodeToString(pictureBlock(picture)))
	bare := []byte(base64.StdEncoding.EncodeToString(picture))
	half := len(text) / 2
	for name, c := range map[string]struct {
		wrapped  []byte
		encoding string
	}{
		"unsync":     {bytes.ReplaceAll(picture, []byte{0xff}, []byte{0xff, 0}), "unsync"},
		"ogg":        {append(append([]byte{}, picture[:9]...), page(picture[9:])...), "ogg"},
		"base64":     {text, "base64"},
		"no padding": {bytes.TrimRight(text, "="), "base64"},
		"bare":       {bare, "base64"},
		"with pages": {append(append([]byte{}, text[:half]...), page(text[half:])...), "ogg+base64"},
	} {
		file := append([]byte("before"), c.wrapped...)
		file = append(file, "behind"...)
		src, err := unwrap(bytes.NewReader(file), int64(len(file)), &media.Artwork{Offset: 6, Length: int64(len(c.wrapped)), Encoding: c.encoding})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := io.ReadAll(io.NewSectionReader(src, 0, src.size)); err != nil || !bytes.Equal(got, picture) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	for _, e := range []string{"unsync", "ogg", "base64", "ogg+base64", "entry:x", "what"} {
		f.Add([]byte("PK\x03\x04OggS\x00AAAA"), int64(0), int64(8), e)
	}
	f.Add([]byte(base64.StdEncoding.EncodeToString(pictureBlock([]byte("x")))), int64(0), int64(40), "base64")
	f.Fuzz(func(t *testing.T, file []byte, offset, length int64, encoding string) {
		if offset < 0 || length <= 0 || offset > int64(len(file))-length {
			return // refused before
		}
		u, err := unwrap(bytes.NewReader(file), int64(len(file)), &media.Artwork{Offset: offset, Length: length, Encoding: encoding})
		if err != nil {
			return
		}
		if u.size > 1100*length {
			t.Errorf("%d bytes of %d", u.size, length)
		}
		whole := make([]byte, u.size)
		if n, err := u.ReadAt(whole, 0); int64(n) != u.size || err != nil {
			t.Fatalf("read %d of %d bytes: %v", n, u.size, err)
		}
		if u.size > 2 { // back and forth, as ranges are asked for
			var end, begin [1]byte
			if _, err := u.ReadAt(end[:], u.size-1); err != nil && !errors.Is(err, io.EOF) || end[0] != whole[u.size-1] {
				t.Errorf("the last byte is %x, %v; want %x", end, err, whole[u.size-1])
			}
			if _, err := u.ReadAt(begin[:], 1); err != nil || begin[0] != whole[1] {
				t.Errorf("the second byte is %x, %v; want %x", begin, err, whole[1])
			}
		}
	})
}
