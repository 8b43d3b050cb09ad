package raw

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// What a file may cost, whatever its offsets say. Cameras write up to ten directories of under two hundred fields.
const (
	maxDirectories = 32
	maxFields      = 512
	maxBelow       = 16 // directories that one names
	maxPreviews    = 16
)

// Tags of TIFF 6.0 and of Adobe's supplements to it.
const (
	tagCompression  = 0x0103
	tagPhotometric  = 0x0106
	tagStripOffsets = 0x0111
	tagOrientation  = 0x0112
	tagStripCounts  = 0x0117
	tagSubIFDs      = 0x014a
	tagJPEG         = 0x0201
	tagJPEGLength   = 0x0202

	compressionFax3    = 3
	compressionFax4    = 4
	compressionOldJPEG = 6 // as CR2 says of its largest preview
	compressionJPEG    = 7
)

// ErrNotRAW says that a file is neither a TIFF nor a RAF.
var ErrNotRAW = errors.New("neither a TIFF nor a RAF")

// Preview is where something lies in a file that is said to be a JPEG.
type Preview struct{ Offset, Length int64 }

// Found is what the directories of a file say of pictures in it.
type Found struct {
	Previews    []Preview // in the order of the file; lossless JPEGs, as the sensor's data is packed, may be among them
	Orientation int       // EXIF's, 1 to 8, of all of them; 1 where nothing is said
	FaxOfLight  bool      // the first is packed as a fax whose black stands for light: its PhotometricInterpretation is 1
}

// walk reads a file's directories.
type walk struct {
	src   io.ReadSeeker
	size  int64
	order binary.ByteOrder
	queue []int64
	seen  map[int64]bool
	found Found
}

// Find reads a file's directories, each once, and lists what lies within the file. A directory that is cut off or
// lies outside is passed over: what the others say holds. The error is ErrNotRAW, or one of reading.
//
// It allocates under 64 KiB, and reads under 200 KiB.
func Find(src io.ReadSeeker) (Found, error) {
	w := &walk{src: src, seen: map[int64]bool{}, found: Found{Orientation: 1}}
	var err error
	if w.size, err = src.Seek(0, io.SeekEnd); err != nil {
		return w.found, err
	}
	var head [8]byte
	if err := w.read(0, head[:]); err != nil {
		return w.found, err
	}
	switch string(head[:4]) {
	case "II*\x00":
		w.order = binary.LittleEndian
	case "MM\x00*":
		w.order = binary.BigEndian
	case "FUJI":
		return w.fuji()
	default:
		return w.found, ErrNotRAW
	}
	w.queue = append(w.queue, int64(w.order.Uint32(head[4:])))
	for len(w.queue) > 0 && len(w.seen) < maxDirectories {
		at := w.queue[0]
		w.queue = w.queue[1:]
		if w.seen[at] {
			continue
		}
		w.seen[at] = true
		if err := w.directory(at, len(w.seen) == 1); err != nil && !errors.Is(err, ErrNotRAW) {
			return w.found, err
		}
	}
	return w.found, nil
}

// fuji finds the preview of a RAF, whose header says where it lies. It says by itself how it is turned.
func (w *walk) fuji() (Found, error) {
	const place = 84 // offset and length, as big-endian numbers
	var head [place + 8]byte
	if err := w.read(0, head[:]); err != nil {
		return w.found, err
	}
	if string(head[:16]) != "FUJIFILMCCD-RAW " {
		return w.found, ErrNotRAW
	}
	w.take(Preview{int64(binary.BigEndian.Uint32(head[place:])), int64(binary.BigEndian.Uint32(head[place+4:]))})
	return w.found, nil
}

// Is says whether a file that begins so may be one that Find reads: four bytes are enough.
func Is(head []byte) bool {
	return len(head) >= 4 && slices.Contains([]string{"II*\x00", "MM\x00*", "FUJI"}, string(head[:4]))
}

// read fills p with what lies at an offset; ErrNotRAW where the file ends before.
func (w *walk) read(at int64, p []byte) error {
	if at < 0 || at > w.size-int64(len(p)) {
		return ErrNotRAW
	}
	if _, err := w.src.Seek(at, io.SeekStart); err != nil {
		return err
	}
	_, err := io.ReadFull(w.src, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrNotRAW // it has become shorter
	}
	return err
}

// directory reads one (TIFF 6.0, section 2), and queues those that it names.
func (w *walk) directory(at int64, first bool) error {
	var count [2]byte
	if err := w.read(at, count[:]); err != nil {
		return err
	}
	n := min(int(w.order.Uint16(count[:])), maxFields)
	fields := make([]byte, 12*n+4)
	if err := w.read(at+2, fields); err != nil {
		return err
	}
	var strips, jpeg Preview
	compression, photometric := 0, int64(0)
	for f := fields; len(f) > 4; f = f[12:] {
		tag := w.order.Uint16(f)
		if tag == tagSubIFDs {
			if err := w.below(f); err != nil && !errors.Is(err, ErrNotRAW) {
				return err
			}
			continue
		}
		v, ok := w.value(f)
		if !ok {
			continue
		}
		switch tag {
		case tagCompression:
			compression = int(v)
		case tagPhotometric:
			photometric = v
		case tagOrientation:
			if first && 1 <= v && v <= 8 {
				w.found.Orientation = int(v)
			}
		case tagStripOffsets:
			strips.Offset = v
		case tagStripCounts:
			strips.Length = v
		case tagJPEG:
			jpeg.Offset = v
		case tagJPEGLength:
			jpeg.Length = v
		}
	}
	if first {
		isFax := compression == compressionFax3 || compression == compressionFax4
		w.found.FaxOfLight = isFax && photometric == 1
	}
	w.take(jpeg)
	if compression == compressionOldJPEG || compression == compressionJPEG {
		w.take(strips)
	}
	w.queue = append(w.queue, int64(w.order.Uint32(fields[12*n:])))
	return nil
}

// value is the number that a field holds in itself: it has one, of 16 or 32 bits.
func (w *walk) value(f []byte) (v int64, ok bool) {
	typ, count := w.order.Uint16(f[2:]), w.order.Uint32(f[4:])
	switch {
	case count != 1:
		return 0, false
	case typ == 3: // SHORT
		return int64(w.order.Uint16(f[8:])), true
	case typ == 4 || typ == 13: // LONG, IFD
		return int64(w.order.Uint32(f[8:])), true
	}
	return 0, false
}

// below queues the directories that a field names.
func (w *walk) below(f []byte) error {
	if typ := w.order.Uint16(f[2:]); typ != 4 && typ != 13 {
		return nil
	}
	count, list := w.order.Uint32(f[4:]), f[8:12]
	if count > 1 {
		list = make([]byte, 4*min(count, maxBelow))
		if err := w.read(int64(w.order.Uint32(f[8:])), list); err != nil {
			return err
		}
	}
	for ; len(list) >= 4 && count > 0; list = list[4:] {
		w.queue = append(w.queue, int64(w.order.Uint32(list)))
	}
	return nil
}

// take notes a preview that lies within the file.
func (w *walk) take(p Preview) {
	if p.Offset > 0 && p.Length > 0 && p.Length <= w.size-p.Offset && len(w.found.Previews) < maxPreviews {
		w.found.Previews = append(w.found.Previews, p)
	}
}
