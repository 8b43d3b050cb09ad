package modeltest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"
)

// Bounds that keep a round short.
const (
	maxFiles = 400
	maxDirs  = 40
	maxDepth = 5
)

func isTrack(path string) bool { return strings.HasSuffix(path, ".mp3") }

// driver does random operations to a world.
type driver struct {
	*world
	rnd *rand.Rand

	crowded bool // directories are so large that they come in parts
}

// most is how many files there may be.
func (d *driver) most() int {
	if d.crowded {
		return 20 * maxFiles
	}
	return maxFiles
}

func (d *driver) chance(p float64) bool { return d.rnd.Float64() < p }

func pick[T any](d *driver, list []T) T { return list[d.rnd.IntN(len(list))] }

func (d *driver) title() string { return fmt.Sprintf("%016x", d.rnd.Uint64()) }

func (d *driver) size() int { return pick(d, []int{0, 500, 900, 1500, 3000, 20000}) }

func (d *driver) baseName() string {
	if d.chance(0.15) {
		if name := pick(d, oddNames); !d.share && !d.lacks.odd || onShares(name) {
			return name
		}
	}
	d.n++
	return fmt.Sprintf("n%d", d.n)
}

func (d *driver) fileName() string {
	ending := ".mp3"
	switch r := d.rnd.Float64(); {
	case r < 0.05:
		ending = ".bin"
	case r < 0.08:
		ending = ".skip"
	case r < 0.10:
		ending = ".nope"
	case r < 0.12:
		ending = ".tmp"
	}
	return d.baseName() + ending
}

// inRoots gives the directories of the roots.
func (d *driver) inRoots() (out []place) {
	for p := range d.dirs {
		if p.root != outside {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b place) int { return strings.Compare(a.root+"/"+a.path, b.root+"/"+b.path) })
	return out
}

func (d *driver) anyDir() place { return pick(d, d.inRoots()) }

// anyFile gives a file of a root; ok is false where there is none.
func (d *driver) anyFile() (place, bool) {
	var all []place
	for _, r := range d.roots {
		all = append(all, d.filesBelow(place{r, ""})...)
	}
	all = slices.DeleteFunc(all, func(p place) bool { return p.path == sentinel })
	if len(all) == 0 {
		return place{}, false
	}
	return pick(d, all), true
}

// freePlace gives a place in a root at which nothing stands.
func (d *driver) freePlace() (place, bool) {
	for range 10 {
		p := d.anyDir().join(d.fileName())
		if d.isFree(p) {
			return p, true
		}
	}
	return place{}, false
}

func (d *driver) isFree(p place) bool {
	_, err := os.Lstat(d.abs(p))
	return os.IsNotExist(err)
}

// operation does one thing; false: it could not be done now.
type operation func(*driver) bool

var operations = []struct {
	weight int
	do     operation
}{
	{20, opCreate}, {6, opAppend}, {8, opRewrite}, {10, opRename}, {8, opMove}, {6, opReplace}, {6, opSwap}, {6, opRotate},
	{6, opTagEditor}, {4, opRecreate}, {8, opDelete}, {2, opBurst}, {4, opDeepDirs}, {5, opRenameDir}, {3, opRemoveDir},
	{4, opLink}, {3, opOthers}, {3, opChmod}, {3, opIgnore}, {4, opStray}, {2, opDirForFile}, {3, opDownload}, {2, opTouch}, {2, opGrow},
	{3, opSwapDirs}, {3, opRotateDirs}, {4, opDirOut}, {2, opOverEmptyDir}, {2, opUnnamed}, {2, opFarTime}, {2, opRenameAll}, {3, opRespell}, {3, opByOtherName},
}

func (d *driver) operate() {
	if len(d.files) > d.most() {
		opRemoveDir(d)
		for range 20 {
			opDelete(d)
		}
	}
	total := 0
	for _, o := range operations {
		total += o.weight
	}
	for range 10 {
		n := d.rnd.IntN(total)
		for _, o := range operations {
			if n -= o.weight; n < 0 {
				if o.do(d) {
					return
				}
				break
			}
		}
	}
}

func opCreate(d *driver) bool {
	p, ok := d.freePlace()
	if ok {
		d.create(p, d.title(), d.size())
	}
	return ok
}

func opAppend(d *driver) bool {
	p, ok := d.anyFile()
	if !ok || d.files[p].title == "" { // an empty file would get bytes that say nothing
		return false
	}
	d.appendTo(p, 1+d.rnd.IntN(2000))
	return true
}

func opRewrite(d *driver) bool {
	p, ok := d.anyFile()
	if ok {
		how := pick(d, []string{"", "older", "same time", "same everything"})
		if (d.share || d.lacks.identity) && how == "same everything" {
			how = "" // nothing that a share tells would show it
		}
		d.rewrite(p, d.title(), 100+d.rnd.IntN(4000), how)
	}
	return ok
}

func opTouch(d *driver) bool {
	p, ok := d.anyFile()
	if !ok {
		return false
	}
	at := time.Now().Add(time.Duration(d.rnd.Int64N(int64(4*365*24*time.Hour))) - 3*365*24*time.Hour)
	d.note("touch %v to %v", p, at)
	d.must(os.Chtimes(d.abs(p), at, at))
	d.changes(p)
	return true
}

// opGrow writes to a file for a while, as a download or a recording does.
func opGrow(d *driver) bool {
	p, ok := d.anyFile()
	if !ok || d.files[p].title == "" {
		return false
	}
	for range 10 + d.rnd.IntN(20) {
		d.appendTo(p, 100)
		time.Sleep(time.Duration(d.rnd.IntN(25)) * time.Millisecond)
	}
	return true
}

func opRename(d *driver) bool {
	from, ok := d.anyFile()
	to := from.dir().join(d.fileName())
	if !ok || !d.isFree(to) {
		return false
	}
	d.rename(from, to)
	return true
}

func opMove(d *driver) bool {
	from, ok := d.anyFile()
	to, free := d.freePlace()
	if !ok || !free {
		return false
	}
	if d.chance(0.5) { // under its old name
		if to = to.dir().join(from.path[strings.LastIndexByte(from.path, '/')+1:]); !d.isFree(to) {
			return false
		}
	}
	d.rename(from, to)
	return true
}

func (d *driver) twoFiles() (a, b place, ok bool) {
	a, ok = d.anyFile()
	b, _ = d.anyFile()
	return a, b, ok && a != b && d.files[a] != d.files[b]
}

func opReplace(d *driver) bool {
	a, b, ok := d.twoFiles()
	if ok {
		d.rename(a, b)
	}
	return ok
}

func opSwap(d *driver) bool {
	a, b, ok := d.twoFiles()
	if ok = ok && !d.lacks.exchange; ok {
		d.swap(a, b)
	}
	return ok
}

// opRotate swaps two files, or rotates three, through a name between.
func opRotate(d *driver) bool {
	a, b, ok := d.twoFiles()
	if !ok {
		return false
	}
	between := a.dir().join(pick(d, []string{".between", "between.tmp", "between.mp3"}))
	if !d.isFree(between) {
		return false
	}
	d.rename(a, between)
	d.pause()
	if c, ok := d.anyFile(); ok && c != between && c != b && d.files[c] != d.files[b] && d.files[c] != d.files[between] && d.chance(0.3) {
		d.rename(b, a)
		d.rename(c, b)
		d.rename(between, c)
		return true
	}
	d.rename(b, a)
	d.pause()
	d.rename(between, b)
	return true
}

// opTagEditor saves a file as tag editors do.
func opTagEditor(d *driver) bool {
	p, ok := d.anyFile()
	if !ok {
		return false
	}
	switch d.rnd.IntN(3) {
	case 0: // a temporary file that is passed over, renamed over the old
		tmp := p.dir().join(fmt.Sprintf(".edit%d.tmp", d.rnd.IntN(1000)))
		if !d.isFree(tmp) {
			return false
		}
		d.create(tmp, d.title(), 800)
		d.pause()
		d.rename(tmp, p)
	case 1: // the same with a name that is catalogued
		tmp, free := d.freePlace()
		if !free {
			return false
		}
		d.create(tmp, d.title(), 800)
		d.pause()
		d.rename(tmp, p)
	case 2: // the old one put aside, a new one written, the old one removed
		aside := p.dir().join(d.baseName() + ".bak.mp3")
		if !d.isFree(aside) {
			return false
		}
		d.rename(p, aside)
		d.create(p, d.title(), 700)
		d.pause()
		if d.chance(0.5) {
			d.unlink(aside)
		}
	}
	return true
}

func opRecreate(d *driver) bool {
	p, ok := d.anyFile()
	if !ok {
		return false
	}
	d.unlink(p)
	d.pause()
	d.create(p, d.title(), d.size())
	return true
}

func opDelete(d *driver) bool {
	p, ok := d.anyFile()
	if ok {
		d.unlink(p)
	}
	return ok
}

func opLink(d *driver) bool {
	from, ok := d.anyFile()
	to, free := d.freePlace()
	if !ok || !free || d.lacks.links {
		return false
	}
	d.link(from, to)
	return true
}

func opChmod(d *driver) bool {
	p, ok := d.anyFile()
	if ok = ok && !d.lacks.modes; ok {
		d.chmod(p)
	}
	return ok
}

// opStray moves a file out of the roots or to a name that is passed over; some come back.
func opStray(d *driver) bool {
	d.n++
	away := place{outside, fmt.Sprintf("stray%d", d.n)}
	if all := d.filesBelow(place{outside, ""}); len(all) > 0 && d.chance(0.6) {
		to, free := d.freePlace()
		if free {
			d.rename(pick(d, all), to)
		}
		return free
	}
	p, ok := d.anyFile()
	if !ok {
		return false
	}
	d.rename(p, away)
	if d.chance(0.4) {
		d.pause()
		if !d.isFree(p) {
			return true
		}
		d.rename(away, p)
	}
	return true
}

// opDownload writes a file under a name that is passed over, and renames it when it is whole.
func opDownload(d *driver) bool {
	to, ok := d.freePlace()
	tmp := place{to.root, to.path + ".part"}
	if !ok || len(to.path)-strings.LastIndexByte(to.path, '/') > 250 || !d.isFree(tmp) {
		return false
	}
	d.create(tmp, d.title(), 1000)
	d.pause()
	d.rename(tmp, to)
	return true
}

// pause waits, most often not at all, at times so long that the daemon sees what is between.
func (d *driver) pause() {
	switch r := d.rnd.Float64(); {
	case r < 0.5:
	case r < 0.9:
		time.Sleep(time.Duration(d.rnd.IntN(20)) * time.Millisecond)
	default:
		time.Sleep(time.Duration(d.rnd.IntN(250)) * time.Millisecond)
	}
}
