package scanner

import (
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// youngAge is how long a file counts as young: programs that write through a memory map send no
// events at all, so a directory with a young file is looked at once more when it no longer is.
const youngAge = int64(10 * time.Minute)

// verdict is what a reconcile did and what it could not decide.
type verdict struct {
	added, changed, moved, missing int

	returned  []int64     // when items that moved here had gone missing
	doubts    []doubt     // arrivals that may be moves: the old places must be looked at
	asks      []string    // names whose absence must be proven one by one
	gone      []store.Dir // directories proven absent, whose items are to follow
	stale     bool        // the look is older than what is known: look again
	above     []string    // directory above, whose listing is older than this directory: look at it
	echoes    []echo      // other names of files that changed
	growing   []string    // files that may not be whole: look again after a quiet while
	unsettled bool        // the rows do not equal the listing: the next look compares again
	stampLied bool        // names changed although the directory's stamp stood
	recheckAt int64       // the directory's, as stored
}

// doubt is an item that would move here if its place elsewhere is proven not to show it any more.
type doubt struct {
	item   int64
	root   int64
	dir    string
	name   string
	id     tree.FileID
	strong bool // one link and an identity that proves itself: only the same file still in its place speaks against a move
}

// matching is the state of one reconcile.
type matching struct {
	*sighting
	tx      *store.Tx
	d       store.Dir
	vol     int64
	v       verdict
	present map[string]*store.Item // rows of this directory, by name
	lost    map[string]*store.Item // rows missing from it, by name
	settled map[int64]struct{}     // ids that have found their place in this look
	listed  map[string]int         // index of files by name
	held    map[string]struct{}    // names that wait for a proof
	left    map[int64]struct{}     // other directories that items moved here from
	linked  []*store.Item          // rows written of files with several names
}

// reconcile makes the catalog's view of one directory equal to a sighting, in one transaction.
// Arrivals decide moves; see identity.go.
func (g *sighting) reconcile(tx *store.Tx) (verdict, error) {
	m := &matching{sighting: g, tx: tx, settled: map[int64]struct{}{}, held: map[string]struct{}{}}
	var err error
	if m.v.stale, err = m.revive(); err != nil || m.v.stale {
		return m.v, err
	}
	if err := m.load(); err != nil {
		return m.v, fmt.Errorf("reconcile %q: %w", g.dir, err)
	}
	before := m.d
	oldDigest, err := m.rowsDigest()
	if err != nil {
		return m.v, err
	}
	for _, step := range []func() error{m.match, m.depart, m.departDirs, m.reflect} {
		if err := step(); err != nil {
			return m.v, fmt.Errorf("reconcile %q: %w", g.dir, err)
		}
	}
	m.settle(before, oldDigest)
	if m.d != before {
		if err := tx.SaveDir(&m.d); err != nil {
			return m.v, err
		}
	}
	m.v.recheckAt = m.d.RecheckAt
	return m.v, nil
}

// revive makes directories above that were gone stand again, since this one is there. But it reports stale
// where this look began before one of them, or this one, was proven absent: what it saw may be what is gone.
//
// The lowest directory above that stands had been listed before this one was made, unless that listing led
// here: what its row says of its listing is not true any more.
func (m *matching) revive() (stale bool, err error) {
	var gone []store.Dir
	for dir := m.dir; ; dir = parentOf(dir) {
		d, found, err := m.tx.Dir(m.root, dir)
		if err != nil {
			return false, err
		}
		if found && !d.Gone {
			if dir != m.dir && !(m.listedAbove && dir == parentOf(m.dir)) {
				m.v.above = append(m.v.above, dir)
				if err := m.tx.Unsettle(d.ID); err != nil {
					return false, err
				}
			}
			break
		}
		if found && m.now <= d.Stamp && d.Stamp-m.now < int64(time.Minute) { // else the clock was set back
			return true, nil
		}
		if found && dir != m.dir {
			gone = append(gone, d)
		}
		if dir == "" {
			break
		}
	}
	for i := range gone {
		gone[i].Gone, gone[i].Stamp = false, 0
		if err := m.tx.SaveDir(&gone[i]); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (m *matching) load() (err error) {
	if m.vol, err = m.tx.Volume(m.volume); err != nil {
		return err
	}
	if m.d, err = m.tx.EnsureDir(m.root, m.dir, m.vol); err != nil {
		return err
	}
	if m.d.Gone {
		m.d.Stamp = 0
	}
	var rows []store.Item
	if m.whole() {
		rows, err = m.tx.ItemsIn(m.d.ID)
	} else {
		for _, n := range m.names {
			at, err := m.tx.ItemsAt(m.d.ID, n)
			if err != nil {
				return err
			}
			rows = append(rows, at...)
		}
	}
	if err != nil {
		return err
	}
	m.present, m.lost = make(map[string]*store.Item, len(rows)), map[string]*store.Item{}
	for i := range rows {
		switch it := &rows[i]; it.State {
		case store.Present:
			m.present[it.Name] = it
		case store.Missing, store.Held:
			m.lost[it.Name] = it
		}
	}
	m.listed = make(map[string]int, len(m.files))
	for i := range m.files {
		m.listed[m.files[i].Name] = i
	}
	return nil
}

// rowsDigest is what the rows that are looked at put into the digest before anything changes.
func (m *matching) rowsDigest() (sum store.Digest, err error) {
	if m.whole() || !m.d.Settled {
		return sum, nil
	}
	for _, it := range m.present {
		sum = sum.Add(itemDigest(it))
	}
	return sum, nil
}

// match finds for every file the item that it is: first those that stand where they stood, then those
// whose identity is known elsewhere, then the rest.
func (m *matching) match() error {
	var arrivals []int
	for i := range m.files {
		e := &m.files[i]
		it := m.present[e.Name]
		if it == nil || !m.same(it, e) {
			arrivals = append(arrivals, i)
			continue
		}
		m.settled[it.ID] = struct{}{}
		if err := m.stay(it, e, i); err != nil {
			return err
		}
	}
	var unknown []int
	for _, i := range arrivals {
		known, err := m.arrive(i)
		if err != nil {
			return err
		}
		if !known {
			unknown = append(unknown, i)
		}
	}
	for _, i := range unknown {
		if err := m.appear(i); err != nil {
			return err
		}
	}
	return nil
}

// same reports whether the item at a path is the very file that stands there. A tree without
// identities says so by the path alone.
func (m *matching) same(it *store.Item, e *tree.Entry) bool {
	return it.Volume == m.vol && it.FileID == e.ID
}

// stay takes over what changed of a file that is still the same.
func (m *matching) stay(it *store.Item, e *tree.Entry, i int) error {
	switch {
	case !it.SameContent(e):
		if m.growing(e) {
			m.grows(e)
			return nil
		}
		return m.rewrite(it, e, i)
	case it.CTime != e.CTime || it.Links != e.Links:
		old := *it
		verify := it.CTime != e.CTime && it.Printed && it.Analysis == store.Done
		it.Observe(m.vol, e)
		if verify && it.Work != store.Analyse { // more than to describe it anew, less than to read it
			it.Work = store.Verify
		}
		m.wake(it, e)
		m.echoOf(it)
		return m.tx.SaveQuietly(&old, it)
	case it.Analysis == store.Pending && it.Work == store.NoWork:
		old := *it
		m.wake(it, e)
		if it.Work != old.Work {
			return m.tx.SaveQuietly(&old, it)
		}
	}
	return nil
}

// wake leaves an item to the analyzer once it is quiet.
func (m *matching) wake(it *store.Item, e *tree.Entry) {
	switch {
	case m.growing(e):
		m.grows(e)
	case it.Analysis == store.Pending && it.Work == store.NoWork:
		it.Work = store.Analyse
	}
}

// rewrite records that the content of a file in its place is another: it is analysed anew.
func (m *matching) rewrite(it *store.Item, e *tree.Entry, i int) error {
	old := *it
	m.renew(it, e, i)
	m.v.changed++
	m.echoOf(it)
	return m.tx.Save(&old, it)
}

// renew makes a row say what is known of a file whose content has not been read yet.
func (m *matching) renew(it *store.Item, e *tree.Entry, i int) {
	doc := m.doc(i)
	it.Observe(m.vol, e)
	it.Kind, it.Doc, it.Probed = doc.Kind, doc.JSON, nil
	it.Analysis, it.Work, it.Attempts, it.RetryAt, it.Error = store.Pending, store.Analyse, 0, 0, ""
	it.Fingerprint, it.Printed = 0, false
	if e.Size == 0 {
		it.Analysis, it.Work = store.None, store.NoWork
	}
	if m.growing(e) {
		it.Work = store.NoWork
		m.grows(e)
	}
}

// grows notes a file that is to be looked at again once it has been quiet.
func (m *matching) grows(e *tree.Entry) { m.v.growing = append(m.v.growing, e.Name) }

// depart marks missing what a complete, error-free look did not show.
func (m *matching) depart() error {
	for _, it := range m.present {
		if _, ok := m.settled[it.ID]; ok {
			continue
		}
		if !m.provenAbsent(it) {
			m.v.unsettled = true
			continue
		}
		if err := m.tx.MarkMissing(it, m.now); err != nil {
			return err
		}
		m.v.missing++
	}
	return nil
}

// provenAbsent reports whether this look proves that an item is no longer in its place.
func (m *matching) provenAbsent(it *store.Item) bool {
	if it.Volume != m.vol { // it is on a disk that is not mounted here now
		return false
	}
	if _, ok := m.broken[it.Name]; ok {
		return false
	}
	if _, ok := m.held[it.Name]; ok {
		return false
	}
	if _, ok := m.absent[it.Name]; ok || !m.provisional {
		return true
	}
	if _, ok := m.dirs[it.Name]; ok { // seen, and something else by now
		return true
	}
	if _, ok := m.listed[it.Name]; ok {
		return true
	}
	if id, ok := m.there[it.Name]; ok {
		return m.listedElsewhere(id)
	}
	m.v.asks = append(m.v.asks, it.Name)
	return false
}

// listedElsewhere reports whether the file that answered to a name which is not listed is one that is, under
// another name: a lookup that ignores case finds it under both.
func (m *matching) listedElsewhere(id tree.FileID) bool {
	if id == (tree.FileID{}) {
		return false
	}
	for i := range m.files {
		if m.files[i].ID == id && m.files[i].Links <= 1 {
			return true
		}
	}
	return false
}

// departDirs marks gone the directories below that a whole look did not show.
func (m *matching) departDirs() error {
	if !m.whole() {
		return nil
	}
	known, err := m.tx.Subdirs(m.d.ID)
	if err != nil {
		return err
	}
	for i := range known {
		sub := &known[i]
		name := sub.Path[len(sub.Path)-baseLen(sub.Path):]
		if _, ok := m.dirs[name]; ok {
			continue
		}
		if _, ok := m.broken[name]; ok || sub.Volume != m.vol {
			m.v.unsettled = true
			continue
		}
		if _, ok := m.absent[name]; m.provisional && !ok {
			_, isFile := m.listed[name]
			if _, answered := m.there[name]; !isFile && answered {
				m.v.unsettled = true
				continue
			}
			if !isFile {
				m.v.asks, m.v.unsettled = append(m.v.asks, name), true
				continue
			}
		}
		if err := m.tx.MarkGone(sub, m.seen); err != nil {
			return err
		}
		m.v.gone = append(m.v.gone, *sub)
	}
	return nil
}

func baseLen(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return len(path) - 1 - i
		}
	}
	return len(path)
}

// settle decides what the directory's own row says after the look.
func (m *matching) settle(before store.Dir, oldDigest store.Digest) {
	v := &m.v
	v.unsettled = v.unsettled || len(v.growing) > 0 || len(v.doubts) > 0 || len(v.asks) > 0 || len(m.broken) > 0
	d := &m.d
	d.Gone, d.Volume = false, m.vol
	switch {
	case v.unsettled:
		d.Settled, d.Digest = false, store.Digest{}
	case m.whole():
		d.Settled, d.Digest = true, m.digest
	case before.Settled:
		d.Digest = before.Digest.Sub(oldDigest)
		for i := range m.files {
			_, part := entryDigest(nil, &m.files[i])
			d.Digest = d.Digest.Add(part)
		}
	}
	if m.whole() {
		m.settleStamp(before)
	}
	d.RecheckAt = m.recheck(before.RecheckAt)
}

// settleStamp keeps the modification time that proves a polled directory's names. One so fresh that
// a later change could bear the same time proves nothing.
func (m *matching) settleStamp(before store.Dir) {
	if !m.stamped {
		m.d.Stamp = 0
		return
	}
	if before.Stamp != 0 && before.Stamp == m.self.MTime && m.v.added+m.v.missing+m.v.moved+len(m.v.gone) > 0 {
		m.v.stampLied = true
	}
	m.d.Stamp = 0
	if !m.v.unsettled && m.now-m.self.MTime > 2*int64(time.Second) {
		m.d.Stamp = m.self.MTime
	}
}

// recheck is when the directory is to be looked at again although no event asks for it: when its
// youngest file is no longer young. A partial look keeps a later time that stood.
func (m *matching) recheck(stood int64) int64 {
	var at int64
	for i := range m.files {
		if a := m.age(&m.files[i]); a >= 0 && a < youngAge {
			at = max(at, m.now-a+youngAge)
		}
	}
	if !m.whole() && stood > m.now {
		return max(at, stood)
	}
	return at
}
