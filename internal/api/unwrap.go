package api

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// maxArtwork bounds a picture that has to be unwrapped in memory, and what it is unwrapped from, in bytes.
const maxArtwork = 32 << 20

var errTooLarge = fmt.Errorf("it is larger than %d bytes", maxArtwork)

// unwrap reads a picture whose bytes do not stand in the file of a size as they are; media.Artwork says
// how they are wrapped.
func unwrap(f io.ReaderAt, size int64, a *media.Artwork) (io.ReaderAt, int64, error) {
	if a.Length > maxArtwork {
		return nil, 0, errTooLarge
	}
	if strings.HasPrefix(a.Encoding, "entry:") {
		b, err := inflateEntry(f, size, a)
		return bytes.NewReader(b), int64(len(b)), err
	}
	b := make([]byte, a.Length)
	if n, err := f.ReadAt(b, a.Offset); n < len(b) {
		return nil, 0, fmt.Errorf("read it: %w", err)
	}
	var err error
	switch a.Encoding {
	case "unsync":
		b = bytes.ReplaceAll(b, []byte{0xFF, 0x00}, []byte{0xFF}) // ID3v2.4.0 structure, 6.1
	case "ogg":
		b = withoutPages(b)
	case "base64":
		b, err = decodePicture(b)
	case "ogg+base64":
		b, err = decodePicture(withoutPages(b))
	default:
		err = fmt.Errorf("it is wrapped in %q", a.Encoding)
	}
	return bytes.NewReader(b), int64(len(b)), err
}

// inflateEntry reads an entry of a ZIP: its local header stands at the artwork's offset, the packed bytes
// behind it are as many as its length says (APPNOTE, 4.3.7).
func inflateEntry(f io.ReaderAt, size int64, a *media.Artwork) ([]byte, error) {
	const fixed = 30 // bytes of a local header, before name and extra field
	var h [fixed]byte
	if _, err := f.ReadAt(h[:], a.Offset); err != nil {
		return nil, fmt.Errorf("read its header: %w", err)
	}
	u16 := func(at int) int64 { return int64(binary.LittleEndian.Uint16(h[at:])) }
	data := a.Offset + fixed + u16(26) + u16(28)
	switch {
	case string(h[:4]) != "PK\x03\x04":
		return nil, errors.New("there is no entry of an archive where it was")
	case u16(6)&1 != 0:
		return nil, errors.New("it is encrypted")
	case u16(8) != 0 && u16(8) != 8:
		return nil, fmt.Errorf("it is packed by method %d", u16(8))
	case data > size-a.Length:
		return nil, io.ErrUnexpectedEOF
	}
	packed := io.Reader(io.NewSectionReader(f, data, a.Length))
	if u16(8) == 8 {
		inflate := flate.NewReader(packed)
		defer inflate.Close()
		packed = inflate
	}
	b, err := io.ReadAll(io.LimitReader(packed, maxArtwork+1))
	if err == nil && len(b) > maxArtwork {
		err = errTooLarge
	}
	return b, err
}

// withoutPages takes the headers of Ogg pages out (RFC 3533, 6): 27 bytes from the capture pattern and
// version on, the last of which says how many more follow.
func withoutPages(b []byte) []byte {
	const fixed = 27
	out := make([]byte, 0, len(b))
	for {
		at := bytes.Index(b, []byte("OggS\x00"))
		if at < 0 || at+fixed > len(b) {
			return append(out, b...)
		}
		out = append(out, b[:at]...)
		b = b[min(len(b), at+fixed+int(b[at+fixed-1])):]
	}
}

// decodePicture takes the base64 off a picture, and FLAC's PICTURE block where one is around it.
func decodePicture(text []byte) ([]byte, error) {
	text = bytes.TrimRight(bytes.Trim(text, " \r\n\t\x00"), "=")
	b := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(b, text)
	if err != nil {
		return nil, fmt.Errorf("decode it: %w", err)
	}
	return insidePicture(b[:n]), nil
}

// insidePicture gives the picture in a PICTURE block (RFC 9639, 8.8): after its type, MIME type and
// description, each with its length, and four numbers comes the length of the picture. What is no such
// block is a picture by itself.
func insidePicture(b []byte) []byte {
	rest := b
	number := func() (n uint64, ok bool) {
		if len(rest) < 4 {
			return 0, false
		}
		n, rest = uint64(binary.BigEndian.Uint32(rest)), rest[4:]
		return n, true
	}
	if kind, ok := number(); !ok || kind > 255 {
		return b
	}
	for range 2 {
		n, ok := number()
		if !ok || n > uint64(len(rest)) {
			return b
		}
		rest = rest[n:]
	}
	for range 4 {
		if _, ok := number(); !ok {
			return b
		}
	}
	n, ok := number()
	if !ok {
		return b
	}
	return rest[:min(n, uint64(len(rest)))]
}
