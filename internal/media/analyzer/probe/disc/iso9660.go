package disc

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Images of optical discs: ISO 9660 (ECMA-119) with Joliet, and UDF (ECMA-167, see udf.go), in sectors
// of 2048 bytes or, raw, of 2352. The label is the title; the root directory tells DVD and Blu-ray.

const (
	isoSector       = 2048
	isoRawSector    = 2352
	isoFirst        = 16 // the sector of the first volume descriptor
	isoMaxVolumes   = 16
	isoMaxDirectory = 64 << 10
	isoAhead        = 24 << 10 // what is looked at lies far apart
	isoRawSync      = "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"
)

// isoImage reads the sectors of an image.
type isoImage struct {
	w    *window.Window
	size int64 // of a sector as it stands in the file
	skip int64 // to its data
}

func matchISO(head []byte, ext string) bool {
	if len(head) >= 16 && string(head[:12]) == isoRawSync {
		return true
	}
	switch ext {
	case ".iso", ".udf", ".img", ".toast", ".cdr", ".bin", ".mdf":
		return len(head) == window.HeadSize && isZero(head[:16]) || ext == ".iso" || ext == ".udf"
	}
	return false
}

func isZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// sector returns the data of a sector, valid until the window moves.
func (i *isoImage) sector(n int64) ([]byte, error) {
	if n < 0 || n > i.w.Size()/i.size {
		return nil, fmt.Errorf("%w: sector %d", window.ErrTruncated, n)
	}
	return i.w.Bytes(n*i.size+i.skip, isoSector)
}

// isoVolumes is what the descriptors of an image say.
type isoVolumes struct {
	label, joliet, udfLabel string
	root                    isoExtent
	isISO, isUDF            bool
}

type isoExtent struct{ sector, length int64 }

func probeISO(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	w.Ahead(isoAhead)
	image := &isoImage{w: w, size: isoSector}
	if len(head) >= 16 && string(head[:12]) == isoRawSync {
		image.size, image.skip = isoRawSector, 16
		if head[15] == 2 { // mode 2: a subheader before the data
			image.skip = 24
		}
	}
	v, err := image.volumes()
	if err != nil {
		return err
	}
	m := r.Description.Media
	m.Container = "iso9660"
	var names []string
	if v.isISO {
		if names, err = image.directory(v); err != nil {
			return err
		}
	}
	if v.isUDF {
		u := udfImage{iso: image}
		if err := u.open(); err == nil {
			v.udfLabel = u.label
			m.Container = "udf"
			if len(names) == 0 || !v.isISO {
				names = u.rootNames()
			}
		}
		if w.Err() != nil {
			return w.Err()
		}
	}
	if !v.isISO && m.Container != "udf" {
		if !v.isUDF {
			return window.ErrUnknown
		}
		m.Container = "udf"
	}
	r.Description.Title = label(v)
	kind(r, names)
	return nil
}

// volumes reads the descriptors from sector 16: those of ISO 9660, and beside them UDF's signature.
func (i *isoImage) volumes() (isoVolumes, error) {
	var v isoVolumes
	for n := range int64(isoMaxVolumes) {
		if err := i.w.Element(); err != nil {
			return v, err
		}
		b, err := i.sector(isoFirst + n)
		if err != nil {
			if n == 0 {
				return v, err
			}
			return v, i.w.Err()
		}
		switch id := string(b[1:6]); id {
		case "CD001":
			v.iso(b)
		case "NSR02", "NSR03":
			v.isUDF = true
		case "BEA01", "TEA01", "BOOT2", "CDW02":
		default:
			if n == 0 {
				return v, window.ErrUnknown
			}
			return v, nil
		}
	}
	return v, nil
}

func (v *isoVolumes) iso(b []byte) {
	root := isoExtent{int64(window.LE32(b[156+2:])), int64(window.LE32(b[156+10:]))}
	switch b[0] {
	case 1:
		v.isISO = true
		v.label, v.root = text.Clean(strings.TrimRight(text.Latin1(b[40:72]), " ")), root
	case 2:
		if e := string(b[88:91]); e == "%/@" || e == "%/C" || e == "%/E" { // Joliet's escape sequences
			v.joliet = text.Clean(strings.TrimRight(text.UTF16(b[40:72], true), " \x00"))
		}
	}
}

// directory returns the names in the root directory.
func (i *isoImage) directory(v isoVolumes) ([]string, error) {
	var names []string
	left := min(v.root.length, isoMaxDirectory)
	for n := int64(0); left > 0; n++ {
		b, err := i.sector(v.root.sector + n)
		if err != nil {
			return names, i.w.Err() // an image cut off: its label stands
		}
		b = b[:min(left, isoSector)]
		left -= isoSector
		for len(b) > 33 && b[0] > 33 && int(b[0]) <= len(b) {
			if err := i.w.Element(); err != nil {
				return names, err
			}
			record := b[:b[0]]
			length := int(record[32])
			if 33+length <= len(record) {
				name, _, _ := strings.Cut(text.Latin1(record[33:33+length]), ";")
				names = append(names, name)
			}
			b = b[b[0]:]
		}
	}
	return names, nil
}

// label chooses the label that says most: Joliet keeps case but cuts after 16 characters, UDF keeps
// all. Labels that authoring software puts on everything are none.
func label(v isoVolumes) string {
	label := v.label
	if len(v.joliet) >= len(label) || strings.EqualFold(v.joliet, label) {
		label = cmp.Or(v.joliet, label)
	}
	if len(v.udfLabel) >= len(label) {
		label = cmp.Or(v.udfLabel, label)
	}
	switch strings.ToUpper(label) {
	case "CDROM", "CD_ROM", "DVD", "DVD_VIDEO", "DVDVOLUME", "DVD_VIDEO_RECORDER", "ISOIMAGE", "NEW", "NEW_VOLUME", "UNTITLED",
		"UNDEFINED", "NO_NAME", "VIDEO", "BLURAY", "BD_ROM", "BDROM", "LINUXUDF", "UDF VOLUME", "UDF_VOLUME":
		return ""
	}
	return label
}

// kind tells the disc by what its root directory holds.
func kind(r *format.Result, names []string) {
	r.Kind = media.KindDisc
	for _, name := range names {
		switch strings.ToUpper(name) {
		case "BDMV":
			r.Description.Source = "Blu-ray"
			return
		case "HVDVD_TS":
			r.Description.Source = "HD-DVD"
		case "VIDEO_TS":
			r.Description.Source = "DVD"
		}
	}
}
