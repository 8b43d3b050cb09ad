package tree

import "strings"

// ValidPath says whether path has the form of a tree's paths: names with single slashes between them, none of
// them empty, "." or "..", and no NUL byte; or "" for the root. Trees fail on others with an error that
// proves nothing.
func ValidPath(path string) bool {
	if path == "" {
		return true
	}
	for rest, more := path, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, "/")
		if name == "" || name == "." || name == ".." {
			return false
		}
	}
	return strings.IndexByte(path, 0) < 0
}

// Split cuts a path into its directory and its last name. Both are empty for the root.
func Split(path string) (dir, name string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// Parent is the directory that holds path; the root's is the root.
func Parent(path string) string { return path[:max(strings.LastIndexByte(path, '/'), 0)] }

// Base is the last name of a path; empty for the root.
func Base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// Join is the path of a name in a directory.
func Join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
