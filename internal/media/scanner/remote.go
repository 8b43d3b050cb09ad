package scanner

import (
	"maps"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// noteRemote learns from a listing whether events tell of everything there. A network or FUSE file system that is
// mounted below a root is polled, whatever the root's own is. It stays watched too: what is changed through this
// machine's mount has its events.
func (r *runner) noteRemote(res *outcome) {
	dir := res.job.dir
	switch {
	case !res.scan.listed || r.polled.Load():
	case res.scan.remote == "":
		delete(r.remotes, dir) // it is mounted there no more
	case !r.isRemote(dir):
		if r.remotes == nil {
			r.remotes = map[string]string{}
		}
		maps.DeleteFunc(r.remotes, func(d, _ string) bool { return strings.HasPrefix(d, dir+"/") })
		r.remotes[dir] = res.scan.remote
	}
}

// isRemote reports whether a directory is polled with one of those above, or itself.
func (r *runner) isRemote(dir string) bool {
	for ; dir != ""; dir = tree.Parent(dir) {
		if _, ok := r.remotes[dir]; ok {
			return true
		}
	}
	return false
}

// remotesNamed bounds the file systems that are named of a root.
const remotesNamed = 5

// remoteText names the file systems below the root that send no events.
func (r *runner) remoteText() string {
	if len(r.remotes) == 0 {
		return ""
	}
	var b strings.Builder
	for i, dir := range slices.Sorted(maps.Keys(r.remotes)) {
		if i == remotesNamed {
			b.WriteString(" and more")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string([]rune(dir)) + " (" + r.remotes[dir] + ")")
	}
	return b.String()
}
