package scanner

import (
	"iter"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// match finds for every file the item that it is: first those that stand where they stood, then those
// whose identity is known elsewhere, then the rest.
func (m *matching) match() error {
	var arrivals []int
	for i := range m.inPart() {
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

// inPart gives the files that are to be matched.
func (m *matching) inPart() iter.Seq[int] {
	if m.part != nil {
		return slices.Values(m.part.files)
	}
	return func(yield func(int) bool) {
		for i := range m.files {
			if !yield(i) {
				return
			}
		}
	}
}

// same reports whether the item at a path is the very file that stands there. A tree without
// identities says so by the path alone. Where identities do not last, a mere remount deals the numbers
// out anew: there a file of the same name, size and time is the same whatever its number. So it is where its
// item was last seen on the file system that was here before.
func (m *matching) same(it *store.Item, e *tree.Entry) bool {
	if !m.kin.one(it.Volume, m.vol) {
		return false
	}
	return it.FileID == e.ID || (m.weak(e) || it.Volume != m.vol) && it.SameContent(e)
}

// stay takes over what changed of a file that is still the same.
func (m *matching) stay(it *store.Item, e *tree.Entry, i int) error {
	switch {
	case !it.SameContent(e):
		if m.growing(e) {
			m.grows(e)
			m.v.later++
			return nil
		}
		return m.rewrite(it, e, i)
	case it.CTime != e.CTime || it.Links != e.Links || it.FileID != e.ID || it.Volume != m.vol:
		old := *it
		verify := (it.CTime != e.CTime || it.FileID != e.ID) && it.HasFingerprint && it.Analysis == store.Done
		it.Observe(m.vol, e)
		if verify && it.Work != store.Analyse { // more than to describe it anew, less than to read it
			it.Work = store.Verify
		}
		if it.CTime != old.CTime {
			retry(it)
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

// retry has a file that could not be read tried again now: its permissions may be what changed.
func retry(it *store.Item) {
	if it.Analysis == store.Failed {
		it.Work, it.RetryAt = store.Analyse, 0
	}
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
	it.Kind, it.Doc, it.Probed, it.Unread = doc.Kind, doc.JSON, nil, false
	it.Analysis, it.Work, it.Attempts, it.RetryAt, it.Error = store.Pending, store.Analyse, 0, 0, ""
	it.Fingerprint, it.HasFingerprint = 0, false
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
