package photo

import (
	"math"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// Namespaces of XMP (ISO 16684-1, and Exif 2.32 for XMP) whose properties are read.
const (
	nsDC        = "http://purl.org/dc/elements/1.1/"
	nsXMP       = "http://ns.adobe.com/xap/1.0/"
	nsTIFF      = "http://ns.adobe.com/tiff/1.0/"
	nsEXIF      = "http://ns.adobe.com/exif/1.0/"
	nsEXIFEx    = "http://cipa.jp/exif/1.0/"
	nsAux       = "http://ns.adobe.com/exif/1.0/aux/"
	nsPhotoshop = "http://ns.adobe.com/photoshop/1.0/"
	nsRDF       = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
)

// XMP reads an XMP packet or an .xmp sidecar. Properties may stand as attributes or as elements of
// rdf:Description; of language alternatives the default one is taken, else the first.
func XMP(packet []byte) Metadata {
	var x xmpReader
	s := xmlscan.New(packet)
	for s.Next() {
		if s.Kind != xmlscan.Start {
			continue
		}
		if string(s.Name) != "Description" || s.Space(s.Prefix) != nsRDF {
			continue
		}
		for _, a := range s.Attrs() {
			x.property(s.Space(a.Prefix), string(a.Name), []string{s.Value(a)})
		}
		x.description(s)
	}
	return x.done()
}

type xmpReader struct {
	m                 Metadata
	original, created string // dates
	lat, lon          string
}

// description reads the property elements of one rdf:Description.
func (x *xmpReader) description(s *xmlscan.Scanner) {
	depth := s.Depth
	for s.Next() {
		switch {
		case s.Kind == xmlscan.End && s.Depth <= depth:
			return
		case s.Kind != xmlscan.Start:
		case xmpWanted(s.Name):
			space, name := s.Space(s.Prefix), string(s.Name)
			x.property(space, name, xmpValues(s))
		default:
			s.Skip() // edit histories and the like are long
		}
	}
}

func xmpWanted(name []byte) bool {
	switch string(name) {
	case "title", "description", "creator", "publisher", "language", "identifier", "date",
		"Make", "Model", "Orientation", "CreateDate", "DateCreated", "DateTimeOriginal",
		"Lens", "LensModel", "ExposureTime", "FNumber", "ISOSpeedRatings", "PhotographicSensitivity",
		"GPSLatitude", "GPSLongitude":
		return true
	}
	return false
}

// xmpValues consumes a property element and returns its items: the default alternative first.
func xmpValues(s *xmlscan.Scanner) []string {
	var values []string
	var text strings.Builder
	for depth := s.Depth; s.Next(); {
		if s.Kind == xmlscan.End && s.Depth <= depth {
			break
		}
		if s.Kind == xmlscan.Text {
			if text.Len() < xmlscan.MaxText {
				text.WriteString(s.Text())
			}
			continue
		}
		if s.Kind != xmlscan.Start || string(s.Name) != "li" || len(values) > 100 {
			continue
		}
		isDefault := s.Attr("lang") == "x-default"
		if v := s.Inner(); v != "" {
			values = append(values, v)
			if isDefault {
				values[0], values[len(values)-1] = v, values[0]
			}
		}
	}
	if v := strings.TrimSpace(text.String()); v != "" && len(values) == 0 {
		values = append(values, v)
	}
	return values
}

func (x *xmpReader) property(space, name string, values []string) {
	if len(values) == 0 {
		return
	}
	v, m := values[0], &x.m
	switch space {
	case nsDC:
		x.dublinCore(name, values)
	case nsTIFF:
		switch name {
		case "Make":
			m.Make = v
		case "Model":
			m.Model = v
		case "Orientation":
			m.Orientation = int(xmpNumber(v))
		}
	case nsXMP:
		if name == "CreateDate" {
			x.created = v
		}
	case nsPhotoshop:
		if name == "DateCreated" && x.original == "" {
			x.original = v
		}
	case nsAux:
		if name == "Lens" && m.Lens == "" {
			m.Lens = v
		}
	case nsEXIF, nsEXIFEx:
		x.exif(name, v)
	}
}

func (x *xmpReader) dublinCore(name string, values []string) {
	m := &x.m
	switch v := values[0]; name {
	case "title":
		m.Title = v
	case "description":
		m.Caption = v
	case "creator":
		m.Creators = values
	case "publisher":
		m.Publisher = v
	case "language":
		m.Language = v
	case "identifier":
		m.Identifier = v
	case "date":
		if x.created == "" {
			x.created = v
		}
	}
}

func (x *xmpReader) exif(name, v string) {
	m := &x.m
	switch name {
	case "DateTimeOriginal":
		x.original = v
	case "LensModel":
		m.Lens = v
	case "ExposureTime":
		m.ExposureSeconds = xmpNumber(v)
	case "FNumber":
		m.FNumber = xmpNumber(v)
	case "ISOSpeedRatings", "PhotographicSensitivity":
		m.ISO = int(xmpNumber(v))
	case "GPSLatitude":
		x.lat = v
	case "GPSLongitude":
		x.lon = v
	}
}

func (x *xmpReader) done() Metadata {
	m := x.m
	m.Taken = Time(x.original, "", "")
	if m.Created = Time(x.created, "", ""); m.Created == "" {
		m.Created = Date(x.created)
	}
	if m.Created == "" {
		m.Created = Date(x.original)
	}
	lat, okLat := xmpDegrees(x.lat, 'N', 'S')
	lon, okLon := xmpDegrees(x.lon, 'E', 'W')
	if okLat && okLon {
		m.Position = NewPosition(lat, lon)
	}
	return m
}

// xmpNumber reads "1/250" and "0.004"; what is no number, or one beyond sense, gives 0.
func xmpNumber(v string) float64 {
	num, den, isRational := strings.Cut(v, "/")
	f, err := strconv.ParseFloat(strings.TrimSpace(num), 64)
	if err != nil {
		return 0
	}
	if isRational {
		d, err := strconv.ParseFloat(strings.TrimSpace(den), 64)
		if err != nil || d == 0 {
			return 0
		}
		f /= d
	}
	if math.IsNaN(f) || math.Abs(f) > 1e9 {
		return 0
	}
	return f
}

// xmpDegrees reads "48,51.504N" and "48,51,30.24N"; some write decimal degrees with a sign instead.
func xmpDegrees(v string, positive, negative byte) (float64, bool) {
	if v == "" {
		return 0, false
	}
	sign := 1.0
	switch v[len(v)-1] {
	case negative:
		sign = -1
		fallthrough
	case positive:
		v = v[:len(v)-1]
	}
	sum, unit := 0.0, 1.0
	for part := range strings.SplitSeq(v, ",") {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return 0, false
		}
		sum += f / unit
		unit *= 60
	}
	return sign * sum, true
}
