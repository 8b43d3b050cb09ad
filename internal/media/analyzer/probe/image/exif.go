package image

import (
	"math"
	"slices"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Tags of TIFF 6.0, EXIF 2.32 (CIPA DC-008), DNG 1.6.
const (
	exifTagNewSubfileType   = 0x00FE
	exifTagImageWidth       = 0x0100
	exifTagImageLength      = 0x0101
	exifTagImageDescription = 0x010E
	exifTagMake             = 0x010F
	exifTagModel            = 0x0110
	exifTagOrientation      = 0x0112
	exifTagDateTime         = 0x0132
	exifTagArtist           = 0x013B
	exifTagSubIFDs          = 0x014A
	exifTagXMP              = 0x02BC
	exifTagIPTC             = 0x83BB
	exifTagExposureTime     = 0x829A
	exifTagFNumber          = 0x829D
	exifTagExifIFD          = 0x8769
	exifTagGPSIFD           = 0x8825
	exifTagISO              = 0x8827
	exifTagRecommendedIndex = 0x8832
	exifTagOriginalTime     = 0x9003
	exifTagDigitizedTime    = 0x9004
	exifTagOffsetTime       = 0x9010
	exifTagOffsetOriginal   = 0x9011
	exifTagOffsetDigitized  = 0x9012
	exifTagShutterSpeed     = 0x9201
	exifTagAperture         = 0x9202
	exifTagSubSecOriginal   = 0x9291
	exifTagSubSecDigitized  = 0x9292
	exifTagPixelX           = 0xA002
	exifTagPixelY           = 0xA003
	exifTagLensSpec         = 0xA432
	exifTagLensModel        = 0xA434
	exifTagDNGVersion       = 0xC612
	exifTagUniqueModel      = 0xC614
	exifTagDNGLensInfo      = 0xC630
	exifTagGPSLatitudeRef   = 1
	exifTagGPSLatitude      = 2
	exifTagGPSLongitudeRef  = 3
	exifTagGPSLongitude     = 4
	exifTagPanasonicTop     = 4 // of RW2, whose image is the sensor's area inside these borders
	exifTagPanasonicLeft    = 5
	exifTagPanasonicBottom  = 6
	exifTagPanasonicRight   = 7
)

var exifWantedTags = []uint16{
	exifTagPanasonicTop, exifTagPanasonicLeft, exifTagPanasonicBottom, exifTagPanasonicRight,
	exifTagNewSubfileType, exifTagImageWidth, exifTagImageLength, exifTagImageDescription, exifTagMake, exifTagModel,
	exifTagOrientation, exifTagDateTime, exifTagArtist, exifTagSubIFDs, exifTagXMP, exifTagExposureTime, exifTagFNumber, exifTagIPTC, exifTagExifIFD,
	exifTagGPSIFD, exifTagISO, exifTagRecommendedIndex, exifTagOriginalTime, exifTagDigitizedTime, exifTagOffsetTime,
	exifTagOffsetOriginal, exifTagOffsetDigitized, exifTagShutterSpeed, exifTagAperture, exifTagSubSecOriginal,
	exifTagSubSecDigitized, exifTagPixelX, exifTagPixelY, exifTagLensSpec, exifTagLensModel, exifTagDNGVersion, exifTagUniqueModel,
	exifTagDNGLensInfo,
}

func exifWanted(tag uint16) bool {
	_, ok := slices.BinarySearch(exifWantedTags, tag)
	return ok
}

func gpsWanted(tag uint16) bool { return tag >= exifTagGPSLatitudeRef && tag <= exifTagGPSLongitude }

// exifData gathers what the directories of one file say.
type exifData struct {
	photo.Metadata
	images         []exifImage // what the TIFF's own directories say of pictures, IFD0 first
	pixelX, pixelY int         // the EXIF directory's size of the picture
	chained        int         // directories in the chain that begins with IFD0; 0 where it breaks off
	isDNG          bool
	borders        [4]int // of a Panasonic sensor: top, left, bottom, right
	uniqueModel    string
	original       exifTime
	digitized      exifTime
	xmp, iptc      tiffEntry
}

// exifImage is the size that one directory states.
type exifImage struct {
	width, height int
	reduced       bool // a preview of another image of the file
}

type exifTime struct{ text, fraction, zone string }

// readEXIF reads the EXIF data of size bytes at base, which begins with a TIFF header. What of it can
// be read is returned even where a part is broken: cameras and editors break maker notes and links all
// the time. Only a spent budget or a failing source is an error.
func readEXIF(w *window.Window, base, size int64) (*exifData, error) {
	x := new(exifData)
	t, first, err := newTIFF(w, base, size)
	if err != nil {
		return x, w.Err()
	}
	x.walk(t, first, false)
	x.finish(t)
	return x, w.Err()
}

// walk reads IFD0 and the directories it points to; with chain, the sizes of those that follow it, too.
func (x *exifData) walk(t *tiffFile, first uint64, chain bool) {
	x.chained = 0
	for off := first; off != 0; {
		var buf [40]tiffEntry
		fields, next, err := t.directory(off, exifWanted, buf[:0])
		if err != nil {
			x.chained = 0
			return
		}
		x.directory(t, fields, off == first)
		x.chained++
		if !chain {
			return
		}
		off = next
	}
}

func (x *exifData) directory(t *tiffFile, fields []tiffEntry, isFirst bool) {
	x.images = append(x.images, exifImageOf(t, fields))
	for _, e := range fields {
		if isFirst && !isExifImageTag(e.tag) {
			x.field(t, e)
		}
	}
	for _, e := range fields {
		switch e.tag {
		case exifTagSubIFDs:
			for i := range min(e.count, 8) {
				x.subdirectory(t, t.uint(e, i))
			}
		case exifTagExifIFD:
			if isFirst {
				x.exifDirectory(t, t.uint(e, 0))
			}
		case exifTagGPSIFD:
			if isFirst {
				x.gpsDirectory(t, t.uint(e, 0))
			}
		}
	}
}

// isExifImageTag reports whether a tag tells of the picture's place, not of the picture.
func isExifImageTag(tag uint16) bool {
	switch tag {
	case exifTagNewSubfileType, exifTagImageWidth, exifTagImageLength, exifTagSubIFDs, exifTagExifIFD, exifTagGPSIFD:
		return true
	}
	return false
}

// exifImageOf is what a directory says of its picture's size.
func exifImageOf(t *tiffFile, fields []tiffEntry) (img exifImage) {
	for _, e := range fields {
		switch e.tag {
		case exifTagNewSubfileType:
			img.reduced = t.uint(e, 0)&1 != 0
		case exifTagImageWidth:
			img.width = t.length(e)
		case exifTagImageLength:
			img.height = t.length(e)
		}
	}
	return img
}

// subdirectory takes only the size of a sub-image.
func (x *exifData) subdirectory(t *tiffFile, off uint64) {
	var buf [40]tiffEntry
	fields, _, err := t.directory(off, exifWanted, buf[:0])
	if err != nil {
		return
	}
	x.images = append(x.images, exifImageOf(t, fields))
}

func (x *exifData) exifDirectory(t *tiffFile, off uint64) {
	var buf [40]tiffEntry
	fields, _, err := t.directory(off, exifWanted, buf[:0])
	if err != nil {
		return
	}
	for _, e := range fields {
		x.field(t, e)
	}
}

// field takes one field of IFD0 or of the EXIF directory; writers put some into either.
func (x *exifData) field(t *tiffFile, e tiffEntry) {
	switch e.tag {
	case exifTagImageDescription:
		x.Caption = exifCaption(t.text(e))
	case exifTagMake:
		x.Make = t.text(e)
	case exifTagModel:
		x.Model = t.text(e)
	case exifTagArtist:
		if a := t.text(e); a != "" {
			x.Creators = []string{a}
		}
	case exifTagOrientation:
		if o := t.uint(e, 0); o >= 1 && o <= 8 {
			x.Orientation = int(o)
		}
	case exifTagXMP:
		x.xmp = e
	case exifTagIPTC:
		x.iptc = e
	case exifTagDNGVersion:
		x.isDNG = true
	case exifTagUniqueModel:
		x.uniqueModel = t.text(e)
	case exifTagPixelX:
		x.pixelX = t.length(e)
	case exifTagPixelY:
		x.pixelY = t.length(e)
	case exifTagPanasonicTop, exifTagPanasonicLeft, exifTagPanasonicBottom, exifTagPanasonicRight:
		x.borders[e.tag-exifTagPanasonicTop] = t.length(e)
	default:
		x.timeField(t, e)
		x.exposureField(t, e)
	}
}

func (x *exifData) timeField(t *tiffFile, e tiffEntry) {
	switch e.tag {
	case exifTagOriginalTime:
		x.original.text = t.text(e)
	case exifTagDigitizedTime:
		x.digitized.text = t.text(e)
	case exifTagSubSecOriginal:
		x.original.fraction = t.text(e)
	case exifTagSubSecDigitized:
		x.digitized.fraction = t.text(e)
	case exifTagOffsetOriginal:
		x.original.zone = t.text(e)
	case exifTagOffsetDigitized:
		x.digitized.zone = t.text(e)
	case exifTagOffsetTime:
		if zone := t.text(e); x.original.zone == "" {
			x.original.zone = zone // the camera's clock has one zone
		}
	}
}

func (x *exifData) exposureField(t *tiffFile, e tiffEntry) {
	f, ok := t.float(e, 0)
	switch {
	case !ok:
	case e.tag == exifTagExposureTime:
		x.ExposureSeconds = f
	case e.tag == exifTagFNumber:
		x.FNumber = f
	case e.tag == exifTagShutterSpeed && x.ExposureSeconds == 0 && math.Abs(f) < 40:
		x.ExposureSeconds = math.Exp2(-f) // APEX
	case e.tag == exifTagAperture && x.FNumber == 0 && math.Abs(f) < 40:
		x.FNumber = math.Exp2(f / 2)
	case e.tag == exifTagISO && f < math.MaxUint16, e.tag == exifTagRecommendedIndex && x.ISO == 0 && f < 1e8:
		x.ISO = int(f)
	case e.tag == exifTagLensModel:
		x.Lens = t.text(e)
	case (e.tag == exifTagLensSpec || e.tag == exifTagDNGLensInfo) && x.Lens == "":
		x.Lens = exifLens(t, e)
	}
}

// exifLens names a lens by its specification where it has no name: focal lengths and widest apertures.
func exifLens(t *tiffFile, e tiffEntry) string {
	number := func(i uint64) string {
		f, ok := t.float(e, i)
		if !ok || f <= 0 || f > 1e5 {
			return ""
		}
		return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
	}
	span := func(a, b string) string {
		if b == "" || a == b {
			return a
		}
		return a + "-" + b
	}
	focal := span(number(0), number(1))
	if focal == "" {
		return ""
	}
	name := focal + " mm"
	if aperture := span(number(2), number(3)); aperture != "" {
		name += " f/" + aperture
	}
	return name
}

// exifCaption leaves out what cameras write into every picture.
func exifCaption(s string) string {
	switch s {
	case "OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM", "MINOLTA DIGITAL CAMERA", "KONICA MINOLTA DIGITAL CAMERA",
		"SAMSUNG", "Exif_JPEG_PICTURE", "DIGITAL CAMERA", "default":
		return ""
	}
	return s
}

// finish settles times, camera names and the XMP and IPTC that the TIFF embeds.
func (x *exifData) finish(t *tiffFile) {
	x.Taken = photo.Time(x.original.text, x.original.fraction, x.original.zone)
	digitized := x.digitized
	if digitized.zone == "" {
		digitized.zone = x.original.zone
	}
	x.Created = photo.Time(digitized.text, digitized.fraction, digitized.zone)
	if x.Model == "" && x.Make == "" {
		x.Model = x.uniqueModel
	}
	if x.xmp.count > 0 {
		if m, ok := readXMP(t.w, x.xmp.at, int64(x.xmp.count)); ok {
			x.Fill(m)
		}
	}
	if x.iptc.count > 0 {
		at, length := t.extent(x.iptc)
		if m, ok := readIPTC(t.w, at, length); ok {
			x.Fill(m)
		}
	}
}

const (
	xmpMax  = 256 << 10 // longer packets hold edit histories, which nothing here needs
	iptcMax = 64 << 10
)

// readXMP reads an XMP packet; of a long one only the beginning, where its properties stand.
func readXMP(w *window.Window, at, length int64) (photo.Metadata, bool) {
	b, err := w.Part(at, min(length, xmpMax))
	if err != nil {
		return photo.Metadata{}, false
	}
	return CleanPhoto(photo.XMP(b)), true
}

func readIPTC(w *window.Window, at, length int64) (photo.Metadata, bool) {
	b, err := w.Part(at, min(length, iptcMax))
	if err != nil {
		return photo.Metadata{}, false
	}
	return CleanPhoto(photo.IPTC(b)), true
}

// CleanPhoto makes the texts of metadata fit for the catalog.
func CleanPhoto(m photo.Metadata) photo.Metadata {
	for _, s := range []*string{&m.Title, &m.Caption, &m.Publisher, &m.Language, &m.Identifier, &m.Make, &m.Model, &m.Lens} {
		*s = text.Clean(*s)
	}
	for i, c := range m.Creators {
		m.Creators[i] = text.Clean(c)
	}
	return m
}

// describePicture writes what is known of a picture into r and makes it a photo where a camera took it.
func describePicture(r *format.Result, m *photo.Metadata) {
	m.Describe(&r.Description)
	if m.FromCamera() {
		r.Kind = media.KindPhoto
	}
}
