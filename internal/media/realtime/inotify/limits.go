package inotify

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
	sysctlWatches       = "fs.inotify.max_user_watches"
	sysctlWatchesHere   = "user.max_inotify_watches"
	sysctlInstances     = "fs.inotify.max_user_instances"
	sysctlInstancesHere = "user.max_inotify_instances"
)

// WatchLimit returns how many inotify watches the kernel lets this user hold.
func WatchLimit() Limit { return lowest("/proc/sys", sysctlWatches, sysctlWatchesHere) }

// InstanceLimit returns how many inotify instances the kernel lets this user hold.
func InstanceLimit() Limit { return lowest("/proc/sys", sysctlInstances, sysctlInstancesHere) }

// WatchBudget returns how many of the allowed watches a Watcher takes at most: four fifths, so that the
// machine's other programs find some.
func WatchBudget(allowed int) int { return allowed - (allowed+4)/5 }

// SuggestedWatches is what to raise the limit to, which is allowed now, so that so many directories can be watched
// beside what other programs hold: a multiple of 65,536.
func SuggestedWatches(directories, others, allowed int) int {
	const grain = 65536
	need := max(directories+directories/4+1+others, allowed+1)
	return (need + grain - 1) / grain * grain
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
