package probe

import (
	"encoding/binary"
)

// The GUIDs of Sony's Wave64 begin with the ids of RIFF's chunks.
const w64Head = 24

func matchW64(head []byte, _ string) bool {
	return hasMagic(head, "riff\x2E\x91\xCF\x11") && len(head) >= 40 && string(head[24:28]) == "wave"
}

// probeW64 reads Wave64: RIFF WAVE's chunks with GUIDs for ids and sizes of 64 bits, which count from the
// chunk's start, aligned to eight bytes.
func probeW64(w *Window, r *Result) error {
	f := wavFile{w: w, r: r, data: -1}
	for at := int64(40); w.Size()-at >= w64Head; {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(at, w64Head)
		if err != nil {
			return err
		}
		id, size := string(b[:4]), le64(b[16:])
		c := soundChunk{id: id, off: at + w64Head, size: w.Size() - at - w64Head}
		if c.cut = size > uint64(w.Size()-at); !c.cut {
			if size < w64Head {
				break
			}
			c.size = int64(size) - w64Head
		}
		if id == "data" {
			f.data, f.dataAt, f.cut = c.size, c.off, c.cut
		} else if err := f.chunk(&soundChunks{w: w, order: binary.LittleEndian, end: w.Size(), chunk: c}); err != nil {
			return err
		}
		at = (c.off + c.size + 7) &^ 7
	}
	return f.describe()
}
