package scanner

import (
	"testing"
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
