package store

// What stands here is for works that are kept elsewhere than in this store: see elsewhere.go.

// WorkKindNumber is the number that a kind of works has in catalogs; 0: there is no such kind.
func WorkKindNumber(kind string) int64 { return workKindNumber(kind) }

// WorkKindOf is the kind of works that has a number; empty: none has.
func WorkKindOf(number int64) string { return workKindOf(number) }

// WorkTitleKey is by what a title of works sorts, as bytes do.
func (s *Sorter) WorkTitleKey(title string) []byte { return s.keys.workTitleKey(title) }

// Doc encodes what a work says of itself and has no column for.
func (w *WorkView) Doc() []byte { return w.doc() }

// ReadDoc decodes what Doc of this or another version encoded. It is called once, of a work that has its ID.
func (w *WorkView) ReadDoc(doc []byte) error { return w.readDoc(doc) }

// How encodes what a member is, but for its item and its place; nil is what most are.
func (m *Member) How() []byte { return m.how() }

// ReadHow gives what How encoded.
func ReadHow(how []byte) (Member, error) { return scanHow(how) }
