// Package photo holds what pictures say of themselves besides their pixels, in whichever of the three
// ways they say it (EXIF, XMP, IPTC), and how the three become one description. It reads XMP and IPTC;
// EXIF is read by the probers. It holds no state and is safe for concurrent use.
package photo

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Metadata is what one source says of a picture. Zero values mean unknown.
type Metadata struct {
	Title           string
	Caption         string
	Creators        []string
	Publisher       string
	Language        string
	Identifier      string // of documents: dc:identifier
	Make, Model     string // of the camera
	Lens            string
	Orientation     int     // EXIF 1-8
	Taken           string  // when the shutter opened: RFC 3339, without a zone where none is known
	Created         string  // when the file's content was made, in the same form; or a date only
	ExposureSeconds float64 // shutter time
	FNumber         float64
	ISO             int
	Position        *Position
}

// Position is where a picture was taken, in degrees, WGS 84.
type Position struct{ Latitude, Longitude float64 }

// NewPosition returns nil for what can be no place: out of range, not a number, or the exact origin,
// which devices write when they have no fix. Degrees are rounded to seven decimals.
func NewPosition(latitude, longitude float64) *Position {
	if !(math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180) || latitude == 0 && longitude == 0 {
		return nil
	}
	round := func(degrees float64) float64 { return math.Round(degrees*1e7) / 1e7 } // a centimetre
	return &Position{round(latitude), round(longitude)}
}

// Fill takes from o what m lacks. The Metadata Working Group's order is EXIF, XMP, IPTC for what the
// camera wrote, and XMP before the others for what people wrote.
func (m *Metadata) Fill(o Metadata) {
	if m.Make == "" && m.Model == "" {
		m.Make, m.Model = o.Make, o.Model
	}
	if len(m.Creators) == 0 {
		m.Creators = o.Creators
	}
	m.Title = cmp.Or(m.Title, o.Title)
	m.Caption = cmp.Or(m.Caption, o.Caption)
	m.Publisher = cmp.Or(m.Publisher, o.Publisher)
	m.Language = cmp.Or(m.Language, o.Language)
	m.Identifier = cmp.Or(m.Identifier, o.Identifier)
	m.Lens = cmp.Or(m.Lens, o.Lens)
	m.Taken = cmp.Or(m.Taken, o.Taken)
	m.Created = cmp.Or(m.Created, o.Created)
	m.Orientation = cmp.Or(m.Orientation, o.Orientation)
	m.ExposureSeconds = cmp.Or(m.ExposureSeconds, o.ExposureSeconds)
	m.FNumber = cmp.Or(m.FNumber, o.FNumber)
	m.ISO = cmp.Or(m.ISO, o.ISO)
	m.Position = cmp.Or(m.Position, o.Position)
}

// FromCamera reports whether a camera took the picture.
func (m *Metadata) FromCamera() bool {
	return m.Make != "" || m.Model != "" || m.ExposureSeconds > 0 || m.FNumber > 0
}

// Describe writes what m knows into d; what m does not know stays as it is.
func (m *Metadata) Describe(d *media.Description) {
	d.Title = cmp.Or(m.Title, d.Title)
	d.Plot = cmp.Or(m.Caption, d.Plot)
	d.Camera = cmp.Or(m.Camera(), d.Camera)
	d.Lens = cmp.Or(m.Lens, d.Lens)
	d.Exposure = cmp.Or(m.Exposure(), d.Exposure)
	taken := m.Taken
	if taken == "" && m.FromCamera() && strings.Contains(m.Created, "T") {
		taken = m.Created
	}
	d.TakenAt = cmp.Or(taken, d.TakenAt)
	if taken == "" && len(m.Created) >= len("2006") {
		d.Date, _, _ = strings.Cut(m.Created, "T")
	}
	if len(m.Creators) > 0 {
		d.Artist = strings.Join(m.Creators, "; ")
		if len(m.Creators) > 1 {
			d.Artists = m.Creators
		}
	}
	if m.Position != nil {
		d.Latitude, d.Longitude = &m.Position.Latitude, &m.Position.Longitude
	}
	if m.Orientation >= 1 && m.Orientation <= 8 && d.Media != nil {
		d.Media.Orientation = m.Orientation
	}
}

// Camera returns maker and model as one name, without saying the maker twice: "NIKON D850" of
// "NIKON CORPORATION" and "NIKON D850", "SONY ILCE-7M3" of "SONY" and "ILCE-7M3".
func (m *Metadata) Camera() string {
	first, _, _ := strings.Cut(m.Make, " ")
	if first == "" || len(m.Model) >= len(first) && strings.EqualFold(m.Model[:len(first)], first) {
		return m.Model
	}
	return strings.TrimSpace(m.Make + " " + m.Model)
}

// Exposure returns the exposure as photographers write it: "1/250 s f/2.8 ISO 400".
func (m *Metadata) Exposure() string {
	var parts []string
	switch t := m.ExposureSeconds; {
	case !(t > 0) || t > 1e6:
	case t < 0.3:
		parts = append(parts, "1/"+strconv.FormatFloat(math.Round(1/t), 'f', -1, 64)+" s")
	default:
		parts = append(parts, strconv.FormatFloat(math.Round(t*10)/10, 'f', -1, 64)+" s")
	}
	if m.FNumber > 0 && m.FNumber < 1000 {
		parts = append(parts, "f/"+strconv.FormatFloat(math.Round(m.FNumber*10)/10, 'f', -1, 64))
	}
	if m.ISO > 0 {
		parts = append(parts, "ISO "+strconv.Itoa(m.ISO))
	}
	return strings.Join(parts, " ")
}
