package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Snapshot is what one scan of a directory showed, and all that reconciling it needs beside the store.
type Snapshot struct {
	Root      int64
	Dir       string
	Volume    string
	Volumes   *Volumes
	Total     int64  // bytes of that file system, where a listing alone proves nothing; else 0
	WeakIDs   bool   // identities need size and time beside them
	Remote    string // the type of its file system, where that sends no events
	KeepStamp bool   // keep the directory's stamp: it is polled
	Stamp     int64  // that the directory has now; 0: none proves anything

	Self    tree.Entry
	Row     store.Dir           // of the directory, before the scan
	Unasked bool                // that row has not been asked for: there is none, as far as is known
	Files   []tree.Entry        // regular files that are not passed over
	listed  map[string]int      // where they are, by name; nil where inOrder says it: see find
	inOrder []int               // of a large directory: their places in the order of names
	Dirs    map[string]struct{} // names of directories that are not passed over
	Subdirs []tree.Entry        // those directories
	Broken  map[string]struct{} // names that are there but could not be looked at
	Names   []string            // the only names looked at; nil: all of the directory
	Digest  store.Digest        // of a whole listing

	Mounts  map[string]struct{} // names on which another file system is mounted
	Skipped store.Skipped       // what is not followed here, of a whole listing

	Provisional bool                   // a name that is not listed may be there all the same
	Ignored     map[string]struct{}    // names of a provisional listing that are passed over
	Absent      map[string]struct{}    // names proven absent one by one
	Answered    map[string]tree.FileID // names that were asked for one by one and answered

	ListedAbove bool // a listing of the directory above led here

	Confirmed map[UnresolvedMove]bool // true: the place is proven not to show the item any more

	Walk   int64   // the number of the walk that this scan is a part of; 0: it is of none
	LastID int64   // the highest id that there was when that began
	Crowds *Crowds // what is remembered of files with many names

	// Former reports whether a file of a root that left the configuration may be looked at in its place, and that is not
	// the same as one of this root; nil: none left.
	Former func(root int64, place, here string) bool

	LeftDirs map[OldDir]bool // directories that are not there any more, and that files here may come from

	Began    int64        // when the scan began
	Ended    int64        // when all was looked at
	Debounce int64        // nanoseconds without a change after which a file is believed to be whole
	Grace    int64        // nanoseconds for which a lost identity may still turn up
	prepared *prepared    // where it is reconciled whole; nil: nothing is prepared
	alone    *bool        // of a large directory: see prepared
	Ahead    *store.Ahead // where a new directory was analysed before it is written; else nil
	Describe Describer
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

// FirstID is the first of the ids under which the files of a new directory are inserted; 0: they are given then.
func (s *Snapshot) FirstID() int64 {
	if s.Ahead == nil {
		return 0
	}
	return s.Ahead.First
}

func (s *Snapshot) complete() bool { return s.Names == nil }

// prepared is what the files of a part, or all, are described as before they are reconciled. It is not changed then.
type prepared struct {
	docs  map[int]Doc
	alone bool // all files of the directory accompany others
}

// preparedOf is what is prepared of a part, or of all (nil).
func (s *Snapshot) preparedOf(p *Part) *prepared {
	if p != nil {
		return p.prepared
	}
	return s.prepared
}

// doc describes the i-th file.
func (rc *reconciliation) doc(i int) Doc {
	if ready := rc.preparedOf(rc.part); ready != nil {
		if d, ok := ready.docs[i]; ok {
			return d
		}
	}
	return rc.describe(i)
}

func (s *Snapshot) describe(i int) Doc {
	return s.Describe(s.Root, tree.Join(s.Dir, s.Files[i].Name), nil)
}

// Prepare describes the files of a part, or all (nil), on the worker rather than on the writer, where most of them are
// new or compared anew.
func (s *Snapshot) Prepare(p *Part) {
	if !s.complete() || s.Row.Settled || s.Ahead != nil {
		return
	}
	ready := &prepared{docs: make(map[int]Doc), alone: true}
	for i := range s.filesIn(p) {
		d := s.describe(i)
		ready.docs[i] = d
		ready.alone = ready.alone && store.Accompanies(d.Kind)
	}
	if p == nil {
		s.prepared = ready
		return
	}
	ready.alone = ready.alone && s.onlyCompanions()
	p.prepared = ready
}

// onlyCompanions reports whether all files that are listed accompany others. It ends with the first that does not, and
// is found out once.
func (s *Snapshot) onlyCompanions() bool {
	if s.alone == nil {
		alone := true
		for i := 0; alone && i < len(s.Files); i++ {
			alone = store.Accompanies(s.describe(i).Kind)
		}
		s.alone = &alone
	}
	return *s.alone
}
