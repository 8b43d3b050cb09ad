package mp4

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// camera is what cameras and telephones write of a recording: who, when and where. Apple names it by keys of
// QuickTime metadata, others by items of user data ("©mak", "©xyz") or 3GPP's location box.
type camera struct {
	maker, model string
	taken        string // RFC 3339
	day          string // "©day", which of music is another date
	created      uint64 // of mvhd: seconds since 1904, UTC
	android      bool   // whose recorder means what mvhd says
}

// recorded takes an item by its name, where it is one of these.
func (p *mp4) recorded(name, chars string) {
	c := &p.camera
	switch name {
	case "\xa9xyz", "location.ISO6709":
		p.location(chars)
	case "\xa9mak", "make":
		c.maker = text.Clean(chars)
	case "\xa9mod", "model":
		c.model = text.Clean(chars)
	case "creationdate":
		c.taken = photo.Time(chars, "", "")
	case "\xa9day":
		c.day = chars
	default:
		c.android = c.android || strings.HasPrefix(name, "com.android.")
	}
}

// describeCamera adds it to the description. The time of creation in mvhd alone is that of whatever program
// wrote the file last, and so no answer.
func (p *mp4) describeCamera() {
	c, d := &p.camera, &p.r.Description
	maker := photo.Metadata{Make: c.maker, Model: c.model}
	d.Camera = maker.Camera()
	if c.taken == "" && d.Camera != "" {
		c.taken = photo.Time(c.day, "", "")
	}
	const from1904 = 2082844800 // seconds to 1970
	if c.taken == "" && c.android && c.created > from1904 && c.created < from1904+1<<32 {
		c.taken = time.Unix(int64(c.created-from1904), 0).UTC().Format(time.RFC3339)
	}
	d.TakenAt = c.taken
}

// threeGPLocation reads a loci box (3GPP TS 26.244, 8.7): language, name, role, and longitude before latitude
// as fixed-point numbers. Only where it was recorded counts, not what it shows.
func (p *mp4) threeGPLocation(b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, 512)
	if err != nil || len(d) < 7 {
		return err
	}
	d = d[6:]
	if n := len(text.CString(d)); len(d) >= 2 && d[0] == 0xFE && d[1] == 0xFF {
		for d = d[2:]; len(d) >= 2 && window.BE16(d) != 0; d = d[2:] {
		}
		d = d[min(2, len(d)):]
	} else {
		d = d[min(n+1, len(d)):]
	}
	if len(d) < 9 || d[0] != 0 {
		return nil
	}
	degrees := func(b []byte) float64 { return math.Round(float64(int32(window.BE32(b)))/(1<<16)*1e5) / 1e5 } // what 16 bits can tell apart
	p.place(degrees(d[5:]), degrees(d[1:]))
	return nil
}

// location reads a point after ISO 6709: "+48.8577+002.295+035/".
func (p *mp4) location(s string) {
	var part [2]float64
	for i := range part {
		if s == "" || s[0] != '+' && s[0] != '-' {
			return
		}
		end := strings.IndexAny(s[1:], "+-/")
		if end < 0 {
			end = len(s) - 1
		}
		v, err := strconv.ParseFloat(s[:end+1], 64)
		if err != nil {
			return
		}
		part[i], s = v, s[end+1:]
	}
	p.place(part[0], part[1])
}

// place takes a position in degrees. Zero and zero is what recorders write that do not know.
func (p *mp4) place(latitude, longitude float64) {
	d := &p.r.Description
	switch {
	case d.Latitude != nil, latitude == 0 && longitude == 0:
	case latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180:
		d.Latitude, d.Longitude = &latitude, &longitude
	}
}
