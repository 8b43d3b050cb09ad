package tags

import (
	"bytes"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// apeTag is what an APE tag says (version 2: hydrogenaudio's APEv2 specification; version 1 before it).
type apeTag struct {
	tags Set
	art  ArtChoice
	size int64 // with header and footer
}

const (
	apeFooterSize = 32
	apeHasHeader  = 1 << 31
	apeIsHeader   = 1 << 29
	apeMaxItem    = 255 + 9 // an item's head with the longest key
)

// apeMark is an APE tag's header or footer.
type apeMark struct {
	version, size, count, flags uint32
}

func parseAPEMark(b []byte) (m apeMark, ok bool) {
	if len(b) < apeFooterSize || string(b[:8]) != "APETAGEX" {
		return m, false
	}
	m = apeMark{window.LE32(b[8:]), window.LE32(b[12:]), window.LE32(b[16:]), window.LE32(b[20:])}
	return m, m.size >= apeFooterSize && (m.version == 1000 || m.version == 2000)
}

// readAPETagBefore reads the tag whose footer ends at end. ok is false where none does.
func readAPETagBefore(w *window.Window, end int64) (t *apeTag, ok bool, err error) {
	if end < apeFooterSize {
		return nil, false, nil
	}
	b, err := w.Bytes(end-apeFooterSize, apeFooterSize)
	if err != nil {
		return nil, false, err
	}
	m, ok := parseAPEMark(b)
	if !ok || m.flags&apeIsHeader != 0 || int64(m.size) > end {
		return nil, false, nil
	}
	t = &apeTag{size: int64(m.size)}
	if m.version == 2000 && m.flags&apeHasHeader != 0 {
		t.size = min(t.size+apeFooterSize, end)
	}
	return t, true, t.items(w, m, end-int64(m.size), end-apeFooterSize)
}

// readAPETagAt reads the tag whose header stands at off: the format allows it at a file's start.
func readAPETagAt(w *window.Window, off int64) (t *apeTag, ok bool, err error) {
	if off > w.Size()-apeFooterSize {
		return nil, false, nil
	}
	b, err := w.Bytes(off, apeFooterSize)
	if err != nil {
		return nil, false, err
	}
	m, ok := parseAPEMark(b)
	if !ok || m.flags&apeIsHeader == 0 || int64(m.size) > w.Size()-off-apeFooterSize {
		return nil, false, nil
	}
	t = &apeTag{size: int64(m.size) + apeFooterSize}
	return t, true, t.items(w, m, off+apeFooterSize, off+int64(m.size))
}

// items reads the items between off and end. One that makes no sense ends the walk.
func (t *apeTag) items(w *window.Window, m apeMark, off, end int64) error {
	var legacy LegacyText
	defer legacy.Flush()
	for range m.count {
		if end-off < 11 {
			return nil
		}
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(off, int(min(end-off, apeMaxItem)))
		if err != nil {
			return window.Forgive(err)
		}
		size, flags := int64(window.LE32(b)), window.LE32(b[4:])
		key, _, found := bytes.Cut(b[8:], []byte{0})
		if off += 8 + int64(len(key)) + 1; !found || size > end-off {
			return nil
		}
		if err := t.item(w, &legacy, m.version, string(key), flags, off, size); err != nil {
			return window.Forgive(err)
		}
		off += size
	}
	return nil
}

func (t *apeTag) item(w *window.Window, legacy *LegacyText, version uint32, key string, flags uint32, off, size int64) error {
	if flags>>1&3 == 1 && version == 2000 {
		return t.binary(w, key, off, size)
	}
	f := FieldOf(key)
	if f == None || flags>>1&3 == 2 { // a link
		return nil
	}
	v, err := w.Bytes(off, int(min(size, id3TextLimit)))
	if err != nil {
		return err
	}
	legacy.Add(&t.tags, f, v)
	return nil
}

// binary notes where a picture lies: a file name, a NUL, the picture.
func (t *apeTag) binary(w *window.Window, key string, off, size int64) error {
	key = strings.ToLower(key)
	if !strings.HasPrefix(key, "cover art") {
		return nil
	}
	b, err := w.Bytes(off, int(min(size, 512)))
	if err != nil {
		return err
	}
	name, head, found := bytes.Cut(b, []byte{0})
	if !found {
		return nil
	}
	kind := byte(pictureOther)
	if strings.Contains(key, "front") {
		kind = pictureFrontCover
	}
	skip := int64(len(name)) + 1
	extension := string(name[bytes.LastIndexByte(name, '.')+1:])
	t.art.Offer(kind, artMIME(extension, head), media.Artwork{Offset: off + skip, Length: size - skip})
	return nil
}
