package modeltest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// twoDirs gives two directories of roots, neither of which is in the other, that may change places.
func (d *driver) twoDirs() (a, b place, ok bool) {
	a, ok = d.someDir()
	b, other := d.someDir()
	return a, b, ok && other && a != b && !a.below(b) && !b.below(a) && d.fits(a, b) && d.fits(b, a)
}

// fits reports whether a directory may move to a place: neither it nor its path becomes too deep or too long there.
func (d *driver) fits(dir, to place) bool {
	return strings.Count(to.path, "/")+d.deepest(dir) <= maxDepth && len(to.path) <= 1500
}

// deepest is how many levels there are below a directory.
func (d *driver) deepest(dir place) (levels int) {
	for _, p := range d.dirsBelow(dir) {
		levels = max(levels, strings.Count(p.path, "/")-strings.Count(dir.path, "/"))
	}
	return levels
}

// opSwapDirs exchanges two directories in one step.
func opSwapDirs(d *driver) bool {
	a, b, ok := d.twoDirs()
	if ok = ok && !d.lacks.exchange; ok {
		d.swapDirs(a, b)
	}
	return ok
}

// opRotateDirs swaps two directories through a name between, which may be passed over, or out of the roots.
func opRotateDirs(d *driver) bool {
	a, b, ok := d.twoDirs()
	if !ok {
		return false
	}
	d.n++
	name := fmt.Sprintf("between%d", d.n)
	between := pick(d, []place{{outside, name}, a.dir().join("." + name), a.dir().join(name)})
	d.renameDir(a, between)
	d.pause()
	d.renameDir(b, a)
	d.pause()
	d.renameDir(between, b)
	return true
}

// opDirOut moves a directory out of the roots, and back or elsewhere; what happens to it meanwhile nobody sees.
func opDirOut(d *driver) bool {
	from, ok := d.someDir()
	if !ok {
		return false
	}
	d.n++
	away := place{outside, fmt.Sprintf("out%d", d.n)}
	d.renameDir(from, away)
	linked := d.chance(0.2) && !d.lacks.special
	if linked {
		d.note("a link in its place")
		d.must(os.Symlink(d.abs(away), d.abs(from)))
	}
	d.pause()
	if d.chance(0.4) {
		if f := away.join(d.fileName()); d.isFree(f) {
			d.create(f, d.title(), d.size())
		}
	}
	if linked {
		d.must(os.Remove(d.abs(from)))
	}
	to := from
	if d.chance(0.3) {
		to = d.anyDir().join(d.baseName())
	}
	if !d.isFree(to) || !d.fits(away, to) {
		to = from
	}
	d.renameDir(away, to)
	return true
}

// opOverEmptyDir renames a directory onto an empty one.
func opOverEmptyDir(d *driver) bool {
	from, ok := d.someDir()
	to := d.anyDir().join(d.baseName())
	if !ok || to == from || to.below(from) || !d.isFree(to) || !d.fits(from, to) {
		return false
	}
	d.mkdir(to)
	d.pause()
	d.renameDir(from, to)
	return true
}

// opUnnamed makes a file that gets its name when it is whole: O_TMPFILE and linkat.
func opUnnamed(d *driver) bool {
	p, ok := d.freePlace()
	if !ok || d.lacks.links {
		return false
	}
	d.createUnnamed(p, d.title())
	return true
}

// opRespell renames a file or directory in case only.
func opRespell(d *driver) bool {
	p, ok := d.anyFile()
	dir, isDir := d.someDir()
	if d.chance(0.4) {
		p, ok = dir, isDir
	}
	to := p.dir().join(swapped(p.path[strings.LastIndexByte(p.path, '/')+1:]))
	if !ok || to == p || !d.lacks.cases && !d.isFree(to) {
		return false
	}
	if p == dir {
		d.renameDir(p, to)
	} else {
		d.rename(p, to)
	}
	return true
}

// opByOtherName writes to a file by its name in another case, where that leads to it.
func opByOtherName(d *driver) bool {
	p, ok := d.anyFile()
	if !ok || !d.lacks.cases || d.files[p].title == "" {
		return false
	}
	name := p.path[strings.LastIndexByte(p.path, '/')+1:]
	d.appendBy(p, p.dir().join(swapped(name)), 1+d.rnd.IntN(2000))
	return true
}

// swapped is a name in the other case, of ASCII letters. Its ending stays, by which the model knows it.
func swapped(name string) string {
	b := []byte(name)
	for i := range strings.TrimSuffix(name, filepath.Ext(name)) {
		if c := b[i] | 0x20; 'a' <= c && c <= 'z' {
			b[i] ^= 0x20
		}
	}
	return string(b)
}

// farTimes are what clocks that are not set, cameras and archives leave behind.
var farTimes = []time.Time{
	time.Unix(0, 0), time.Unix(0, 1), time.Unix(-1, 999999999), time.Unix(1<<31-1, 0), time.Unix(1<<31, 5),
	time.Unix(1<<32-1, 999999999), time.Unix(1<<32, 0), time.Date(1901, 12, 14, 0, 0, 0, 1, time.UTC),
	time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC),
}

func opFarTime(d *driver) bool {
	p, ok := d.anyFile()
	if !ok || d.lacks.identity || d.share {
		return false
	}
	at := pick(d, farTimes)
	d.note("touch %v to %v", p, at)
	spec := unix.Timespec{Sec: at.Unix(), Nsec: int64(at.Nanosecond())} // which os.Chtimes reckons in nanoseconds alone
	d.must(unix.UtimesNanoAt(unix.AT_FDCWD, d.abs(p), []unix.Timespec{spec, spec}, 0))
	d.changes(p)
	return true
}

// opRenameAll renames every file of a directory at once.
func opRenameAll(d *driver) bool {
	dir := d.anyDir()
	n := 0
	for _, p := range d.filesBelow(dir) {
		if p.dir() != dir || p.path == sentinel {
			continue
		}
		d.n++
		if to := dir.join(fmt.Sprintf("all%d.mp3", d.n)); d.isFree(to) {
			d.rename(p, to)
			n++
		}
	}
	return n > 0
}

func (w *world) swapDirs(a, b place) {
	w.note("swap directories %v and %v", a, b)
	w.must(unix.Renameat2(unix.AT_FDCWD, w.abs(a), unix.AT_FDCWD, w.abs(b), unix.RENAME_EXCHANGE))
	w.n++
	aside := place{outside, fmt.Sprintf("exchanged%d", w.n)}
	w.dirsMoved(a, aside)
	w.dirsMoved(b, a)
	w.dirsMoved(aside, b)
}

// createUnnamed makes a file that has no name before it is whole.
func (w *world) createUnnamed(p place, title string) {
	w.note("create %v title %s without a name", p, title)
	fd, err := unix.Open(w.abs(p.dir()), unix.O_TMPFILE|unix.O_WRONLY, 0o644)
	w.must(err)
	f := os.NewFile(uintptr(fd), "unnamed")
	_, err = f.Write(content(title, 900))
	w.must(err)
	open := fmt.Sprintf("/proc/self/fd/%d", fd)
	w.must(unix.Linkat(unix.AT_FDCWD, open, unix.AT_FDCWD, w.abs(p), unix.AT_SYMLINK_FOLLOW))
	w.must(f.Close())
	w.objects++
	w.enter(p, &object{number: w.objects, title: title, places: map[place]struct{}{}, born: time.Now()})
	w.straying(w.files[p])
}
