package archive

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/nwaples/rardecode/v2"
)

// rarContent returns the content of a small entry, or nil. RAR 5's compression is left to rardecode,
// which is given an archive of this one entry, with a dictionary no larger than it needs. That of RAR 4
// is not tried: its PPMd can ask for 256 MiB.
func rarContent(w *window.Window, e rarEntry, isRAR5 bool) []byte {
	method := e.method
	switch {
	case e.encrypted || e.size > rarWindow || e.packed > rarWindow || e.packed <= 0:
		return nil
	case e.stored(isRAR5):
		b, err := w.ReadFull(e.at, e.packed)
		if err != nil {
			return nil
		}
		return b
	case !isRAR5 || e.solid || method&0x3F != 0: // only the first version of the algorithm
		return nil
	}
	packed, err := w.ReadFull(e.at, e.packed)
	if err != nil || w.Alloc(e.size) != nil {
		return nil
	}
	archive := rarAround(e, packed)
	dec, err := rardecode.NewReader(bytes.NewReader(archive), rardecode.MaxDictionarySize(rarWindow))
	if err != nil {
		return nil
	}
	if _, err := dec.Next(); err != nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(dec, e.size))
	if err != nil && len(b) == 0 {
		return nil
	}
	return b
}

// rarAround makes an archive of one entry's packed bytes.
func rarAround(e rarEntry, packed []byte) []byte {
	block := func(fields ...uint64) []byte {
		var h []byte
		for _, f := range fields {
			h = binary.AppendUvarint(h, f)
		}
		return h
	}
	finish := func(out, h []byte) []byte {
		sized := append(binary.AppendUvarint(nil, uint64(len(h))), h...)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(sized))
		return append(out, sized...)
	}
	out := finish([]byte(rar5Magic), block(1, 0, 0)) // main header
	const noDictionary = 0x3FF                       // version, solid, method; the dictionary's bits are zero
	h := block(2, 2, uint64(len(packed)), 0, uint64(e.size), 0, e.method&noDictionary, 1, 1)
	out = append(finish(out, append(h, 'c')), packed...)
	return finish(out, block(5, 0, 0))
}
