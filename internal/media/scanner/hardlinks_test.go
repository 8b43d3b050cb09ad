package scanner

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Events tell only of the name through which a file was changed. Where that name is gone before anybody looks,
// its other names are the ones to ask.
func TestAChangeThroughANameThatIsGoneIsSeenAtTheOtherNames(t *testing.T) {
	for _, c := range []struct{ what, script, hint string }{
		{"another file takes its place", "write b/f other\nrename b/f a/f", "a/f"},
		{"a known file takes its place", "rename b/known a/f", "a/f"},
		{"it is removed", "remove a/f", "a/f"},
		{"it is moved to a name that is passed over", "rename a/f a/.f", "a/f"},
		{"its directory is removed", "remove a", "a"},
		{"the directory above is removed", "remove top", "top"},
	} {
		t.Run(c.what, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir a\nmkdir b\nmkdir c\nmkdir top/below\nwrite a/f 1\nwrite b/known 2\nlink a/f c/other\nlink a/f top/below/third")
				w.scan()
				was := w.analysed("c/other")
				through := "a/f"
				if c.hint == "top" {
					through = "top/below/third"
				}
				w.run("append " + through + " more\n" + c.script)
				w.hint(c.hint)
				if it := w.item("c/other"); it.Size == was.Size || it.ID != was.ID {
					t.Errorf("the other name still says %d bytes (item %d, was %d)", it.Size, it.ID, was.ID)
				}
			})
		})
	}
}

// Where the other name of a file comes into the catalog while its directory is looked at, that directory is looked at
// again. What lies below it is not, and the pass counts each directory and file once.
func TestAPassOfFilesWithTwoNamesLooksOnceAtWhatLiesBelow(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a/s/t\nmkdir b/s/t\nwrite a/f 1\nlink a/f b/f")
		for _, dir := range []string{"a", "b"} {
			w.run("write " + dir + "/s/g 2\nwrite " + dir + "/s/t/h 3")
		}
		var s media.Scan
		listed := w.listed(func() { s = w.scan() })
		if s.Directories != 7 || s.Files != 6 || s.Added != 6 {
			t.Errorf("a pass of 6 files in 7 directories says %+v", s)
		}
		for _, dir := range []string{"a/s", "a/s/t", "b/s", "b/s/t"} {
			if n := len(slices.DeleteFunc(slices.Clone(listed), func(d string) bool { return d != dir })); n != 1 {
				t.Errorf("%s was listed %d times", dir, n)
			}
		}
		w.isTrue()
	})
}
