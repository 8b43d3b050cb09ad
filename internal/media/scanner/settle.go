package scanner

import (
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// youngAge is how long a file counts as young: programs that write through a memory map send no
// events at all, so a directory with a young file is looked at once more when it no longer is.
const youngAge = int64(10 * time.Minute)

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
