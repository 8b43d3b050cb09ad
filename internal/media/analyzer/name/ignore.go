package name

import "strings"

// Ignored reports whether path is one that catalogs pass over by convention: hidden files and folders,
// what operating systems and NAS boxes keep for themselves, and bare samples.
func Ignored(path string) bool {
	rest := path
	for rest != "" {
		i := strings.IndexAny(rest, "/\\")
		part := rest
		if i >= 0 {
			part, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if ignoredPart(part) {
			return true
		}
		if rest == "" {
			base, ext := cutExtension(part)
			if ext != "" && strings.EqualFold(base, "sample") {
				return true
			}
		}
	}
	return false
}

func ignoredPart(part string) bool {
	if part == "" || part == "." || part == ".." {
		return false
	}
	if part[0] == '.' {
		return true
	}
	switch strings.ToLower(part) {
	case "#recycle", "#snapshot", "@eadir", "@recycle", "@recently-snapshot", "@tmp", "$recycle.bin", "system volume information",
		"lost+found", "thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", "recycler", "recycled":
		return true
	}
	return false
}
