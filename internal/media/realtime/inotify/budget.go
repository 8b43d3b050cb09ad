package inotify

import (
	"container/heap"
	"fmt"
	"math"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	watchesIfUnknown = 8192 // the kernel's value for decades, and its least today
	recheckLimits    = time.Minute
	believeRefusal   = 10 * time.Minute // of a watch by the kernel
)

// Budget is how many watches all roots together may hold. When it is spent, the directories that changed
// least recently give theirs up.
type Budget struct {
	read func() Limit // the kernel's bound

	mu         sync.Mutex // guards what follows; no other lock is taken under it
	limit      Limit
	readAt     time.Time
	allowed    int
	proven     int       // how many watches there were to be had when the kernel refused one (ENOSPC); 0: it did not
	provenAt   time.Time // it is believed for a while: other programs come and go
	used       int
	candidates candidateHeap // for eviction: watched directories by age, while the budget is spent
	ranked     bool          // candidates holds every watched directory
	logged     bool          // that the budget is spent
}

// NewBudget returns a budget within what the kernel allows, which is read again from time to time.
func NewBudget(read func() Limit) *Budget {
	b := &Budget{read: read}
	b.refresh()
	return b
}

// refresh computes how many watches are allowed now.
func (b *Budget) refresh() {
	limit := b.read() // not under the lock: it reads files
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.readAt = limit, time.Now()
	if limit.Sysctl == "" {
		limit.Value = watchesIfUnknown
	}
	b.allowed = WatchBudget(limit.Value)
	if b.readAt.Sub(b.provenAt) > believeRefusal {
		b.proven = 0
	}
	if b.proven > 0 {
		b.allowed = min(b.allowed, b.proven)
	}
}

// acquire takes one watch from the budget, if there is one.
func (b *Budget) acquire() bool {
	ok, stale := b.tryAcquire()
	if !ok && stale { // the user may have raised the limit, as the state asks them to
		b.refresh()
		ok, _ = b.tryAcquire()
	}
	return ok
}

func (b *Budget) tryAcquire() (ok, stale bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used >= b.allowed {
		return false, time.Since(b.readAt) >= recheckLimits
	}
	b.used++
	return true, false
}

// acquireEvicted takes one watch for which another directory has been chosen to give up its own: that one's
// manager gives it back a little later, so the budget is overdrawn for a moment.
func (b *Budget) acquireEvicted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used++
}

// release returns n watches.
func (b *Budget) release(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.used < b.allowed {
		b.candidates, b.ranked = nil, false
	}
}

// refused notes that the kernel refused a watch although the budget had one. Five per cent of what is held
// is to be given up, since whoever else wanted a watch is refused too. It returns how many that is.
func (b *Budget) refused() int {
	b.noteRefused()
	b.refresh()
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.used-b.allowed, 0)
}

func (b *Budget) noteRefused() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.proven, b.provenAt = max(b.used-b.used/20, 1), time.Now()
}

// rank makes the given directories the candidates, unless they are ranked already.
func (b *Budget) rank(all []candidate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ranked {
		return
	}
	b.candidates, b.ranked = all, true
	heap.Init(&b.candidates)
}

func (b *Budget) isRanked() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ranked
}

// addCandidate adds a directory that has just got a watch to the candidates.
func (b *Budget) addCandidate(v candidate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ranked {
		heap.Push(&b.candidates, v)
	}
}

// popOldest takes the least recently changed watched directory out of the candidates, if it is older than the
// time given.
func (b *Budget) popOldest(than uint32) (candidate, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.candidates) > 0 {
		top := &b.candidates[0]
		changed := top.node.changed.Load()
		switch {
		case top.node.state() != watched:
			heap.Pop(&b.candidates)
		case changed > top.changed:
			top.changed = changed
			heap.Fix(&b.candidates, 0)
		case changed >= than:
			return candidate{}, false
		default:
			return heap.Pop(&b.candidates).(candidate), true
		}
	}
	return candidate{}, false
}

// Held returns how many watches are held.
func (b *Budget) Held() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Allowed returns how many watches may be held now.
func (b *Budget) Allowed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.allowed
}

// firstSpent reports, once, that the budget is spent.
func (b *Budget) firstSpent() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.logged
	b.logged = true
	return first
}

// Explain says why some of the known directories have no watch, and what to do about it.
func (b *Budget) Explain(polled, known int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	sysctl := b.limit.Sysctl
	if sysctl == "" {
		sysctl = sysctlWatches
	}
	others := 0
	taken := ""
	if b.proven > 0 {
		// What others hold is what the limit has beyond ours.
		others = max(b.limit.Value-b.proven, 0)
		taken = ", and other programs hold the rest"
	}
	need := SuggestedWatches(known, others, b.limit.Value)
	return fmt.Sprintf("%d of %d directories are polled: out of inotify watches (%s is %d%s); raise it to %d",
		polled, known, sysctl, b.limit.Value, taken, need)
}

// candidate is a watched directory that may have to give its watch up. Where it is forgotten, its node may stand for
// another one by then: that is a candidate all the same.
type candidate struct {
	changed uint32 // as it was when last compared
	id      nodeID
	node    *node
	manager *Manager
}

// candidateHeap is a heap by the time of the last change.
type candidateHeap []candidate

func (h candidateHeap) Len() int           { return len(h) }
func (h candidateHeap) Less(i, j int) bool { return h[i].changed < h[j].changed }
func (h candidateHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *candidateHeap) Push(x any)        { *h = append(*h, x.(candidate)) }
func (h *candidateHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = candidate{}
	*h = old[:len(old)-1]
	return last
}

// acquire takes a watch from the budget, if need be from a directory that changed before the given time.
func (m *Manager) acquire(changed uint32) bool {
	b := m.shared.Budget
	if b.acquire() {
		return true
	}
	c, ok := m.oldestCandidate(changed)
	if !ok {
		return false
	}
	b.acquireEvicted()
	m.evict(c)
	return true
}

// oldestCandidate finds the watched directory that changed least recently, if that was before the given time.
func (m *Manager) oldestCandidate(changed uint32) (candidate, bool) {
	b := m.shared.Budget
	if !b.isRanked() {
		var all []candidate
		for _, other := range m.shared.Managers() {
			all = other.appendCandidates(all)
		}
		b.rank(all)
	}
	if b.firstSpent() {
		limit := WatchLimit()
		m.shared.Log.Warn("inotify watches are used up; the least recently changed directories are polled",
			zap.String("sysctl", limit.Sysctl), zap.Int("limit", limit.Value), zap.Int("held", b.Held()))
	}
	return b.popOldest(changed)
}

// candidate makes a directory one; under the lock.
func (m *Manager) candidate(id nodeID) candidate {
	n := m.dirs.at(id)
	return candidate{changed: n.changed.Load(), id: id, node: n, manager: m}
}

func (m *Manager) appendCandidates(all []candidate) []candidate {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for id := range m.dirs.in(watched) {
		all = append(all, m.candidate(id))
	}
	return all
}

// evictSome gives up some watches after the kernel has refused one (ENOSPC).
func (m *Manager) evictSome() {
	for range m.shared.Budget.refused() {
		c, ok := m.oldestCandidate(math.MaxUint32)
		if !ok {
			return
		}
		m.evict(c)
	}
}

// evict has a directory's watch removed by the manager of its root.
func (m *Manager) evict(c candidate) {
	if c.manager == m {
		m.evictNode(c.id)
		return
	}
	c.manager.commands.add(command{kind: evictWatch, node: c.id})
}

// evictNode removes a directory's watch, if it still has one. What happens there until the next poll is seen by that.
func (m *Manager) evictNode(id nodeID) {
	if path, held := m.noteEvicted(id); held {
		m.removeWatch(path)
	}
}

func (m *Manager) noteEvicted(id nodeID) (path string, held bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(id) >= m.dirs.used || m.dirs.at(id).state() != watched { // all may have been forgotten since
		return "", false
	}
	m.dirs.setUnwatched(id, overBudget)
	return m.dirs.absolute(m.dirs.dirOf(id)), true
}
