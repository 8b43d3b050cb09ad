package modeltest

import (
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func (w *world) mkdir(p place) {
	if _, ok := w.dirs[p]; ok {
		return
	}
	w.note("mkdir %v", p)
	w.must(os.MkdirAll(w.abs(p), 0o755))
	for ; p.path != ""; p = p.dir() {
		w.dirs[p] = struct{}{}
	}
}

// filesBelow gives the places of files in and below a directory, in order.
func (w *world) filesBelow(dir place) (out []place) {
	for p := range w.files {
		if p.below(dir) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b place) int { return strings.Compare(a.root+"/"+a.path, b.root+"/"+b.path) })
	return out
}

func (w *world) dirsBelow(dir place) (out []place) {
	for p := range w.dirs {
		if p.below(dir) {
			out = append(out, p)
		}
	}
	return out
}

func (w *world) renameDir(from, to place) {
	w.note("rename directory %v to %v", from, to)
	w.must(unix.Rename(w.abs(from), w.abs(to))) // os.Rename refuses an empty directory in that place, and another case
	w.dirsMoved(from, to)
}

// dirsMoved notes that a directory has moved with all that is in it.
func (w *world) dirsMoved(from, to place) {
	for _, d := range append(w.dirsBelow(from), from) {
		delete(w.dirs, d)
		w.dirs[d.moved(from, to)] = struct{}{}
	}
	files := w.filesBelow(from)
	objects := make([]*object, len(files))
	for i, p := range files {
		objects[i] = w.files[p]
		w.leave(p, true)
	}
	for d, pattern := range maps.Clone(w.ignores) {
		if d == from || d.below(from) {
			delete(w.ignores, d)
			w.ignores[d.moved(from, to)] = pattern
			w.rulesChanged = true
		}
	}
	for i, p := range files {
		w.enter(p.moved(from, to), objects[i])
	}
	w.straying(objects...)
}

func (w *world) removeDir(dir place) {
	w.note("remove directory %v", dir)
	for _, p := range w.filesBelow(dir) {
		o := w.files[p]
		w.settleBirth(o)
		w.leave(p, false)
		w.straying(o)
	}
	w.must(os.RemoveAll(w.abs(dir)))
	for _, d := range append(w.dirsBelow(dir), dir) {
		delete(w.dirs, d)
		if _, ok := w.ignores[d]; ok {
			delete(w.ignores, d)
			w.rulesChanged = true
		}
	}
}

// ignore writes a directory's ignore file, or removes it where pattern is empty.
func (w *world) ignore(dir place, pattern string) {
	w.note("ignore %q in %v", pattern, dir)
	w.rulesChanged = true
	file := w.abs(dir) + "/.catalogizerignore"
	if pattern == "" {
		delete(w.ignores, dir)
		w.must(os.Remove(file))
	} else {
		w.ignores[dir] = pattern
		w.must(os.WriteFile(file, []byte("# steers the catalog\n"+pattern+"\n"), 0o644))
	}
	for _, p := range w.filesBelow(dir) {
		w.straying(w.files[p])
		if !w.visible(p) {
			w.files[p].wandered = true
		}
	}
}
