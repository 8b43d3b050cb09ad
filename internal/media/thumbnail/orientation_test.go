package thumbnail

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"testing"

	"golang.org/x/image/tiff"
)

// exifOf is EXIF that says how a picture is turned, and nothing else.
func exifOf(orientation int) string {
	return "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" +
		string(rune(orientation)) + "\x00\x00\x00\x00\x00\x00"
}

// pngTurned is a PNG that says how it is turned, behind a chunk that says something else.
func pngTurned(t *testing.T, m image.Image, orientation int) []byte {
	const header = 8 + 25
	file := encoded(t, func(w io.Writer) error { return png.Encode(w, m) })
	out := bytes.Clone(file[:header])
	for _, chunk := range []string{"tEXtTitle\x00quarters", "eXIf" + exifOf(orientation)} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
		out = append(out, chunk...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(chunk)))
	}
	return append(out, file[header:]...)
}

// tiffTurned is a TIFF whose first directory says how it is turned, at its end.
func tiffTurned(t *testing.T, m image.Image, orientation int) []byte {
	file := encoded(t, func(w io.Writer) error { return tiff.Encode(w, m, nil) })
	at := binary.LittleEndian.Uint32(file[4:])
	count := binary.LittleEndian.Uint16(file[at:])
	fields := file[at+2:][:12*count]
	out := bytes.Clone(file)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)))
	out = binary.LittleEndian.AppendUint16(out, count+1)
	written := false
	for ; len(fields) > 0; fields = fields[12:] {
		if !written && binary.LittleEndian.Uint16(fields) > 0x112 { // they stand in the order of their tags
			out, written = append(out, "\x12\x01\x03\x00\x01\x00\x00\x00"+string(rune(orientation))+"\x00\x00\x00"...), true
		}
		out = append(out, fields[:12]...)
	}
	return append(out, 0, 0, 0, 0)
}

// webpQuarters is quarters(400, 240) without loss, as cwebp writes it: the chunk VP8L.
const webpQuarters = "VlA4TDYAAAAvj8E7AB8w/wKCgv+jExAU/B/d/IdkD8Ag20gv+ZIv+QADaET/J2CDF+Q//tOnCX6Q//hPnwA="

// webpTurned is a WebP that says how it is turned, with what JPEG has before EXIF or without it.
func webpTurned(t *testing.T, prefix string, orientation int) []byte {
	picture, err := base64.StdEncoding.DecodeString(webpQuarters)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("WEBPVP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x8f\x01\x00\xef\x00\x00")
	body = append(body, picture...)
	exif := prefix + exifOf(orientation)
	body = binary.LittleEndian.AppendUint32(append(body, "EXIF"...), uint32(len(exif)))
	body = append(body, exif...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestPicturesThatAreNoJPEGAreBroughtUprightToo(t *testing.T) {
	picture := quarters(400, 240)
	for orientation := 1; orientation <= 8; orientation++ {
		for name, file := range map[string][]byte{
			"png": pngTurned(t, picture, orientation), "tiff": tiffTurned(t, picture, orientation),
			"webp": webpTurned(t, "", orientation), "webp as in a JPEG": webpTurned(t, "Exif\x00\x00", orientation),
		} {
			t.Run(fmt.Sprintf("%s/%d", name, orientation), func(t *testing.T) {
				m := made(t, file, 200)
				checkUpright(t, m, orientation)
			})
		}
	}
}
