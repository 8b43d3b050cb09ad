package realtime

import (
	"math"

	"go.uber.org/zap"
)

// claim takes a watch from the budget, if need be from a directory that changed before the given time.
func (r *watchedRoot) claim(changed int64) bool {
	b := r.w.budget
	if b.take() {
		return true
	}
	v, ok := r.rival(changed)
	if !ok {
		return false
	}
	b.takeOver()
	r.displace(v)
	return true
}

// rival finds the watched directory that changed least recently, if that was before the given time.
func (r *watchedRoot) rival(changed int64) (rival, bool) {
	b := r.w.budget
	if !b.isRanked() {
		b.rank(r.w.rivals())
	}
	if b.firstTime() {
		limit := WatchLimit()
		r.w.log.Warn("inotify watches are used up; the least recently changed directories are polled",
			zap.String("sysctl", limit.Sysctl), zap.Int("limit", limit.Value), zap.Int("held", b.held()))
	}
	return b.oldest(changed)
}

// shed gives up some watches after the kernel has refused one.
func (r *watchedRoot) shed() {
	for range r.w.budget.prove() {
		v, ok := r.rival(math.MaxInt64)
		if !ok {
			return
		}
		r.displace(v)
	}
}

// displace has a directory's watch removed by the keeper of its root.
func (r *watchedRoot) displace(v rival) {
	if v.root == r {
		r.evict(v.node)
		return
	}
	v.root.todo.add(op{kind: opEvict, node: v.node})
}

// evict removes a directory's watch, if it still has one. What happens there until the next poll is seen
// by that.
func (r *watchedRoot) evict(n *node) {
	r.mu.Lock()
	held := n.standing() == watched && r.dirs.byPath[r.dirs.dirOf(n)] == n
	if held {
		r.dirs.setUnwatched(n, overBudget)
	}
	r.mu.Unlock()
	if held {
		r.unhook(n.path)
	}
}
