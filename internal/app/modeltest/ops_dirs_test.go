package modeltest

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// opBurst unpacks many files at once.
func opBurst(d *driver) bool {
	if len(d.files) > d.most()/2 {
		return false
	}
	dir := d.anyDir().join(fmt.Sprintf("burst%d", d.rnd.IntN(1e6)))
	if strings.Count(dir.path, "/") > maxDepth {
		return false
	}
	d.mkdir(dir)
	n, sizes := 30+d.rnd.IntN(150), []int{0, 600}
	if d.crowded {
		n, sizes = 30+d.rnd.IntN(2600), []int{0, 0, 0, 0, 0, 0, 0, 600}
	}
	for i := range n {
		d.create(dir.join(fmt.Sprintf("%03d.mp3", i)), d.title(), pick(d, sizes))
	}
	return true
}

// opDeepDirs makes directories below each other and at once a file in the deepest.
func opDeepDirs(d *driver) bool {
	dir := d.anyDir()
	if len(d.dirs) > maxDirs || strings.Count(dir.path, "/") >= maxDepth {
		return false
	}
	for range 1 + d.rnd.IntN(4) {
		dir = dir.join(d.baseName())
	}
	if d.chance(0.1) {
		dir = dir.join("skipped")
	}
	if !d.isFree(dir) {
		return false
	}
	d.mkdir(dir)
	d.create(dir.join(d.fileName()), d.title(), d.size())
	return true
}

// someDir gives a directory of a root that is not the root itself.
func (d *driver) someDir() (place, bool) {
	p := d.anyDir()
	return p, p.path != ""
}

func opRenameDir(d *driver) bool {
	from, ok := d.someDir()
	if !ok {
		return false
	}
	to := d.anyDir().join(d.baseName())
	if d.chance(0.4) {
		to = from.dir().join(d.baseName())
	}
	if d.chance(0.05) {
		to = from.dir().join("skipped")
	}
	if to == from || to.below(from) || !d.isFree(to) || strings.Count(to.path, "/") > maxDepth || len(to.path) > 1500 {
		return false
	}
	d.renameDir(from, to)
	if d.chance(0.3) { // and at once another in its place
		d.pause()
		d.mkdir(from)
		d.create(from.join(d.fileName()), d.title(), d.size())
	}
	return true
}

func opRemoveDir(d *driver) bool {
	dir, ok := d.someDir()
	if ok {
		d.removeDir(dir)
	}
	return ok
}

// opOthers makes what is no regular file: it never becomes an item.
func opOthers(d *driver) bool {
	p := d.anyDir().join(d.baseName() + ".other")
	if !d.isFree(p) || d.lacks.special {
		return false
	}
	d.note("other things at %v", p)
	switch d.rnd.IntN(4) {
	case 0:
		d.must(os.Symlink("..", d.abs(p)))
	case 1:
		d.must(os.Symlink("/etc/passwd", d.abs(p)))
	case 2:
		if d.share { // which would show it as a file
			return false
		}
		d.must(syscall.Mkfifo(d.abs(p), 0o644))
	case 3:
		f, ok := d.anyFile()
		if !ok {
			return false
		}
		d.replaceByLink(f)
	}
	return true
}

func opIgnore(d *driver) bool {
	dir := d.anyDir()
	if _, has := d.ignores[dir]; has && d.chance(0.7) {
		d.ignore(dir, "")
		return true
	}
	d.ignore(dir, pick(d, []string{ignoreSuffix, ignoreDir}))
	return true
}

// opDirForFile puts a directory where a file stood.
func opDirForFile(d *driver) bool {
	p, ok := d.anyFile()
	if !ok || len(d.dirs) > maxDirs {
		return false
	}
	d.unlink(p)
	d.mkdir(p)
	d.create(p.join("inside.mp3"), d.title(), 600)
	return true
}
