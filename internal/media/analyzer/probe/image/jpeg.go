package image

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// JPEG (ITU-T T.81, annex B): segments until the frame header; metadata stand in APP1 and APP13.

const (
	jpegSOI, jpegEOI, jpegSOS = 0xD8, 0xD9, 0xDA
	jpegAPP0, jpegAPP1        = 0xE0, 0xE1
	jpegAPP12, jpegAPP13      = 0xEC, 0xED

	// jpegMaxSegments bounds the hops before the frame header. Portraits with a depth map carry some
	// fifty segments of extended XMP.
	jpegMaxSegments = 256

	// jpegPeek is what is looked at of a segment: marker, length and a name at the start of its data.
	jpegPeek = 4 + 32
)

var (
	jpegEXIF      = []byte("Exif\x00")
	jpegXMP       = []byte("http://ns.adobe.com/xap/1.0/\x00")
	jpegPhotoshop = []byte("Photoshop 3.0\x00")
	jpegCasio     = []byte("QVCI\x00")
	jpegAgfa      = []byte("OLYMPUS OPTICAL CO.,LTD.")
)

// MatchJPEG tells JPEG by its magic bytes.
func MatchJPEG(head []byte, _ string) bool {
	return len(head) >= 4 && head[0] == 0xFF && head[1] == jpegSOI && head[2] == 0xFF
}

func probeJPEG(w *window.Window, r *format.Result) error {
	x := new(exifData)
	width, height, err := readJPEG(w, 0, w.Size(), x)
	r.Description.Media.Width, r.Description.Media.Height = width, height
	describePicture(r, &x.Metadata)
	return err
}

// readJPEG reads the JPEG of size bytes at base: its stored size and, into x, its metadata.
func readJPEG(w *window.Window, base, size int64, x *exifData) (width, height int, err error) {
	end := base + size
	var late exifData // XMP and IPTC: EXIF has the first word, wherever it stands
	defer func() { x.Fill(late.Metadata) }()
	w.AllowReads(jpegMaxSegments)
	pos := base + 2
	for range jpegMaxSegments {
		if err := w.Element(); err != nil {
			return 0, 0, err
		}
		b, err := w.Peek(pos, int(min(jpegPeek, max(0, end-pos))))
		if err != nil || len(b) < 4 {
			return 0, 0, fmt.Errorf("%w: no frame header", window.ErrTruncated)
		}
		marker := b[1]
		switch {
		case b[0] != 0xFF:
			if pos, err = nextJPEGMarker(w, pos, end); err != nil {
				return 0, 0, err
			}
			continue
		case marker == 0xFF: // fill
			pos++
			continue
		case isJPEGAlone(marker):
			pos += 2
			continue
		case marker == jpegSOS || marker == jpegEOI || marker == jpegSOI:
			return 0, 0, fmt.Errorf("%w: no frame header before the scan", window.ErrMalformed)
		}
		length := int64(window.BE16(b[2:]))
		switch {
		case length < 2:
			return 0, 0, fmt.Errorf("%w: segment of %d bytes", window.ErrMalformed, length)
		case isJPEGFrame(marker):
			if len(b) < 9 {
				return 0, 0, fmt.Errorf("%w: frame header", window.ErrTruncated)
			}
			return int(window.BE16(b[7:])), int(window.BE16(b[5:])), nil
		case marker == jpegAPP0 || marker == jpegAPP1 || marker == jpegAPP12 || marker == jpegAPP13:
			if err := readJPEGMetadata(w, b[4:], pos+4, min(length-2, end-pos-4), x, &late); err != nil {
				return 0, 0, err
			}
		}
		pos += 2 + length
	}
	return 0, 0, fmt.Errorf("%w: more than %d segments", window.ErrMalformed, jpegMaxSegments)
}

// isJPEGAlone reports whether a marker has no segment behind it: TEM, or one of RST0 to RST7.
func isJPEGAlone(marker byte) bool { return marker == 0x01 || marker >= 0xD0 && marker <= 0xD7 }

// jpegMaxStray is how many bytes may stand between two segments, which writers left there.
const jpegMaxStray = 64 << 10

// nextJPEGMarker finds the next marker of a segment behind bytes that belong to none, as viewers do.
func nextJPEGMarker(w *window.Window, pos, end int64) (int64, error) {
	for from := pos; pos-from < jpegMaxStray && end-pos >= 4; {
		if err := w.Element(); err != nil {
			return 0, err
		}
		b, err := w.Bytes(pos, int(min(jpegPeek*64, end-pos)))
		if err != nil {
			return 0, err
		}
		for i := 0; i+1 < len(b); i++ {
			if b[i] == 0xFF && b[i+1] >= 0xC0 && b[i+1] != 0xFF && !isJPEGAlone(b[i+1]) {
				return pos + int64(i), nil
			}
		}
		pos += int64(len(b)) - 1
	}
	return 0, fmt.Errorf("%w: no marker at %d", window.ErrMalformed, pos)
}

// isJPEGFrame reports whether a marker is one of SOF0 to SOF15.
func isJPEGFrame(marker byte) bool {
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
}

// readJPEGMetadata reads a segment whose data begin with b and lie at at.
func readJPEGMetadata(w *window.Window, b []byte, at, length int64, x, late *exifData) error {
	switch {
	case bytes.HasPrefix(b, jpegEXIF) && x.Make == "" && x.original.text == "":
		found, err := readEXIF(w, at+6, length-6)
		if err != nil {
			return err
		}
		found.Fill(x.Metadata)
		*x = *found
	case bytes.HasPrefix(b, jpegXMP):
		n := int64(len(jpegXMP))
		if m, ok := readXMP(w, at+n, length-n); ok {
			m.Fill(late.Metadata) // before IPTC
			late.Metadata = m
		}
	case len(b) >= 14 && string(b[6:14]) == "HEAPJPGM":
		_, _, _ = readCIFF(w, at, length, late) //nolint:dogsled // the frame header knows the size, and it may lie
	case bytes.HasPrefix(b, jpegCasio):
		readCasioJPEG(w, at, length, late)
	case bytes.HasPrefix(b, jpegAgfa) || bytes.Contains(b, []byte("[picture info]")):
		readPictureInfo(w, at, length, late)
	case bytes.HasPrefix(b, jpegPhotoshop):
		n := int64(len(jpegPhotoshop))
		readPhotoshopResources(w, at+n, length-n, late)
	}
	return w.Err()
}

// readCasioJPEG reads the segment of Casio's cameras before EXIF: the time as text at a place of its own.
func readCasioJPEG(w *window.Window, at, length int64, x *exifData) {
	b, err := w.Bytes(at, int(min(length, 128)))
	if err != nil || len(b) < 0x4D+20 {
		return
	}
	t, err := time.Parse("2006.01.02.15.04.05", text.CString(b[0x4D:0x4D+20]))
	if err != nil {
		return
	}
	x.Make, x.Taken = "CASIO", t.Format("2006-01-02T15:04:05")
}

// readPictureInfo reads the segment of Olympus's, Agfa's and Epson's cameras before EXIF: lines of names and values.
func readPictureInfo(w *window.Window, at, length int64, x *exifData) {
	b, err := w.Bytes(at, int(min(length, 1024)))
	if err != nil {
		return
	}
	for line := range bytes.Lines(bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))) {
		name, value, _ := strings.Cut(strings.TrimSpace(string(line)), "=")
		switch name {
		case "TimeDate": // seconds of the camera's clock, which knows no zone
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 && n < 1<<32 {
				x.Taken = time.Unix(n, 0).UTC().Format("2006-01-02T15:04:05")
			}
		case "ID":
			if maker, model, found := strings.Cut(text.Clean(value), " "); found {
				x.Make, x.Model = maker, model
			}
		}
	}
}
