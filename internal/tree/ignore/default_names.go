package ignore

import "strings"

// passedOver says whether a name is passed over by default: hidden files, what systems and NAS software
// keep beside the files, and downloads in progress. Names that Windows makes are compared as Windows
// does, and so are endings; others, exactly: an album may be called Lost+Found, a band Recycler. Three
// dots begin a title ("...And Justice for All"), and hide nothing.
func passedOver(name string) bool {
	switch {
	case name == "":
		return false
	case name[0] == '.' && !strings.HasPrefix(name, "..."):
		return true
	}
	switch name {
	case "@eaDir", "#recycle", "#snapshot", "lost+found",
		"@Recycle", "@Recently-Snapshot", "RECYCLER", "#Recycle", "Network Trash Folder", "~snapshot", "@tmp":
		return true
	}
	return among(windowsNames, name) || unfinished(name)
}

var (
	windowsNames = []string{"Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"}
	unfinishedBy = []string{"tmp", "!qB", "!ut", "!bt", "bc!", "part", "aria2", "partial", "filepart", "crdownload"}
)

// among says whether a word is one of some, in any case.
func among(words []string, word string) bool {
	for _, w := range words {
		if len(w) == len(word) && strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// unfinished says whether a name has an ending that programs give to downloads in progress.
func unfinished(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	return dot >= 0 && among(unfinishedBy, name[dot+1:])
}
