package setup

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// Place is a directory that looks like media.
type Place struct {
	Path   string
	FSType string   // of a mount point
	Files  int      // of media that were met
	Kinds  []string // of them, the most frequent first
	Part   bool     // there is more than was looked at
}

// What a look at a place takes at most: a disk that sleeps or hangs is not waited for.
const (
	lookTime    = 3 * time.Second
	lookEntries = 3000
	lookDepth   = 4
	fewest      = 3 // files of media that make a place look like it
)

// Find looks at what is mounted, and at the usual places, for files of media; kind tells a file's kind by its name, ""
// for what is none. What lies within another place found is left out.
func Find(ctx context.Context, home string, kind func(name string) string) []Place {
	return find(ctx, candidates(home), kind)
}

func find(ctx context.Context, candidates []Place, kind func(name string) string) (found []Place) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	answers := make(chan Place, len(candidates)) // one for each: nobody waits to send
	group := run.NewGroup(ctx, zap.NewNop())
	for _, c := range candidates {
		group.Go("look at "+c.Path, func(ctx context.Context) error { // a disk that hangs keeps it; it ends with the process
			answers <- look(ctx, c, kind)
			return nil
		})
	}
	take := func(p Place) {
		if p.Files >= fewest {
			found = append(found, p)
		}
	}
	for waiting := len(candidates); waiting > 0; {
		select {
		case p := <-answers:
			take(p)
			waiting--
		case <-ctx.Done():
			for len(answers) > 0 {
				take(<-answers)
			}
			waiting = 0
		}
	}
	slices.SortFunc(found, func(a, b Place) int { return strings.Compare(a.Path, b.Path) })
	return outermost(found)
}

// outermost leaves out what lies in another place; the list is sorted.
func outermost(found []Place) (kept []Place) {
	for _, p := range found {
		if len(kept) == 0 || !strings.HasPrefix(p.Path, kept[len(kept)-1].Path+"/") {
			kept = append(kept, p)
		}
	}
	return kept
}

// look counts files of media, those near the top first.
func look(ctx context.Context, p Place, kind func(name string) string) Place {
	counts, left := map[string]int{}, lookEntries
	level := []string{p.Path}
	for depth := 0; depth < lookDepth && len(level) > 0; depth++ {
		var next []string
		for _, dir := range level {
			entries, _ := os.ReadDir(dir) // what cannot be read counts for nothing
			for _, e := range entries {
				if left--; left < 0 || ctx.Err() != nil {
					p.Part = true
					return counted(p, counts)
				}
				switch name := e.Name(); {
				case strings.HasPrefix(name, "."):
				case e.IsDir():
					next = append(next, filepath.Join(dir, name))
				case e.Type().IsRegular():
					if k := kind(filepath.Join(dir, name)); k != "" {
						counts[k]++
					}
				}
			}
		}
		level = next
	}
	p.Part = len(level) > 0
	return counted(p, counts)
}

func counted(p Place, counts map[string]int) Place {
	for k, n := range counts {
		p.Files += n
		p.Kinds = append(p.Kinds, k)
	}
	slices.SortFunc(p.Kinds, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return p
}

// candidates are the mount points that are not the system's, the directories where libraries usually are, and those of
// a home.
func candidates(home string) (all []Place) {
	add := func(path, fsType string) {
		if !slices.ContainsFunc(all, func(p Place) bool { return p.Path == path }) {
			all = append(all, Place{Path: path, FSType: fsType})
		}
	}
	mounts, _ := mountinfo.GetMounts(nil) // without /proc there are the usual places still
	for _, m := range mounts {
		if !isSystem(m.Mountpoint) && holdsFiles(m.FSType) {
			add(m.Mountpoint, m.FSType)
		}
	}
	for _, pattern := range []string{"/srv/*", "/mnt/*", "/media/*", "/media/*/*", "/run/media/*/*", "/volume[0-9]*/*", "/data/*"} {
		below, _ := filepath.Glob(pattern) // the patterns are good ones
		for _, path := range below {
			add(path, "")
		}
	}
	for _, name := range []string{"Videos", "Movies", "Music", "Pictures", "Books"} {
		if filepath.IsAbs(home) {
			add(filepath.Join(home, name), "")
		}
	}
	return all
}

// isSystem tells the places that hold the system and none of anybody's files.
func isSystem(path string) bool {
	for _, dir := range []string{
		"/boot", "/dev", "/efi", "/etc", "/nix", "/proc", "/snap", "/sys", "/tmp", "/usr", "/var",
	} {
		if path == dir || strings.HasPrefix(path, dir+"/") {
			return true
		}
	}
	return path == "/" || path == "/run" || strings.HasPrefix(path, "/run/") && !strings.HasPrefix(path, "/run/media/")
}

// holdsFiles tells file systems that keep files from those that show the kernel.
func holdsFiles(fsType string) bool {
	return slices.Contains([]string{
		"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "ntfs", "ntfs3", "exfat", "vfat", "hfsplus",
		"fuseblk", "fuse.mergerfs", "fuse.sshfs", "fuse.rclone", "fuse.bindfs", "nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs",
	}, fsType)
}
