package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/zeebo/xxh3"
)

// EntryDigest is the part of a directory's digest that one file has in it.
func EntryDigest(buf []byte, e *tree.Entry) ([]byte, store.Digest) {
	buf = append(append(buf[:0], 'f'), e.Name...)
	for _, v := range [...]uint64{e.ID.Inode, uint64(e.ID.Birth), uint64(e.Size), uint64(e.MTime), uint64(e.CTime), uint64(e.Links)} {
		buf = append(buf, byte(v), byte(v>>8), byte(v>>16), byte(v>>24), byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56))
	}
	h := xxh3.Hash128(buf)
	return buf, store.Digest{Hi: h.Hi, Lo: h.Lo}
}

// itemDigest is the part that an item's row stands for.
func itemDigest(it *store.Item) store.Digest {
	e := entryOf(it)
	_, d := EntryDigest(nil, &e)
	return d
}

func entryOf(it *store.Item) tree.Entry {
	return tree.Entry{Name: it.Name, Type: tree.File, ID: it.FileID, Links: it.Links, Size: it.Size, MTime: it.MTime, CTime: it.CTime}
}

// NameDigest is the part of a subdirectory, or of what the listing was filtered by.
func NameDigest(kind byte, name string) store.Digest {
	h := xxh3.Hash128(append([]byte{kind}, name...))
	return store.Digest{Hi: h.Hi, Lo: h.Lo}
}
