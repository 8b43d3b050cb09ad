package disc

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// UDF (ECMA-167 and OSTA's UDF 2.60), as far as the label and the names in the root directory: anchor,
// volume descriptors, file set, the root's file entry. Blu-rays keep the latter in a metadata partition.

const (
	udfAnchor         = 256 // the sector where the anchor stands, unless it stands at the end
	udfMaxDescriptors = 32
	udfMaxNames       = 512

	udfTagPrimary, udfTagAnchor, udfTagPartition, udfTagLogical, udfTagTerminator = 1, 2, 5, 6, 8
	udfTagFileSet, udfTagFileID, udfTagFile, udfTagExtendedFile                   = 256, 257, 261, 266
)

// udfAddress is a block of a partition.
type udfAddress struct {
	block     int64
	partition int
}

// udfPart is one partition map: the physical partition it stands for and, of a metadata partition, the
// extents of its file.
type udfPart struct {
	number   uint16
	metadata []isoExtent
}

type udfImage struct {
	iso    *isoImage
	label  string
	starts map[uint16]int64 // first sector of each physical partition
	parts  []udfPart
	files  udfAddress // the file set descriptor
}

// open reads the descriptors.
func (u *udfImage) open() error {
	last := u.iso.w.Size()/u.iso.size - 1
	var b []byte
	var err error
	for _, at := range []int64{udfAnchor, last, last - udfAnchor} {
		if b, err = u.iso.sector(at); err == nil && window.LE16(b) == udfTagAnchor {
			break
		}
		if u.iso.w.Err() != nil {
			return u.iso.w.Err()
		}
	}
	if err != nil || window.LE16(b) != udfTagAnchor {
		return fmt.Errorf("%w: no UDF anchor", window.ErrTruncated)
	}
	first, count := int64(window.LE32(b[20:])), int64(window.LE32(b[16:]))/isoSector
	u.starts = map[uint16]int64{}
	hasLogical := false
	for n := int64(0); n < min(count, udfMaxDescriptors); n++ {
		if err := u.iso.w.Element(); err != nil {
			return err
		}
		b, err := u.iso.sector(first + n)
		if err != nil {
			return err
		}
		switch window.LE16(b) {
		case udfTagPrimary:
			if u.label == "" {
				u.label = udfString(b[24:56])
			}
		case udfTagPartition:
			u.starts[window.LE16(b[22:])] = int64(window.LE32(b[188:]))
		case udfTagLogical:
			hasLogical = true
			if label := udfString(b[84:212]); label != "" {
				u.label = label
			}
			u.files = udfAddress{int64(window.LE32(b[252:])), int(window.LE16(b[256:]))}
			u.maps(b)
		case udfTagTerminator:
			n = udfMaxDescriptors
		}
	}
	if !hasLogical {
		return fmt.Errorf("%w: no logical volume", window.ErrMalformed)
	}
	return nil
}

// udfString decodes a string of fixed length whose last byte is its length (OSTA compressed Unicode).
func udfString(b []byte) string {
	n := int(b[len(b)-1])
	if n < 2 || n > len(b)-1 {
		return ""
	}
	return udfText(b[:n])
}

func udfText(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	if b[0] == 16 || b[0] == 255 {
		return text.Clean(text.UTF16(b[1:], true))
	}
	return text.Clean(text.Latin1(b[1:]))
}

// maps reads the partition maps of a logical volume descriptor.
func (u *udfImage) maps(b []byte) {
	table := b[440:min(isoSector, 440+int64(window.LE32(b[264:])))]
	var metadata []int64
	for len(table) >= 6 && len(u.parts) < 8 {
		n := int(table[1])
		if n < 6 || n > len(table) {
			break
		}
		p := udfPart{number: window.LE16(table[4:])}
		at := int64(-1)
		if table[0] == 2 && n >= 64 {
			p.number = window.LE16(table[38:])
			if strings.HasPrefix(string(table[5:28]), "*UDF Metadata Partition") {
				at = int64(window.LE32(table[40:]))
			}
		}
		u.parts, metadata = append(u.parts, p), append(metadata, at)
		table = table[n:]
	}
	for i, at := range metadata {
		if at < 0 {
			continue
		}
		start, ok := u.starts[u.parts[i].number]
		if !ok {
			continue
		}
		file, err := u.entry(start + at)
		if err == nil {
			u.parts[i].metadata = file.extents(start)
		}
	}
}

// sectorOf returns where a block lies.
func (u *udfImage) sectorOf(a udfAddress) (int64, error) {
	if a.partition < 0 || a.partition >= len(u.parts) {
		return 0, fmt.Errorf("%w: partition %d", window.ErrMalformed, a.partition)
	}
	p := u.parts[a.partition]
	block := a.block
	for _, e := range p.metadata {
		n := (e.length + isoSector - 1) / isoSector
		if block < n {
			return e.sector + block, nil
		}
		block -= n
	}
	start, ok := u.starts[p.number]
	if !ok || len(p.metadata) > 0 {
		return 0, fmt.Errorf("%w: block %d", window.ErrMalformed, a.block)
	}
	return start + a.block, nil
}

// udfEntry is a file entry: its allocation descriptors, or its content where that is embedded.
type udfEntry struct {
	kind int // of allocation descriptors: 0 short, 1 long, 3 embedded
	data []byte
}

// entry reads the file entry at a sector.
func (u *udfImage) entry(sector int64) (udfEntry, error) {
	b, err := u.iso.sector(sector)
	if err != nil {
		return udfEntry{}, err
	}
	at := 0
	switch window.LE16(b) {
	case udfTagFile:
		at = 168
	case udfTagExtendedFile:
		at = 208
	default:
		return udfEntry{}, fmt.Errorf("%w: no file entry", window.ErrMalformed)
	}
	from := int64(at+8) + int64(window.LE32(b[at:]))
	to := from + int64(window.LE32(b[at+4:]))
	if to > isoSector {
		return udfEntry{}, fmt.Errorf("%w: file entry", window.ErrMalformed)
	}
	return udfEntry{kind: int(window.LE16(b[34:]) & 7), data: append([]byte(nil), b[from:to]...)}, nil
}

// extents returns where a file's short allocation descriptors point, in a partition that begins at start.
func (e udfEntry) extents(start int64) []isoExtent {
	size := map[int]int{0: 8, 1: 16}[e.kind]
	if size == 0 {
		return nil
	}
	var out []isoExtent
	for d := e.data; len(d) >= size && len(out) < 64; d = d[size:] {
		length := int64(window.LE32(d) & 0x3FFFFFFF)
		if length == 0 {
			break
		}
		out = append(out, isoExtent{start + int64(window.LE32(d[4:])), length})
	}
	return out
}

// rootNames returns the names in the root directory, as far as they can be read.
func (u *udfImage) rootNames() []string {
	sector, err := u.sectorOf(u.files)
	if err != nil {
		return nil
	}
	b, err := u.iso.sector(sector)
	if err != nil || window.LE16(b) != udfTagFileSet {
		return nil
	}
	root := udfAddress{int64(window.LE32(b[404:])), int(window.LE16(b[408:]))}
	if sector, err = u.sectorOf(root); err != nil {
		return nil
	}
	entry, err := u.entry(sector)
	if err != nil {
		return nil
	}
	if entry.kind == 3 {
		return u.names(entry.data, nil)
	}
	var names []string
	for _, e := range entry.extents(0) {
		for n := range min((e.length+isoSector-1)/isoSector, 16) {
			sector, err := u.sectorOf(udfAddress{e.sector + n, root.partition})
			if err != nil {
				return names
			}
			b, err := u.iso.sector(sector)
			if err != nil {
				return names
			}
			names = u.names(b, names) // an identifier across two sectors is passed over
		}
	}
	return names
}

// names appends the names of file identifier descriptors.
func (u *udfImage) names(b []byte, names []string) []string {
	const isParent, isDeleted = 0x08, 0x04
	for len(b) >= 38 && window.LE16(b) == udfTagFileID && len(names) < udfMaxNames {
		if u.iso.w.Element() != nil {
			return names
		}
		length, use := int(b[19]), int(window.LE16(b[36:]))
		end := 38 + use + length
		if end > len(b) {
			return names
		}
		if b[18]&(isParent|isDeleted) == 0 {
			names = append(names, udfText(b[38+use:end]))
		}
		b = b[min(len(b), (end+3)&^3):]
	}
	return names
}
