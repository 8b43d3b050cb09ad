// What there is too much of: one entry stands for all names of a directory, or for a whole root. What is pending of each
// name until it is quiet is debounce.go's.

package inotify

import "github.com/catalogizer/catalogizerd/internal/tree/ignore"

// coalesced returns the entry that stands for everything in a directory, if there is one.
func (d *Debouncer) coalesced(root, dir string) *entry {
	if ev := d.dirs[dirKey{root, ""}]; ev != nil && ev.self != nil && ev.self.coversRoot {
		return ev.self
	}
	if ev := d.dirs[dirKey{root, dir}]; ev != nil && ev.self != nil && ev.self.coversDir {
		return ev.self
	}
	return nil
}

// coalesceDir lets one entry stand for all the names of a directory. Some of those that were removed stay beside it: where
// all of a large directory is removed there is no quiet for seconds, and what is gone needs none.
func (d *Debouncer) coalesceDir(ev *dirEvents, now int64) {
	_, rules := ev.names[ignore.FileName]
	kept := 0
	for name, e := range ev.names {
		if e.removed && name != ignore.FileName && kept < namesInHint {
			kept++
			continue
		}
		d.discard(e)
		delete(ev.names, name)
	}
	d.coalesce(ev, now, false)
	ev.self.recursive = ev.self.recursive || rules
}

// coalesceRoot lets one entry stand for everything in a root.
func (d *Debouncer) coalesceRoot(root string, now int64) {
	d.dropRoot(root)
	d.sweep()
	d.coalesce(d.eventsOf(root, ""), now, true)
}

func (d *Debouncer) coalesce(ev *dirEvents, now int64, all bool) {
	if ev.self == nil {
		ev.self = &entry{events: ev, first: now}
		d.push(ev.self, now)
	} else {
		ev.self.event(now)
	}
	ev.self.coversDir = true
	if all {
		ev.self.coversRoot, ev.self.recursive = true, true
	}
}

func (d *Debouncer) dropRoot(root string) {
	for p, ev := range d.dirs {
		if p.root != root {
			continue
		}
		for _, e := range ev.names {
			d.discard(e)
		}
		if ev.self != nil {
			d.discard(ev.self)
		}
		delete(d.dirs, p)
	}
}
