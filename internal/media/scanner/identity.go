package scanner

import (
	"cmp"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// arrive places a file whose identity is not that of the item at its path, if the identity is known:
//
//  1. an item that has this identity and is proven not to be where it was any more moves here with its
//     id; what it displaces is missing, until its own identity turns up;
//  2. an item that had this identity until it was rewritten in place moves here with its id, and the
//     rewritten file becomes an item of its own, unless the file stands under another name still: then this
//     is one more;
//  3. an item that has the identity, but whose place is not in this look, is a doubt: the file waits
//     until its old place has been looked at.
//
// It reports false where the identity is new.
func (m *matching) arrive(i int) (known bool, err error) {
	e := &m.files[i]
	if e.ID == (tree.FileID{}) {
		return false, nil
	}
	candidates, err := m.bearers(e.ID)
	if err != nil {
		return false, err
	}
	// One that stands somewhere is this file rather than one that is missing: of two names of a file the
	// first may have been removed, and the second renamed now.
	slices.SortFunc(candidates, func(a, b store.Item) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(b.MissingAt, a.MissingAt), cmp.Compare(a.ID, b.ID))
	})
	waits, stands := false, false
	for c := range candidates {
		it := &candidates[c]
		if m.weak(e) && !it.SameContent(e) {
			continue
		}
		if !m.whole() && it.State == store.Present && it.Dir == m.d.ID && it.Name != e.Name && spellSame(it.Name, e.Name) {
			m.v.list, waits = true, true // both answer where case is ignored: a listing shows which it is
			continue
		}
		if _, ok := m.settled[it.ID]; ok {
			stands = true
			continue
		}
		if waits && it.State != store.Present {
			break // it is not known yet whether it is needed
		}
		if it.State != store.Present && !stands { // another may have had the identity for longer
			if known, home, err := m.reclaim(i, it.MissingAt); known || home || err != nil {
				return known, err
			}
		}
		left, doubtful, err := m.hasLeft(it, e)
		if err != nil {
			return false, err
		}
		if left {
			return true, m.move(it, e, i)
		}
		waits, stands = waits || doubtful, stands || !doubtful
	}
	if waits {
		m.held[e.Name] = struct{}{}
		return true, nil
	}
	if stands {
		return false, nil
	}
	known, _, err = m.reclaim(i, 0)
	return known, err
}

// bearers are the items that have an identity: on this file system, and those of this root that had it on one that was
// here before, of which this may be a clone or an earlier state.
func (m *matching) bearers(id tree.FileID) ([]store.Item, error) {
	items, err := m.tx.ItemsByIdentity(m.vol, id)
	for _, former := range m.kin.before(m.vol) {
		var more []store.Item
		if err == nil {
			more, err = m.tx.ItemsByIdentity(former, id)
		}
		for i := range more {
			if more[i].Root == m.root {
				items = append(items, more[i])
			}
		}
	}
	return items, err
}

// weak reports whether an identity alone does not prove a file to be the same.
func (m *matching) weak(e *tree.Entry) bool { return m.weakIDs || e.ID.Birth == 0 }

// hasLeft reports whether the item's own place is proven not to show it any more. Where that takes a
// look elsewhere, it adds a doubt.
func (m *matching) hasLeft(it *store.Item, e *tree.Entry) (left, doubtful bool, err error) {
	if it.State != store.Present {
		return true, false, nil
	}
	if it.Dir == m.d.ID {
		if j, ok := m.listed[it.Name]; ok {
			return !m.same(it, &m.files[j]), false, nil
		}
		if m.whole() && m.provisional && e.Name != it.Name && (e.Links == 1 || e.Links == 0 && spellSame(e.Name, it.Name)) {
			return true, false, nil // listed under this name, and it has no other
		}
		if m.whole() && !m.provisional {
			_, broken := m.broken[it.Name]
			return !broken, false, nil
		}
		if _, ok := m.absent[it.Name]; ok {
			return true, false, nil
		}
	}
	dir, found, err := m.dirByID(it.Dir)
	if err != nil || !found {
		return false, false, err
	}
	if m.origins[oldPlace{it.Root, dir.Path}] {
		return true, false, nil
	}
	d := doubt{
		item: it.ID, root: it.Root, dir: dir.Path, name: it.Name, id: it.FileID,
		size: it.Size, mtime: it.MTime, weak: m.weak(e) || it.Volume != m.vol, strong: e.Links == 1 && !m.weak(e) && it.Volume == m.vol,
	}
	if gone, ok := m.proofs[d]; ok {
		return gone, false, nil
	}
	m.v.doubts = append(m.v.doubts, d)
	return false, true, nil
}

// move brings an item to a file's place.
func (m *matching) move(it *store.Item, e *tree.Entry, i int) error {
	if err := m.displace(it, e.Name); err != nil {
		return err
	}
	if here := m.present[it.Name]; here != nil && here.ID == it.ID {
		delete(m.present, it.Name)
	}
	if away := m.lost[it.Name]; away != nil && away.ID == it.ID {
		delete(m.lost, it.Name)
	}
	if err := m.leaves(it); err != nil {
		return err
	}
	if err := m.tx.Fill(it); err != nil { // what its bytes said comes with it
		return err
	}
	old := *it
	it.Dir, it.Root, it.State, it.MissingAt = m.d.ID, m.root, store.Present, 0
	if it.SameContent(e) {
		if err := m.carry(it, e, i); err != nil {
			return err
		}
	} else {
		m.renew(it, e, i)
	}
	m.settled[it.ID] = struct{}{}
	m.present[it.Name] = it
	m.v.moved++
	m.echoOf(it)
	return m.tx.Save(&old, it)
}

// leaves notes where an item moves here from. The digest of another directory where it stood counts it still.
func (m *matching) leaves(it *store.Item) error {
	if it.State == store.Missing {
		m.v.returned = append(m.v.returned, it.MissingAt)
	}
	if _, known := m.left[it.Dir]; it.State != store.Present || it.Dir == m.d.ID || known {
		return nil
	}
	if m.left == nil {
		m.left = map[int64]struct{}{}
	}
	m.left[it.Dir] = struct{}{}
	return m.tx.Unsettle(it.Dir)
}

// carry takes over a new place and keeps what the bytes said; only what the path says is read anew. What lies beside it
// here is left to the analyzer, where anything does: what comes here later says itself whom it describes.
func (m *matching) carry(it *store.Item, e *tree.Entry, i int) error {
	ctime := it.CTime
	it.Observe(m.vol, e)
	doc := m.doc(i)
	if len(it.Probed) > 0 {
		doc = m.describe(m.root, tree.Join(m.dir, e.Name), it.Probed)
	}
	it.Kind, it.Doc = doc.Kind, doc.JSON
	switch {
	case it.Analysis == store.Pending:
		it.Work = store.NoWork
		m.wake(it, e)
	case it.Analysis == store.Done && it.HasFingerprint && ctime != e.CTime:
		it.Work = store.Verify
	case it.Analysis == store.Failed && ctime != e.CTime:
		retry(it)
	case it.Work == store.NoWork:
		described, err := m.describedHere(it.Kind)
		if err != nil {
			return err
		}
		if described {
			it.Work = store.Describe
		}
	}
	return nil
}

// describedHere reports whether anything lies in the directory, or in one above, that may describe files of a kind there.
// What accompanies others says whose it is, where there may be others.
func (m *matching) describedHere(kind media.Kind) (bool, error) {
	if store.Accompanies(kind) {
		return !m.onlyCompanions(), nil
	}
	if !m.accompanied && !m.askedAbove {
		m.askedAbove = true
		for dir := m.d.Parent; dir != 0 && !m.accompanied; {
			d, found, err := m.dirByID(dir)
			if err != nil || !found {
				return false, err
			}
			if m.accompanied, err = m.tx.Accompanied(dir); err != nil {
				return false, err
			}
			dir = d.Parent
		}
	}
	if !m.accompanied { // asked anew for each: one may have come in this very look
		var err error
		if m.accompanied, err = m.tx.Accompanied(m.d.ID); err != nil {
			return false, err
		}
	}
	return m.accompanied, nil
}

// onlyCompanions reports whether all files that are listed accompany others, as far as that has been prepared.
func (m *matching) onlyCompanions() bool {
	if !m.askedAlone {
		m.askedAlone = true
		m.alone = m.whole() && m.docs != nil && !slices.ContainsFunc(m.docs, func(d Doc) bool { return !store.Accompanies(d.Kind) })
	}
	return m.alone
}

// dirByID reads a directory's row once in a look: many items of one move together.
func (m *matching) dirByID(id int64) (store.Dir, bool, error) {
	if d, ok := m.read[id]; ok {
		return d, true, nil
	}
	d, found, err := m.tx.DirByID(id)
	if found && err == nil {
		if m.read == nil {
			m.read = map[int64]store.Dir{}
		}
		m.read[id] = d
	}
	return d, found, err
}

// displace makes room at a name: the item that stands there is missing until it turns up elsewhere.
func (m *matching) displace(by *store.Item, name string) error {
	it := m.present[name]
	if it == nil || it.ID == by.ID {
		return nil
	}
	delete(m.present, name)
	m.lost[name] = it
	m.parted = append(m.parted, *it)
	m.v.missing++
	return m.tx.MarkMissing(it, m.now)
}

// reclaim gives a file its id back where an item had the file's identity until it was rewritten in
// place, later than after: the other file that stands there becomes an item of its own. It reports home where
// the file is back in that item's own place: an edit like any other.
func (m *matching) reclaim(i int, after int64) (known, home bool, err error) {
	e := &m.files[i]
	was, found, err := m.tx.PreviousIdentity(m.vol, e.ID, m.now)
	if err != nil || !found || was.Until-m.grace <= after || m.weak(e) && (was.Size != e.Size || was.MTime != e.MTime) {
		return false, false, err
	}
	it := was.Item
	if here := m.present[e.Name]; here != nil && here.ID == it.ID {
		return false, true, nil
	}
	if err := m.tx.ForgetPreviousIdentity(m.vol, e.ID); err != nil {
		return false, false, err
	}
	if here := m.present[it.Name]; it.Dir == m.d.ID && here != nil && here.ID == it.ID {
		it = *here // as changed by this very look
	}
	if err := m.tx.Fill(&it); err != nil {
		return false, false, err
	}
	stranger := it
	it2 := it
	if err := m.move(&it2, e, i); err != nil {
		return false, false, err
	}
	if stranger.State != store.Present {
		return true, false, nil
	}
	stranger.Added, stranger.FilterSeq = m.now, 0
	if err := m.tx.Insert(&stranger); err != nil {
		return false, false, err
	}
	m.v.added++
	m.stands(&stranger)
	return true, false, nil
}

// stands takes a row made in the middle of a look for one of those that the look compares, if it is. It has found
// its place only where its file is listed there: that may have been exchanged again since.
func (m *matching) stands(it *store.Item) {
	if it.Dir != m.d.ID || !m.whole() && !slices.Contains(m.names, it.Name) || m.part != nil && !m.part.has(it.Name) {
		return
	}
	m.present[it.Name] = it
	if j, ok := m.listed[it.Name]; ok && m.files[j].ID == it.FileID {
		m.settled[it.ID] = struct{}{}
	}
}

// appear places a file of an unknown identity: an item that stands or lately stood at its path was
// rewritten; else it is new.
func (m *matching) appear(i int) error {
	e := &m.files[i]
	it := m.present[e.Name]
	if it == nil {
		it = m.lost[e.Name]
	}
	if it == nil {
		return m.insert(e, i)
	}
	if _, taken := m.settled[it.ID]; taken {
		return m.insert(e, i)
	}
	if it.State == store.Present && m.growing(e) {
		m.grows(e)
		m.v.later++
		m.settled[it.ID] = struct{}{}
		return nil
	}
	if it.FileID != (tree.FileID{}) {
		if err := m.tx.RememberPreviousIdentity(it, m.now+m.grace); err != nil {
			return err
		}
	}
	old := *it
	if old.State == store.Present {
		m.parted = append(m.parted, old)
	}
	it.State, it.MissingAt = store.Present, 0
	m.renew(it, e, i)
	m.settled[it.ID] = struct{}{}
	m.present[it.Name] = it
	delete(m.lost, it.Name)
	m.v.changed++
	m.echoOf(it)
	return m.tx.Save(&old, it)
}

func (m *matching) insert(e *tree.Entry, i int) error {
	it := &store.Item{Dir: m.d.ID, Root: m.root, Added: m.now}
	m.renew(it, e, i)
	m.v.added++
	m.echoOf(it)
	if err := m.tx.Insert(it); err != nil {
		return err
	}
	m.present[it.Name] = it
	m.settled[it.ID] = struct{}{}
	return nil
}
