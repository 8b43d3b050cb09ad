package scanner

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/zeebo/xxh3"
)

// sighting is what one look at a directory showed, and all that reconciling it needs beside the store.
type sighting struct {
	root    int64
	dir     string
	volume  string
	kin     *kin
	total   int64  // bytes of that file system, where a listing alone proves nothing; else 0
	weakIDs bool   // identities need size and time beside them
	remote  string // the type of its file system, where that sends no events
	stamped bool   // keep the directory's stamp: it is polled
	stamp   int64  // that the directory has now; 0: none proves anything

	self   tree.Entry
	row    store.Dir           // of the directory, before the look
	files  []tree.Entry        // regular files that are not passed over
	listed map[string]int      // where they are, by name; see index
	dirs   map[string]struct{} // names of directories that are not passed over
	subs   []tree.Entry        // those directories
	broken map[string]struct{} // names that are there but could not be looked at
	names  []string            // the only names looked at; nil: all of the directory
	digest store.Digest        // of a whole listing

	mounts  map[string]struct{} // names on which another file system is mounted
	skipped store.Skipped       // what is not followed here, of a whole listing

	provisional bool                   // a name that is not listed may be there all the same
	passed      map[string]struct{}    // names of a provisional listing that are passed over
	absent      map[string]struct{}    // names proven absent one by one
	there       map[string]tree.FileID // names that were asked for one by one and answered

	listedAbove bool // a listing of the directory above led here

	proofs map[doubt]bool // true: the place is proven not to show the item any more

	origins map[oldPlace]bool // directories that are not there any more, and that files here may come from

	now      int64 // when the look began
	seen     int64 // when a whole look was over
	quiet    int64 // nanoseconds without a change after which a file is believed to be whole
	grace    int64 // nanoseconds for which a lost identity may still turn up
	docs     []Doc // of files, where they were prepared; else nil
	describe Describer
}

// Doc is what the analyzer makes of an item before it is stored: its kind and the encoded members of
// its JSON object.
type Doc struct {
	Kind media.Kind
	JSON []byte
}

// Describer says what is known of an item from its path, joined with what its bytes said before
// (probed; nil: nothing yet). It must be pure and safe for concurrent use.
type Describer func(root int64, path string, probed []byte) Doc

func (g *sighting) whole() bool { return g.names == nil }

// doc describes the i-th file.
func (g *sighting) doc(i int) Doc {
	if g.docs != nil {
		return g.docs[i]
	}
	return g.describe(g.root, tree.Join(g.dir, g.files[i].Name), nil)
}

// age is how long ago a file was last touched, by the clock of its file system: its ctime where there
// is one, since a program can set the other to anything.
func (g *sighting) age(e *tree.Entry) int64 {
	if e.CTime != 0 {
		return g.now - e.CTime
	}
	return g.now - e.MTime
}

// growing reports whether a file was touched so lately that it may not be whole. A time in the future
// is no reason to wait for ever.
func (g *sighting) growing(e *tree.Entry) bool {
	a := g.age(e)
	return a >= 0 && a < g.quiet-quietTolerance
}

// quietTolerance is how coarse the kernel's clock for file times may be.
const quietTolerance = 20e6

// entryDigest is the part of a directory's digest that one file has in it.
func entryDigest(buf []byte, e *tree.Entry) ([]byte, store.Digest) {
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
	_, d := entryDigest(nil, &e)
	return d
}

func entryOf(it *store.Item) tree.Entry {
	return tree.Entry{Name: it.Name, Type: tree.File, ID: it.FileID, Links: it.Links, Size: it.Size, MTime: it.MTime, CTime: it.CTime}
}

// nameDigest is the part of a subdirectory, or of what the listing was filtered by.
func nameDigest(kind byte, name string) store.Digest {
	h := xxh3.Hash128(append([]byte{kind}, name...))
	return store.Digest{Hi: h.Hi, Lo: h.Lo}
}
