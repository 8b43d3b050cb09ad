package scanner

import (
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// youngAge is how long a file counts as young: programs that write through a memory map send no
// events at all, so a directory with a young file is looked at once more when it no longer is.
const youngAge = int64(10 * time.Minute)

// settle decides what the directory's own row says after the look.
func (m *matching) settle(before store.Dir, oldDigest store.Digest) {
	v := &m.v
	v.unsettled = v.unsettled || len(v.growing) > 0 || len(v.doubts) > 0 || len(v.asks) > 0 || v.list || len(m.broken) > 0
	d := &m.d
	d.Gone, d.Volume = false, m.vol
	if p := m.part; p != nil && p.n > 0 && !(before.Settled && before.Digest == m.underway(p.n-1)) {
		v.unsettled = true // so it was before, or somebody changed it between two parts
	}
	switch {
	case v.unsettled:
		d.Settled, d.Digest = false, store.Digest{}
	case m.part != nil && !m.part.last:
		d.Settled, d.Digest = true, m.underway(m.part.n)
	case m.whole():
		d.Settled, d.Digest = true, m.digest
	case before.Settled:
		d.Digest = before.Digest.Sub(oldDigest)
		for i := range m.files {
			_, part := entryDigest(nil, &m.files[i])
			d.Digest = d.Digest.Add(part)
		}
	}
	switch {
	case m.part != nil && !m.part.last:
		d.Stamp = 0
	case m.whole():
		m.settleStamp(before)
		d.Skipped = m.skipped
		for _, name := range slices.Sorted(maps.Keys(m.mounts)) {
			if before.Skipped.Covers(name) {
				d.Skipped.Cover(name)
			}
		}
	}
	d.RecheckAt = m.recheck(before.RecheckAt)
}

// freshStamp is how lately a directory may have changed, in nanoseconds, so that a later change could bear the same
// time.
const freshStamp = int64(2 * time.Second)

// stampOf is what proves a polled directory's names: when they last changed, and what is passed over by the rules of
// the directories above. One that has an ignore file of its own has none: that may be written to in its place.
func stampOf(self *tree.Entry, above *ignore.Rules) int64 { return self.MTime ^ int64(above.Hash()) }

// settleStamp keeps what proves a polled directory's names.
func (m *matching) settleStamp(before store.Dir) {
	if !m.stamped {
		m.d.Stamp = 0
		return
	}
	if before.Stamp != 0 && before.Stamp == m.stamp && m.v.added+m.v.missing+m.v.moved+len(m.v.gone) > 0 {
		m.v.stampLied = true
	}
	m.d.Stamp = 0
	if !m.v.unsettled {
		m.d.Stamp = m.stamp
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
	if !m.whole() && stood > 0 { // it may be due already and not have been asked for yet
		return max(at, stood)
	}
	return at
}
