package api

import (
	"bufio"
	"compress/flate"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// maxArtwork bounds a picture that has to be unwrapped, in bytes.
const maxArtwork = 32 << 20

var errTooLarge = fmt.Errorf("it is larger than %d bytes", maxArtwork)

// unwrapping is how many pictures are measured at once; a client that takes its time holds up none.
const unwrapping = 2

// unwrap is unwrap, for as many at once as there are places.
func (s *Server) unwrap(ctx context.Context, f io.ReaderAt, size int64, a *media.Artwork) (*unwrapped, error) {
	select {
	case s.unwraps <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.unwraps }()
	return unwrap(f, size, a)
}

// unwrap gives a picture whose bytes do not stand in the file of a size as they are; media.Artwork says how they
// are wrapped. The picture is unwrapped while it is read, and again for each reading from the start: it is never
// held whole, however slowly a client takes it.
func unwrap(f io.ReaderAt, size int64, a *media.Artwork) (*unwrapped, error) {
	if a.Length > maxArtwork {
		return nil, errTooLarge
	}
	open, err := unwrapper(f, size, a)
	if err != nil {
		return nil, err
	}
	u := &unwrapped{open: open}
	if u.size, err = io.Copy(io.Discard, io.LimitReader(open(), maxArtwork+1)); err != nil {
		return nil, err
	}
	if u.size > maxArtwork {
		return nil, errTooLarge
	}
	return u, nil
}

// unwrapped is a picture as it is without its wrapping. It belongs to one goroutine.
type unwrapped struct {
	open func() io.Reader // from its start
	size int64

	r  io.Reader
	at int64 // of r
}

// ReadAt reads on where the last reading ended at no cost; what lies before is unwrapped again from the start.
func (u *unwrapped) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= u.size {
		return 0, io.EOF
	}
	if u.r == nil || off < u.at {
		u.r, u.at = u.open(), 0
	}
	if skipped, err := io.CopyN(io.Discard, u.r, off-u.at); err != nil {
		u.at += skipped
		return 0, err
	}
	n, err := io.ReadFull(u.r, p[:min(int64(len(p)), u.size-off)])
	u.at = off + int64(n)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// unwrapper gives what opens the picture.
func unwrapper(f io.ReaderAt, size int64, a *media.Artwork) (func() io.Reader, error) {
	if strings.HasPrefix(a.Encoding, "entry:") {
		return zipEntry(f, size, a)
	}
	raw := func() io.Reader { return io.NewSectionReader(f, a.Offset, a.Length) }
	switch a.Encoding {
	case "unsync":
		return func() io.Reader { return &filtered{src: raw(), filter: (&unsync{}).filter} }, nil
	case "ogg":
		return func() io.Reader { return &filtered{src: raw(), filter: (&pages{}).filter} }, nil
	case "base64":
		return func() io.Reader { return insidePicture(fromBase64(raw())) }, nil
	case "ogg+base64":
		return func() io.Reader {
			return insidePicture(fromBase64(&filtered{src: raw(), filter: (&pages{}).filter}))
		}, nil
	}
	return nil, fmt.Errorf("it is wrapped in %q", a.Encoding)
}

// zipEntry opens an entry of a ZIP: its local header stands at the artwork's offset, the packed bytes behind it are
// as many as its length says (APPNOTE, 4.3.7).
func zipEntry(f io.ReaderAt, size int64, a *media.Artwork) (func() io.Reader, error) {
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
	packed := func() io.Reader { return io.NewSectionReader(f, data, a.Length) }
	if u16(8) == 8 {
		return func() io.Reader { return flate.NewReader(packed()) }, nil
	}
	return packed, nil
}

// filtered reads what a filter leaves of a source. The filter appends to dst what it lets through of a piece, and
// remembers from piece to piece what it needs; an empty piece is the end.
type filtered struct {
	src    io.Reader
	filter func(dst, piece []byte) []byte

	piece [4096]byte
	out   []byte // filtered, of which rest has not been read
	rest  []byte
	ended bool
}

func (r *filtered) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.ended {
			return 0, io.EOF
		}
		n, err := r.src.Read(r.piece[:])
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		r.out = r.out[:0]
		if n > 0 {
			r.out = r.filter(r.out, r.piece[:n])
		}
		if r.ended = err != nil; r.ended {
			r.out = r.filter(r.out, nil)
		}
		r.rest = r.out
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// unsync takes out the NUL that ID3v2 puts behind each 0xFF (ID3v2.4.0 structure, 6.1).
type unsync struct{ marked bool }

func (u *unsync) filter(dst, piece []byte) []byte {
	for _, c := range piece {
		if !u.marked || c != 0 {
			dst = append(dst, c)
		}
		u.marked = c == 0xFF
	}
	return dst
}

// pages takes the headers of Ogg pages out (RFC 3533, 6): 27 bytes from the capture pattern and version on, the last
// of which says how many more follow.
type pages struct {
	seen    int  // bytes of the pattern that the last bytes were
	header  int  // bytes of the header that are still to be passed over
	counted bool // the last of them says how many more follow
}

const capturePattern = "OggS\x00"

func (g *pages) filter(dst, piece []byte) []byte {
	for _, c := range piece {
		switch {
		case g.header > 0:
			if g.header--; g.header == 0 && g.counted {
				g.header, g.counted = int(c), false
			}
		case c == capturePattern[g.seen]:
			if g.seen++; g.seen == len(capturePattern) {
				g.seen, g.header, g.counted = 0, 27-len(capturePattern), true
			}
		default:
			dst = append(dst, capturePattern[:g.seen]...)
			if g.seen = 0; c == capturePattern[0] {
				g.seen = 1
			} else {
				dst = append(dst, c)
			}
		}
	}
	if len(piece) == 0 {
		dst, g.seen = append(dst, capturePattern[:g.seen]...), 0
	}
	return dst
}

// fromBase64 takes base64 off, whatever blanks and padding stand in it.
func fromBase64(r io.Reader) io.Reader {
	letters := func(dst, piece []byte) []byte {
		for _, c := range piece {
			switch c {
			case ' ', '\t', '\r', '\n', 0, '=':
			default:
				dst = append(dst, c)
			}
		}
		return dst
	}
	return base64.NewDecoder(base64.RawStdEncoding, &filtered{src: r, filter: letters})
}

// insidePicture gives the picture in a PICTURE block (RFC 9639, 8.8): after its type, MIME type and description, each
// with its length, and four numbers comes the length of the picture. What is no such block is a picture by itself.
func insidePicture(src io.Reader) io.Reader {
	const most = 32 << 10 // a description is no longer than this
	r := bufio.NewReaderSize(src, most)
	head, _ := r.Peek(most) // what is shorter is all there is
	// A number that is not there is larger than any length.
	number := func(at int64) int64 {
		if at > int64(len(head))-4 {
			return math.MaxUint32
		}
		return int64(binary.BigEndian.Uint32(head[at:]))
	}
	if number(0) > 255 {
		return r
	}
	typeEnd := 8 + number(4)
	end := typeEnd + 4 + number(typeEnd) + 4*4
	if end > int64(len(head))-4 {
		return r
	}
	size := number(end)
	if _, err := r.Discard(int(end) + 4); err != nil {
		return r
	}
	return io.LimitReader(r, size)
}
