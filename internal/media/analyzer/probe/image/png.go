package image

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// PNG (W3C Recommendation, third edition): chunks. Metadata stand before the image data or after it.

const (
	// PNGSignature begins every PNG.
	PNGSignature  = "\x89PNG\r\n\x1a\n"
	pngMaxChunks  = 64        // before the image data, and after it
	pngMaxText    = 256 << 10 // of a compressed text, inflated
	pngChunkFrame = 12        // length, type, CRC
)

func matchPNG(head []byte, _ string) bool {
	return len(head) >= 33 && string(head[:8]) == PNGSignature && string(head[12:16]) == "IHDR"
}

func probePNG(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(16, 8)
	if err != nil {
		return err
	}
	if err := imageSize(r, imageSide(window.BE32(b)), imageSide(window.BE32(b[4:]))); err != nil {
		return err
	}
	p := pngReader{w: w}
	pos, err := p.walk(8)
	if err == nil && pos < w.Size() {
		err = p.tail(pos)
	}
	if err != nil {
		return err
	}
	p.exif.Fill(p.xmp)
	p.exif.Fill(p.text)
	describePicture(r, &p.exif.Metadata)
	return w.Err()
}

// pngReader gathers metadata: EXIF, then XMP, then PNG's own texts have the word.
type pngReader struct {
	w    *window.Window
	exif exifData
	xmp  photo.Metadata
	text photo.Metadata
}

// walk reads chunks from pos up to the image data, and beyond them as far as the head reaches. It
// returns where it stopped.
func (p *pngReader) walk(pos int64) (int64, error) {
	sawData := false
	for n := 0; n < pngMaxChunks; n++ {
		if err := p.w.Element(); err != nil {
			return pos, err
		}
		if sawData && pos > window.HeadSize {
			return pos, nil
		}
		b, err := p.w.Bytes(pos, 8)
		if err != nil {
			return p.w.Size(), p.w.Err() // a cut-off PNG still has its size
		}
		length, kind := int64(window.BE32(b)), string(b[4:8])
		switch {
		case kind == "IEND":
			return p.w.Size(), nil
		case kind == "IDAT":
			sawData = true
			n-- // in the head there can be thousands of them
		case length <= p.w.Size()-pos:
			if err := p.chunk(kind, pos+8, length); err != nil {
				return pos, err
			}
		}
		pos += length + pngChunkFrame
	}
	return pos, nil
}

// tail reads the chunks after the image data without walking through it: it looks in the file's last
// bytes for the chunk of metadata from which a chain of chunks leads exactly to the end.
func (p *pngReader) tail(from int64) error {
	b, off, err := p.w.Tail(window.Size)
	if err != nil {
		return p.w.Err()
	}
	for i := int(max(0, from-off)); i+pngChunkFrame <= len(b); i++ {
		if i%1024 == 0 {
			if err := p.w.Element(); err != nil {
				return err
			}
		}
		if !pngIsMetadata(b[i+4:i+8]) || !pngChain(b[i:]) {
			continue
		}
		_, err := p.walkTail(off + int64(i))
		return err
	}
	return nil
}

func (p *pngReader) walkTail(pos int64) (int64, error) {
	for range pngMaxChunks {
		b, err := p.w.Bytes(pos, 8)
		if err != nil {
			return pos, p.w.Err()
		}
		length, kind := int64(window.BE32(b)), string(b[4:8])
		if kind == "IEND" {
			break
		}
		if err := p.chunk(kind, pos+8, length); err != nil {
			return pos, err
		}
		pos += length + pngChunkFrame
	}
	return pos, nil
}

func pngIsMetadata(kind []byte) bool {
	switch string(kind) {
	case "eXIf", "tEXt", "zTXt", "iTXt", "tIME":
		return true
	}
	return false
}

// pngChain reports whether b is a chain of chunks that ends with IEND.
func pngChain(b []byte) bool {
	for range pngMaxChunks {
		if len(b) < pngChunkFrame {
			return false
		}
		if string(b[4:8]) == "IEND" {
			return true
		}
		length := int64(window.BE32(b))
		if length > int64(len(b)-pngChunkFrame) {
			return false
		}
		b = b[length+pngChunkFrame:]
	}
	return false
}

func (p *pngReader) chunk(kind string, at, length int64) error {
	switch kind {
	case "eXIf":
		found, err := readEXIF(p.w, at, length)
		if err != nil {
			return err
		}
		p.exif = *found
	case "tEXt", "zTXt", "iTXt":
		b, err := p.w.Part(at, min(length, pngMaxText))
		if err != nil {
			return p.w.Err()
		}
		return p.textChunk(kind, b)
	}
	return nil
}

// textChunk takes one keyword with its text (section 11.3.3).
func (p *pngReader) textChunk(kind string, b []byte) error {
	key, rest, ok := bytes.Cut(b, []byte{0})
	if !ok || len(key) > 79 {
		return nil
	}
	keyword := string(key)
	isXMP, isRaw := keyword == "XML:com.adobe.xmp", strings.HasPrefix(keyword, "Raw profile type ")
	if !isXMP && !isRaw && !pngWantsText(keyword) {
		return nil
	}
	compressed := kind == "zTXt"
	switch kind {
	case "zTXt":
		rest = rest[min(1, len(rest)):]
	case "iTXt":
		if len(rest) < 2 {
			return nil
		}
		compressed = rest[0] != 0
		rest = rest[2:]
		for range 2 { // language tag, translated keyword
			if _, rest, ok = bytes.Cut(rest, []byte{0}); !ok {
				return nil
			}
		}
	}
	if compressed {
		var err error
		if rest, err = window.InflateZlib(p.w, rest, pngMaxText); err != nil {
			return p.w.Err()
		}
	}
	switch {
	case isXMP:
		p.xmp = CleanPhoto(photo.XMP(rest))
	case isRaw:
		return p.rawProfile(strings.TrimPrefix(keyword, "Raw profile type "), rest)
	case kind == "iTXt":
		p.keyword(keyword, text.Clean(string(rest)))
	default:
		p.keyword(keyword, text.Clean(text.Latin1(rest)))
	}
	return nil
}

func pngWantsText(keyword string) bool {
	switch keyword {
	case "Title", "Author", "Description", "Creation Time", "Make", "Model":
		return true
	}
	return false
}

func (p *pngReader) keyword(keyword, text string) {
	switch keyword {
	case "Title":
		p.text.Title = text
	case "Author":
		p.text.Creators = []string{text}
	case "Description":
		p.text.Caption = text
	case "Make":
		p.text.Make = text
	case "Model":
		p.text.Model = text
	case "Creation Time":
		if p.text.Created = photo.Time(text, "", ""); p.text.Created == "" {
			p.text.Created = photo.Date(text)
		}
	}
}

// rawProfile takes a profile as ImageMagick writes it: name, length, and the bytes in hexadecimal.
func (p *pngReader) rawProfile(name string, chars []byte) error {
	fields := bytes.Fields(chars[:min(len(chars), 64)])
	if len(fields) < 2 {
		return nil
	}
	i := bytes.Index(chars, fields[1]) + len(fields[1])
	data := make([]byte, 0, (len(chars)-i)/2)
	high, isHigh := byte(0), true
	for _, c := range chars[i:] {
		v, ok := text.HexDigit(c)
		switch {
		case !ok:
		case isHigh:
			high, isHigh = v<<4, false
		default:
			data, isHigh = append(data, high|v), true
		}
	}
	switch name {
	case "exif", "APP1":
		return p.rawEXIF(bytes.TrimPrefix(data, []byte("Exif\x00\x00")))
	case "iptc":
		if _, after, ok := bytes.Cut(data, []byte("8BIM\x04\x04\x00\x00")); ok && len(after) > 4 {
			data = after[4:]
		}
		p.text.Fill(CleanPhoto(photo.IPTC(data)))
	case "xmp":
		p.xmp = CleanPhoto(photo.XMP(data))
	}
	return nil
}

// rawEXIF reads EXIF that lies in memory, not in the file.
func (p *pngReader) rawEXIF(data []byte) error {
	inner := p.w.Nested(bytes.NewReader(data), int64(len(data)))
	defer inner.Release()
	found, err := readEXIF(inner, 0, int64(len(data)))
	if err != nil {
		return fmt.Errorf("%w: raw profile", window.ErrMalformed)
	}
	if p.exif.Make == "" && p.exif.Taken == "" {
		p.exif = *found
	}
	return nil
}
