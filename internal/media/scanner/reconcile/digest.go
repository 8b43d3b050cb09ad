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
	var space [256]byte
	h := xxh3.Hash128(append(append(space[:0], kind), name...))
	return store.Digest{Hi: h.Hi, Lo: h.Lo}
}

// updateDigest has the row say by which listing it is known to equal the directory, if by any.
func (rc *reconciliation) updateDigest(before store.Dir, oldDigest store.Digest) {
	d := &rc.d
	if p := rc.part; p != nil && p.n > 0 && !(before.Settled && before.Digest == rc.partial(p.n-1)) {
		rc.v.Unequal = true // so it was before, or somebody changed it between two parts
	}
	switch {
	case rc.v.Unequal:
		d.Settled, d.Digest = false, store.Digest{}
	case rc.part != nil && !rc.part.last:
		d.Settled, d.Digest = true, rc.partial(rc.part.n)
	case rc.complete():
		d.Settled, d.Digest = true, rc.Digest
	case before.Settled:
		d.Digest = before.Digest.Sub(oldDigest)
		for i := range rc.Files {
			_, part := EntryDigest(nil, &rc.Files[i])
			d.Digest = d.Digest.Add(part)
		}
	}
}

// rowsDigest is what the rows that are looked at put into the digest before anything changes.
func (rc *reconciliation) rowsDigest() (sum store.Digest, err error) {
	if rc.complete() || !rc.d.Settled {
		return sum, nil
	}
	for _, it := range rc.present {
		sum = sum.Add(itemDigest(it))
	}
	return sum, nil
}

// partial is the digest of a directory of which parts up to the n-th equal a listing. No listing has it.
func (s *Snapshot) partial(n int) store.Digest {
	return s.Digest.Add(NameDigest('p', string(rune('0'+n))))
}
