package thumbnail

import (
	"encoding/binary"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/raw"
)

// maxChunks are looked at for the orientation of a picture: a writer that has it needs few before it.
const maxChunks = 64

// saidOf is what a PNG, a WebP or a TIFF says of itself beside its pixels: how it is to be turned, above all.
// An error of reading says nothing, and src remembers it.
func saidOf(src io.ReadSeeker, format string) raw.Found {
	in, at := &seekReaderAt{src}, int64(-1)
	switch format {
	case "tiff":
		return saidIn(src)
	case "png":
		at = exifOfPNG(in)
	case "webp":
		at = exifOfWebP(in)
	}
	if at < 0 {
		return raw.Found{Orientation: 1}
	}
	const prefix = "Exif\x00\x00" // which some writers keep from JPEG
	var head [len(prefix)]byte
	if _, err := in.ReadAt(head[:], at); err == nil && string(head[:]) == prefix {
		at += int64(len(prefix))
	}
	return saidIn(io.NewSectionReader(in, at, maxEXIF))
}

// maxEXIF is how far behind its beginning EXIF may say how a picture is turned: a JPEG has no more room for it.
const maxEXIF = 64 << 10

// saidIn reads what a TIFF says, as which EXIF is written.
func saidIn(src io.ReadSeeker) raw.Found {
	found, err := raw.Find(src)
	if err != nil {
		return raw.Found{Orientation: 1}
	}
	return found
}

// exifOfPNG says where a PNG has its EXIF, before its data (PNG, third edition, 11.3.4.6); -1: nowhere.
func exifOfPNG(in io.ReaderAt) int64 {
	at := int64(8) // behind the signature
	for range maxChunks {
		var head [8]byte
		if _, err := in.ReadAt(head[:], at); err != nil {
			return -1
		}
		switch string(head[4:]) {
		case "eXIf":
			return at + 8
		case "IDAT":
			return -1
		}
		at += 8 + int64(binary.BigEndian.Uint32(head[:])) + 4 // and a sum
	}
	return -1
}

// exifOfWebP says where a WebP has its EXIF, behind its data (RFC 9649, 2.7.1.5); -1: nowhere.
func exifOfWebP(in io.ReaderAt) int64 {
	at := int64(12) // behind RIFF, its length and WEBP
	for range maxChunks {
		var head [8]byte
		if _, err := in.ReadAt(head[:], at); err != nil {
			return -1
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		switch kind := string(head[:4]); {
		case kind == "EXIF":
			return at + 8
		case at == 12 && kind != "VP8X":
			return -1 // nothing but the picture
		}
		at += 8 + length + length&1
	}
	return -1
}
