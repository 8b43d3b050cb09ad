package scanner

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

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
		m.parted = append(m.parted, *it)
		mark := m.tx.MarkMissing
		if _, ok := m.mounts[it.Name]; ok {
			mark = m.tx.HoldCovered
		}
		if err := mark(it, m.now); err != nil {
			return err
		}
		m.v.missing++
	}
	return nil
}

// provenAbsent reports whether this look proves that an item is no longer in its place.
func (m *matching) provenAbsent(it *store.Item) bool {
	if !m.kin.one(it.Volume, m.vol) { // it is on a disk that is not mounted here now
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
	if _, ok := m.passed[it.Name]; ok {
		return true
	}
	if id, ok := m.there[it.Name]; ok {
		return m.listedOtherwise(it.Name, id)
	}
	m.v.asks = append(m.v.asks, it.Name)
	return false
}

// listedOtherwise reports whether the file that answered to a name which is not listed is one that is, in another
// spelling: a lookup that ignores case finds it under both. Under another name altogether it proves nothing: the
// file may have both.
func (m *matching) listedOtherwise(name string, id tree.FileID) bool {
	if id == (tree.FileID{}) {
		return false
	}
	for i := range m.files {
		if f := &m.files[i]; f.ID == id && f.Links <= 1 && spellSame(f.Name, name) {
			return true
		}
	}
	return false
}

// subOtherwise reports whether what answered to a name that is not listed is a directory that is, in another spelling.
func (m *matching) subOtherwise(name string, id tree.FileID) bool {
	return id != tree.FileID{} && slices.ContainsFunc(m.subs, func(e tree.Entry) bool { return e.ID == id && spellSame(e.Name, name) })
}

// departDirs marks gone the directories below that a whole look did not show.
func (m *matching) departDirs() error {
	if !m.whole() || m.part != nil && !m.part.last {
		return nil
	}
	known, err := m.tx.Subdirs(m.d.ID)
	if err != nil {
		return err
	}
	for i := range known {
		sub := &known[i]
		name := tree.Base(sub.Path)
		if _, ok := m.dirs[name]; ok {
			continue
		}
		if _, ok := m.broken[name]; ok || !m.kin.one(sub.Volume, m.vol) {
			m.v.unsettled = true
			continue
		}
		if _, ok := m.absent[name]; m.provisional && !ok {
			_, seen := m.listed[name] // and no directory, or none that is catalogued
			if !seen {
				_, seen = m.passed[name]
			}
			if id, answered := m.there[name]; !seen && answered {
				if seen = m.subOtherwise(name, id); !seen {
					m.v.unsettled = true
					continue
				}
			}
			if !seen {
				m.v.asks, m.v.unsettled = append(m.v.asks, name), true
				continue
			}
		}
		m.v.skips = m.v.skips || sub.Skipped != store.Skipped{}
		if err := m.tx.MarkGone(sub, m.seen); err != nil {
			return err
		}
		m.v.gone = append(m.v.gone, *sub)
	}
	return nil
}
