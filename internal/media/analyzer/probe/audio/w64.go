package audio

import (
	"encoding/binary"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/riff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The GUIDs of Sony's Wave64 begin with the ids of RIFF's chunks.
const w64Head = 24

func matchW64(head []byte, _ string) bool {
	return window.HasMagic(head, "riff\x2E\x91\xCF\x11") && len(head) >= 40 && string(head[24:28]) == "wave"
}

// probeW64 reads Wave64: RIFF WAVE's chunks with GUIDs for ids and sizes of 64 bits, which count from the
// chunk's start, aligned to eight bytes.
func probeW64(w *window.Window, r *format.Result) error {
	f := wavFile{w: w, r: r, data: -1}
	for at := int64(40); w.Size()-at >= w64Head; {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(at, w64Head)
		if err != nil {
			return err
		}
		id, size := string(b[:4]), window.LE64(b[16:])
		c := riff.Chunk{ID: id, Off: at + w64Head, Size: w.Size() - at - w64Head}
		if c.Cut = size > uint64(w.Size()-at); !c.Cut {
			if size < w64Head {
				break
			}
			c.Size = int64(size) - w64Head
		}
		if id == "data" {
			f.data, f.dataAt, f.cut = c.Size, c.Off, c.Cut
		} else if err := f.chunk(&riff.Chunks{W: w, Order: binary.LittleEndian, End: w.Size(), Chunk: c}); err != nil {
			return err
		}
		at = (c.Off + c.Size + 7) &^ 7
	}
	return f.describe()
}
