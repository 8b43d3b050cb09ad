package realtime

import (
	"container/heap"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limit is a bound that the kernel sets, and the sysctl that holds it.
type Limit struct {
	Sysctl string
	Value  int
}

// The kernel counts watches and instances per user, in the user namespace it runs in and in every one
// above. Each namespace has its own bound under user.*; fs.inotify.* is that of the first namespace,
// and shows the machine's values in all of them.
const (
	sysctlWatches         = "fs.inotify.max_user_watches"
	sysctlWatchesHere     = "user.max_inotify_watches"
	sysctlInstances       = "fs.inotify.max_user_instances"
	sysctlInstancesHere   = "user.max_inotify_instances"
	watchesIfUnknown      = 8192 // the kernel's value for decades, and its least today
	recheckLimits         = time.Minute
	believeProvenLimit    = 10 * time.Minute
	suggestedWatchesGrain = 65536
)

// WatchLimit returns how many inotify watches the kernel lets this user hold.
func WatchLimit() Limit { return lowest("/proc/sys", sysctlWatches, sysctlWatchesHere) }

// InstanceLimit returns how many inotify instances the kernel lets this user hold.
func InstanceLimit() Limit { return lowest("/proc/sys", sysctlInstances, sysctlInstancesHere) }

// WatchBudget returns how many of the allowed watches a Watcher takes at most: four fifths, so that the
// machine's other programs find some.
func WatchBudget(allowed int) int { return allowed - (allowed+4)/5 }

// SuggestedWatches is what to raise the limit to, which is allowed now, so that so many directories can be watched
// beside what other programs hold.
func SuggestedWatches(directories, others, allowed int) int {
	need := max(directories+directories/4+1+others, allowed+1)
	return (need + suggestedWatchesGrain - 1) / suggestedWatchesGrain * suggestedWatchesGrain
}

// lowest returns the least of the sysctls that can be read below dir, or a zero Value.
func lowest(dir string, sysctls ...string) Limit {
	var least Limit
	for _, sysctl := range sysctls {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(strings.ReplaceAll(sysctl, ".", "/"))))
		if err != nil {
			continue // not every kernel has both
		}
		value, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err == nil && (least.Sysctl == "" || value < least.Value) {
			least = Limit{Sysctl: sysctl, Value: value}
		}
	}
	return least
}

// budget is how many watches all roots together may hold. When it is spent, the directories that changed
// least recently give theirs up.
type budget struct {
	fixed int          // > 0: the configured size; the sysctls are not read
	read  func() Limit // the kernel's bound

	mu       sync.Mutex // guards what follows; no other lock is taken under it
	limit    Limit
	readAt   time.Time
	allowed  int
	proven   int       // what ENOSPC showed to be the most; 0: not met
	provenAt time.Time // it is believed for a while: other programs come and go
	used     int
	rivals   rivalHeap // watched directories by age, while the budget is spent
	ranked   bool      // rivals holds every watched directory
	said     bool      // the log has it
}

func newBudget(fixed int, read func() Limit) *budget {
	b := &budget{fixed: fixed, read: read}
	b.refresh(time.Now())
	return b
}

// refresh computes how many watches are allowed now.
func (b *budget) refresh(now time.Time) {
	b.readAt = now
	b.limit = b.read()
	b.allowed = b.fixed
	if b.fixed <= 0 {
		allowed := b.limit.Value
		if b.limit.Sysctl == "" {
			allowed = watchesIfUnknown
		}
		b.allowed = WatchBudget(allowed)
	}
	if b.proven > 0 && now.Sub(b.provenAt) > believeProvenLimit {
		b.proven = 0
	}
	if b.proven > 0 {
		b.allowed = min(b.allowed, b.proven)
	}
}

// take takes one watch from the budget, if there is one.
func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used >= b.allowed {
		// The user may have raised the limit, as the state asks them to.
		if now := time.Now(); now.Sub(b.readAt) >= recheckLimits {
			b.refresh(now)
		}
	}
	if b.used >= b.allowed {
		return false
	}
	b.used++
	return true
}

// takeOver takes one watch for which another directory has been chosen to give up its own: that one's
// keeper gives it back a little later, so the budget is overdrawn for a moment.
func (b *budget) takeOver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used++
}

// give returns n watches.
func (b *budget) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.used < b.allowed {
		b.rivals, b.ranked = nil, false
	}
}

// prove notes that the kernel refused a watch although the budget had one. Five per cent of what is held
// is to be given up, since whoever else wanted a watch is refused too. It returns how many that is.
func (b *budget) prove() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.proven, b.provenAt = max(b.used-b.used/20, 1), now
	b.refresh(now)
	return max(b.used-b.allowed, 0)
}

// rank makes the given directories the rivals, unless they are ranked already.
func (b *budget) rank(all []rival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ranked {
		return
	}
	b.rivals, b.ranked = all, true
	heap.Init(&b.rivals)
}

func (b *budget) isRanked() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ranked
}

// enter adds a directory that has just got a watch to the rivals.
func (b *budget) enter(v rival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ranked {
		heap.Push(&b.rivals, v)
	}
}

// oldest takes the least recently changed watched directory out of the rivals, if it is older than the
// time given (Unix nanoseconds).
func (b *budget) oldest(than int64) (rival, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.rivals) > 0 {
		top := &b.rivals[0]
		changed := top.node.changed.Load()
		switch {
		case top.node.standing() != watched:
			heap.Pop(&b.rivals)
		case changed > top.changed:
			top.changed = changed
			heap.Fix(&b.rivals, 0)
		case changed >= than:
			return rival{}, false
		default:
			return heap.Pop(&b.rivals).(rival), true
		}
	}
	return rival{}, false
}

// held returns how many watches are held.
func (b *budget) held() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// firstTime reports, once, that there is something to log about the budget.
func (b *budget) firstTime() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.said
	b.said = true
	return first
}

// explain says why some of the known directories have no watch, and what to do about it.
func (b *budget) explain(polled, known int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fixed > 0 && b.proven == 0 {
		return fmt.Sprintf("%d of %d directories are polled: the configured budget of %d watches is spent",
			polled, known, b.fixed)
	}
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

// rival is a watched directory that may have to give its watch up.
type rival struct {
	changed int64 // as it was when last compared
	node    *node
	root    *watchedRoot
}

// rivalHeap is a heap by the time of the last change.
type rivalHeap []rival

func (h rivalHeap) Len() int           { return len(h) }
func (h rivalHeap) Less(i, j int) bool { return h[i].changed < h[j].changed }
func (h rivalHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *rivalHeap) Push(x any)        { *h = append(*h, x.(rival)) }
func (h *rivalHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = rival{}
	*h = old[:len(old)-1]
	return last
}
