package modeltest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// outside is a directory on the same file system that is no root.
const outside = "outside"

// pastKept is how many rounds lead up to a failure in what it shows: as many as fit into the daemon's grace.
const pastKept = 20

// object is a file itself, whatever its names: what one inode is on the disk.
type object struct {
	number int
	places map[place]struct{}
	title  string // that its bytes say
	born   time.Time

	// Since the last good state:
	base     map[place]int64 // the items that it was then
	linked   bool            // it had several names
	strayed  bool            // it had no name that is catalogued
	wandered bool            // it left a catalogued name, alive
	changed  bool            // its size or mtime is another

	claims   map[int64]struct{} // items of others that it may have been
	oldID    int64              // the item it was when it last was one alone
	returned bool               // it was none at the last good state, but had been one before
}

// tenure is an object's time at a place.
type tenure struct {
	o    *object
	died bool // there, by losing its last name
}

// world is the disk as it should be. Its methods change the disk and the model alike, and log what they do.
type world struct {
	tb      testing.TB
	base    string            // directory that holds the roots
	at      map[string]string // directories of roots that stand elsewhere
	roots   []string
	objects int
	n       int // names given

	hidden   bool // what moves may not be seen within the grace
	analysed bool // the bytes of files are read, so that what they say is compared too
	lacks    lack // what the file system has not
	share    bool // all that is known of a file is what a share tells: its number, its size and its mtime

	files   map[place]*object
	dirs    map[place]struct{}
	ignores map[place]string // patterns of ignore files, by directory

	// excused are items whose analysis may have failed, since the server would not let their files be read.
	excused map[int64]struct{}

	past [][]string // logs of the rounds before

	keptIgnores map[place]string // those of a state to which the disk can be rolled back

	// Since the last good state:
	log          []string
	history      map[place][]*tenure
	rulesChanged bool
	began        time.Time

	// Of the last good state:
	lastID  int64
	added   map[int64]time.Time // of its items
	missing map[place]struct{}  // of its items that were missing
}

func newWorld(tb testing.TB, base string, roots ...string) *world {
	return newWorldAt(tb, base, nil, roots...)
}

// newWorldAt makes a world of which some roots stand elsewhere.
func newWorldAt(tb testing.TB, base string, at map[string]string, roots ...string) *world {
	w := &world{
		tb: tb, base: base, at: at, roots: roots, files: map[place]*object{}, dirs: map[place]struct{}{}, ignores: map[place]string{},
		history: map[place][]*tenure{}, began: time.Now(), added: map[int64]time.Time{}, missing: map[place]struct{}{},
	}
	for _, r := range append([]string{outside}, roots...) {
		w.must(os.MkdirAll(w.dir(r), 0o755))
		w.dirs[place{r, ""}] = struct{}{}
	}
	return w
}

// dir is where a root stands on the disk.
func (w *world) dir(root string) string {
	if dir, ok := w.at[root]; ok {
		return dir
	}
	return filepath.Join(w.base, root)
}

func (w *world) abs(p place) string { return w.dir(p.root) + "/" + p.path }

func (w *world) must(err error) {
	if err != nil {
		w.tb.Helper()
		w.tb.Fatalf("the test itself failed: %v\n%s", err, strings.Join(w.log, "\n"))
	}
}

// note logs an operation.
func (w *world) note(format string, args ...any) {
	if len(w.log) == 0 {
		w.began = time.Now()
	}
	line := fmt.Sprintf("%8.3fs ", time.Since(w.began).Seconds()) + fmt.Sprintf(format, args...)
	w.log = append(w.log, line)
	if *verbose {
		w.tb.Log(line)
	}
}

// story is what led to the present state: the operations since the last good state, and those of rounds before it.
func (w *world) story() string {
	var b strings.Builder
	for i, log := range w.past {
		fmt.Fprintf(&b, "%d rounds before:\n%s\n", len(w.past)-i, strings.Join(log, "\n"))
	}
	fmt.Fprintf(&b, "since the last good state:\n%s", strings.Join(w.log, "\n"))
	return b.String()
}

// Patterns that ignore files and the configuration of these tests hold.
const (
	ignoreSuffix = "*.skip"
	ignoreDir    = "skipped/"
	excluded     = "*.nope"
)

// visible reports whether a file at p is to be catalogued.
func (w *world) visible(p place) bool {
	if p.root == outside {
		return false
	}
	parts := strings.Split(p.path, "/")
	at := place{p.root, ""}
	var patterns []string
	for i, name := range parts {
		if pattern, ok := w.ignores[at]; ok {
			patterns = append(patterns, pattern)
		}
		isDir := i < len(parts)-1
		if name[0] == '.' || strings.HasSuffix(name, ".part") || strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, ".nope") {
			return false
		}
		for _, pattern := range patterns {
			if pattern == ignoreSuffix && strings.HasSuffix(name, ".skip") || pattern == ignoreDir && isDir && name == "skipped" {
				return false
			}
		}
		at = at.join(name)
	}
	return true
}

// passed reports whether what is at p is passed over. A directory is, where a file in it would be.
func (w *world) passed(p place, isDir bool) bool {
	if isDir {
		p = p.join("file")
	}
	return !w.visible(p)
}

// enter puts an object at a place, which must be free.
func (w *world) enter(p place, o *object) {
	w.files[p] = o
	o.places[p] = struct{}{}
	o.linked = o.linked || len(o.places) > 1
	w.history[p] = append(w.history[p], &tenure{o: o})
}

// leave takes what stands at a place away from it, for another place or for good.
func (w *world) leave(p place, moves bool) {
	o := w.files[p]
	delete(w.files, p)
	delete(o.places, p)
	h := w.history[p]
	if len(h) == 0 || h[len(h)-1].o != o {
		h = append(h, &tenure{o: o})
		w.history[p] = h
	}
	alive := moves || len(o.places) > 0
	h[len(h)-1].died = !alive
	if alive && w.visible(p) {
		o.wandered = true
	}
}

// straying notes objects that have no name that is catalogued at this moment.
func (w *world) straying(objects ...*object) {
	for _, o := range objects {
		if len(o.places) > 0 && !slices.ContainsFunc(slices.Collect(maps.Keys(o.places)), w.visible) {
			o.strayed = true
		}
	}
}

// settleBirth waits so long that an inode that is used again has another birth time: the kernel's clock
// for those has steps of up to 10 ms, within which two files could not be told apart by anything.
func (w *world) settleBirth(o *object) {
	const step = 15 * time.Millisecond
	if o != nil && len(o.places) == 1 && time.Since(o.born) < step {
		time.Sleep(step)
	}
}

// apart is how far the times of new files are from each other, where files of one moment and size, one of which takes
// the other's place, are one by all that can be told. exFAT tells times by two seconds.
func (w *world) apart() time.Duration {
	switch {
	case w.lacks.identity:
		return 2 * time.Second
	case w.share || w.lacks.birth:
		return time.Millisecond
	}
	return 0
}

func (w *world) create(p place, title string, size int) {
	w.note("create %v title %s size %d", p, title, size)
	var b []byte
	if size > 0 {
		b = content(title, size)
	} else {
		title = ""
	}
	f, err := os.OpenFile(w.abs(p), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	w.must(err)
	_, err = f.Write(b)
	w.must(err)
	w.must(f.Close())
	w.objects++
	if step := w.apart(); step != 0 {
		at := time.Now().Add(-time.Duration(w.objects) * step)
		w.must(os.Chtimes(w.abs(p), at, at))
	}
	w.enter(p, &object{number: w.objects, title: title, places: map[place]struct{}{}, born: time.Now()})
	w.straying(w.files[p])
}

func (w *world) appendTo(p place, n int) { w.appendBy(p, p, n) }

// appendBy appends to a file by a name that leads to it.
func (w *world) appendBy(p, by place, n int) {
	w.note("append %d to %v", n, by)
	f, err := os.OpenFile(w.abs(by), os.O_APPEND|os.O_WRONLY, 0)
	w.must(err)
	_, err = f.Write(frames(n))
	w.must(err)
	w.must(f.Close())
	w.changes(p)
}

// changes notes that the file at p is another in size or time.
func (w *world) changes(p place) {
	w.files[p].changed = true
	w.tell(p)
}

// tell makes a change known that was made through a name that nobody watches, of a file that has others: events
// come only for the name that was used, so it would be found by the next full comparison.
func (w *world) tell(p place) {
	if w.visible(p) {
		return
	}
	for q := range w.files[p].places {
		if w.visible(q) {
			w.chmod(q)
			return
		}
	}
}

// rewrite writes a file anew in its place. how is "", "older" (its time goes back), "same time" (it keeps its
// time, and has another size) or "same everything" (it keeps time and size).
func (w *world) rewrite(p place, title string, size int, how string) {
	w.note("rewrite %v title %s size %d %s", p, title, size, how)
	old, err := os.Stat(w.abs(p))
	w.must(err)
	b := content(title, size)
	switch {
	case how == "same everything" && int64(len(content("", 0))) > old.Size():
		how = "" // nothing fits in so little
	case how == "same everything":
		b = append(b, frames(int(old.Size()))...)[:old.Size()]
	case int64(len(b)) == old.Size():
		b = append(b, 0)
	}
	w.must(os.WriteFile(w.abs(p), b, 0o644))
	switch how {
	case "older":
		t := old.ModTime().Add(-37 * time.Hour)
		w.must(os.Chtimes(w.abs(p), t, t))
	case "same time", "same everything":
		w.must(os.Chtimes(w.abs(p), old.ModTime(), old.ModTime()))
	}
	w.files[p].title = title
	w.changes(p)
}

func (w *world) chmod(p place) {
	w.note("chmod %v", p)
	st, err := os.Stat(w.abs(p))
	w.must(err)
	w.must(os.Chmod(w.abs(p), st.Mode().Perm()^0o020))
}

func (w *world) unlink(p place) {
	w.note("unlink %v", p)
	w.settleBirth(w.files[p])
	w.must(os.Remove(w.abs(p)))
	o := w.files[p]
	w.leave(p, false)
	w.straying(o)
}

// rename renames a file; what stands at the new place is replaced.
func (w *world) rename(from, to place) {
	if w.files[from] == w.files[to] {
		return // rename(2) does nothing for two names of one file
	}
	w.note("rename %v to %v", from, to)
	w.settleBirth(w.files[to])
	w.must(os.Rename(w.abs(from), w.abs(to)))
	o, old := w.files[from], w.files[to]
	if old != nil {
		w.leave(to, false)
		w.straying(old)
	}
	w.leave(from, true)
	w.enter(to, o)
	w.straying(o)
}

// swap exchanges two files in one step.
func (w *world) swap(a, b place) {
	w.note("swap %v and %v", a, b)
	w.must(unix.Renameat2(unix.AT_FDCWD, w.abs(a), unix.AT_FDCWD, w.abs(b), unix.RENAME_EXCHANGE))
	x, y := w.files[a], w.files[b]
	w.leave(a, true)
	w.leave(b, true)
	w.enter(a, y)
	w.enter(b, x)
	w.straying(x, y)
}

func (w *world) link(from, to place) {
	w.note("link %v to %v", from, to)
	w.must(os.Link(w.abs(from), w.abs(to)))
	w.enter(to, w.files[from])
}

// replaceByLink puts a symbolic link in a file's place.
func (w *world) replaceByLink(p place) {
	w.note("replace %v by a symbolic link", p)
	w.settleBirth(w.files[p])
	tmp := w.abs(p.dir().join(".link"))
	w.must(os.Symlink("nowhere", tmp))
	w.must(os.Rename(tmp, w.abs(p)))
	o := w.files[p]
	w.leave(p, false)
	w.straying(o)
	time.Sleep(time.Millisecond)
	w.must(os.Remove(w.abs(p)))
	w.note("remove the symbolic link %v", p)
}
