package works

import (
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Item is a file of the catalog, as far as the rules ask for it.
type Item struct {
	ID      int64
	Seq     int64  // another whenever anything of the item or its companions is another
	Path    string // below the root
	Kind    media.Kind
	Size    int64
	AddedAt time.Time
	Missing bool
	*Said   // what is known of it; never nil
}

// Unit is a folder with what is a part of it. Dir is relative to the root; "" is the root itself.
type Unit struct {
	Root string
	Dir  string
}

// UnitOf returns the unit that the file or folder at path belongs to: the folder that it lies in, or the nearest above
// that is not a part of another.
func UnitOf(root, path string) Unit {
	dir, _ := splitPath(path)
	for dir != "" {
		up, base := splitPath(dir)
		if role, _ := folderRole(base); role != folderPlain {
			dir = up
			continue
		}
		// Subs/NAME OF THE FILM/2_English.srt
		above, name := splitPath(up)
		if role, _ := folderRole(name); role != folderSubtitles {
			break
		}
		dir = above
	}
	return Unit{Root: root, Dir: dir}
}

// splitPath splits off the last name.
func splitPath(path string) (dir, name string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

// splitExt splits a name into stem and extension, the latter in lower case and without its dot.
func splitExt(name string) (stem, ext string) {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || len(name)-i > 6 {
		return name, ""
	}
	return name[:i], strings.ToLower(name[i+1:])
}
