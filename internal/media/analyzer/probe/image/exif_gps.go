package image

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
)

func (x *exifData) gpsDirectory(t *tiffFile, off uint64) {
	var buf [4]tiffEntry
	fields, _, err := t.directory(off, gpsWanted, buf[:0])
	if err != nil {
		return
	}
	var lat, lon float64
	var okLat, okLon, south, west bool
	for _, e := range fields {
		switch e.tag {
		case exifTagGPSLatitudeRef:
			south = t.text(e) == "S"
		case exifTagGPSLongitudeRef:
			west = t.text(e) == "W"
		case exifTagGPSLatitude:
			lat, okLat = exifDegrees(t, e)
		case exifTagGPSLongitude:
			lon, okLon = exifDegrees(t, e)
		}
	}
	if !okLat || !okLon {
		return
	}
	if south {
		lat = -lat
	}
	if west {
		lon = -lon
	}
	x.Position = photo.NewPosition(lat, lon)
}

// exifDegrees adds up degrees, minutes and seconds; some devices write fewer of them.
func exifDegrees(t *tiffFile, e tiffEntry) (float64, bool) {
	sum, unit := 0.0, 1.0
	for i := range min(e.count, 3) {
		f, ok := t.float(e, i)
		if !ok {
			if i == 0 {
				return 0, false
			}
			break
		}
		sum += f / unit
		unit *= 60
	}
	return sum, e.count > 0
}
