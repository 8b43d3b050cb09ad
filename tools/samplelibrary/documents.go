package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
)

// painting is a picture of two colours and a few rings that follow from its name.
func painting(width, height int, name string) image.Image {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	seed := h.Sum32()
	a := color.RGBA{uint8(seed), uint8(seed >> 8), uint8(seed >> 16), 255}
	b := color.RGBA{255 - a.B, 255 - a.R, 255 - a.G, 255}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			r := math.Hypot(float64(x-width/3), float64(y-height/2))
			img.Set(x, y, mix(a, b, 0.5+0.5*math.Sin(r/float64(8+seed%9))))
		}
	}
	return img
}

func mix(a, b color.RGBA, t float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(float64(x)*(1-t) + float64(y)*t) }
	return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

func pngImage(width, height int, name string) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, painting(width, height, name)) // a Buffer takes everything
	return b.Bytes()
}

func jpegImage(width, height int, name string, e *exif) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, painting(width, height, name), &jpeg.Options{Quality: 60})
	if e == nil {
		return b.Bytes()
	}
	body := append([]byte("Exif\x00\x00"), e.tiff()...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return bytes.Join([][]byte{b.Bytes()[:2], segment, body, b.Bytes()[2:]}, nil)
}

// exif is what a camera writes into its pictures (CIPA DC-008, Exif 2.32).
type exif struct {
	taken, zone         string // "2006:01:02 15:04:05", "+01:00"
	maker, model        string
	orientation         uint16 // 0: none is written
	latitude, longitude float64
}

// field is an entry of a TIFF directory with its value, little-endian.
type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func ascii(tag uint16, s string) field {
	return field{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

func short(tag, v uint16) field {
	return field{tag, 3, 1, binary.LittleEndian.AppendUint16(nil, v)}
}

func long(tag uint16, v uint32) field {
	return field{tag, 4, 1, binary.LittleEndian.AppendUint32(nil, v)}
}

// degrees writes an angle as three rationals.
func degrees(tag uint16, angle float64) field {
	angle = math.Abs(angle)
	whole, rest := math.Modf(angle)
	minutes, rest := math.Modf(rest * 60)
	var v []byte
	for _, n := range []uint32{uint32(whole), 1, uint32(minutes), 1, uint32(math.Round(rest * 6000)), 100} {
		v = binary.LittleEndian.AppendUint32(v, n)
	}
	return field{tag, 5, 3, v}
}

func (e *exif) tiff() []byte {
	main := []field{ascii(0x010f, e.maker), ascii(0x0110, e.model)}
	if e.orientation > 0 {
		main = append(main, short(0x0112, e.orientation))
	}
	detail := []field{ascii(0x9003, e.taken), ascii(0x9011, e.zone)}
	var position []field
	if e.latitude != 0 || e.longitude != 0 {
		ref := func(v float64, positive, negative string) string {
			if v < 0 {
				return negative
			}
			return positive
		}
		position = []field{
			ascii(1, ref(e.latitude, "N", "S")), degrees(2, e.latitude), ascii(3, ref(e.longitude, "E", "W")), degrees(4, e.longitude),
		}
	}
	// Pointers to the other directories are of fixed length, so a first pass finds where these begin.
	assemble := func(detailAt, positionAt uint32) (all []byte, second, third uint32) {
		fields := append(append([]field{}, main...), long(0x8769, detailAt))
		if position != nil {
			fields = append(fields, long(0x8825, positionAt))
		}
		all = directory([]byte("II*\x00\x08\x00\x00\x00"), fields)
		second = uint32(len(all))
		all = directory(all, detail)
		third = uint32(len(all))
		if position != nil {
			all = directory(all, position)
		}
		return all, second, third
	}
	_, second, third := assemble(0, 0)
	all, _, _ := assemble(second, third)
	return all
}

// directory appends an IFD; values longer than four bytes follow it.
func directory(to []byte, fields []field) []byte {
	le := binary.LittleEndian
	after := uint32(len(to) + 2 + 12*len(fields) + 4)
	var values []byte
	to = le.AppendUint16(to, uint16(len(fields)))
	for _, f := range fields {
		to = le.AppendUint32(le.AppendUint16(le.AppendUint16(to, f.tag), f.kind), f.count)
		if len(f.value) <= 4 {
			to = append(to, append(f.value, make([]byte, 4-len(f.value))...)...)
			continue
		}
		to = le.AppendUint32(to, after+uint32(len(values)))
		values = append(values, f.value...)
		if len(values)%2 == 1 {
			values = append(values, 0)
		}
	}
	return append(le.AppendUint32(to, 0), values...)
}

// archive writes a zip file without times.
type archive struct {
	b bytes.Buffer
	w *zip.Writer
}

func newArchive() *archive {
	a := &archive{}
	a.w = zip.NewWriter(&a.b)
	return a
}

func (a *archive) add(name string, method uint16, data []byte) {
	packed := data
	if method == zip.Deflate {
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, flate.BestCompression) // fails on unknown levels only
		_, _ = w.Write(data)
		_ = w.Close()
		packed = b.Bytes()
	}
	// Sizes and checksum stand in the header, without extra fields: what identifies an EPUB by its first
	// bytes finds its type at offset 38 (OCF 3.3, 4.3).
	w, _ := a.w.CreateRaw(&zip.FileHeader{
		Name: name, Method: method, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: uint64(len(packed)), UncompressedSize64: uint64(len(data)),
		ReaderVersion: 20,
	})
	_, _ = w.Write(packed)
}

func (a *archive) bytes() []byte {
	_ = a.w.Close()
	return a.b.Bytes()
}

func epub(title, author, date string) []byte {
	a := newArchive()
	a.add("mimetype", zip.Store, []byte("application/epub+zip")) // first and uncompressed, as OCF 3.3 asks
	a.add("META-INF/container.xml", zip.Deflate, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
`))
	a.add("OEBPS/book.opf", zip.Deflate, fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="id">urn:uuid:5f2b1c1e-6f0e-4f52-9a35-6d2f1f0a7c10</dc:identifier>
    <dc:title>%s</dc:title>
    <dc:creator>%s</dc:creator>
    <dc:language>en</dc:language>
    <dc:date>%s</dc:date>
    <meta property="dcterms:modified">%sT00:00:00Z</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
    <item id="cover" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>
  </manifest>
  <spine><itemref idref="one"/></spine>
</package>
`, title, author, date, date))
	a.add("OEBPS/nav.xhtml", zip.Deflate, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>Contents</title></head>
<body><nav epub:type="toc"><ol><li><a href="one.xhtml">Grafting</a></li></ol></nav></body></html>
`))
	a.add("OEBPS/one.xhtml", zip.Deflate, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Grafting</title></head>
<body><h1>Grafting</h1><p>The trees were glass, and rang when it hailed.</p></body></html>
`))
	a.add("OEBPS/cover.jpg", zip.Store, jpegImage(120, 180, title, nil))
	return a.bytes()
}

func comic(series, number, title string, year, pages int) []byte {
	a := newArchive()
	a.add("ComicInfo.xml", zip.Deflate, fmt.Appendf(nil, `<?xml version="1.0" encoding="utf-8"?>
<ComicInfo>
  <Series>%s</Series>
  <Number>%s</Number>
  <Title>%s</Title>
  <Year>%d</Year>
  <PageCount>%d</PageCount>
</ComicInfo>
`, series, number, title, year, pages))
	for i := range pages {
		a.add(fmt.Sprintf("%03d.jpg", i+1), zip.Store, jpegImage(120, 180, fmt.Sprint(series, number, i), nil))
	}
	return a.bytes()
}

// pdf writes one line of text a page (ISO 32000-1, 7.5).
func pdf(title, author string, pages []string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 5+2*i)
	}
	object("<< /Type /Pages /Kids [ %s] /Count %d >>", kids, len(pages))
	object("<< /Title (%s) /Author (%s) /CreationDate (D:20200101000000Z) >>", title, author)
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	for i, text := range pages {
		stream := fmt.Sprintf("BT /F1 18 Tf 72 720 Td (%s) Tj ET", text)
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 4 0 R >> >> >>", 6+2*i)
		object("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}
