package scanner

import (
	"strings"
	"testing"
	"time"
)

// The first half of a pattern passes over more than the whole.
func TestAnIgnoreFileThatIsTooLongIsNotReadInPart(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir abc\nwrite abc/f 1\nwrite g 2")
		w.scan()
		before := w.shows()
		long := strings.Repeat("#", maxIgnoreFile-len("\n/abc")) + "\n/abc"
		if err := w.files.Write(".catalogizerignore", []byte(long+"de")); err != nil {
			t.Fatal(err)
		}
		if s := w.scan(); s.Errors != 1 || !strings.Contains(s.Error, ".catalogizerignore") || !strings.Contains(s.Error, "65536") {
			t.Errorf("%+v", s)
		}
		w.expect(before, "abc/f<-abc/f g<-g")
		if err := w.files.Write(".catalogizerignore", []byte(long)); err != nil {
			t.Fatal(err)
		}
		w.scan()
		w.expect(before, "!abc/f g<-g")
	})
}

func TestAPollSeesWhatIgnoreFilesSayNow(t *testing.T) {
	for name, c := range map[string]struct{ change, want string }{
		"the root's is another": {"write .catalogizerignore *.txt", "a/leaf/g<-a/leaf/g b/h<-b/h b/i.doc<-"},
		"one beside is another": {"write b/.catalogizerignore h", "a/leaf/f.txt<-a/leaf/f.txt a/leaf/g<-a/leaf/g"},
		"its own is another":    {"write a/leaf/.catalogizerignore *.txt", "a/leaf/g<-a/leaf/g b/h<-b/h"},
		"one above is gone":     {"remove .catalogizerignore", "a/leaf/f.txt<-a/leaf/f.txt a/leaf/g<-a/leaf/g b/h<-b/h b/i.doc<-"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{root: polled}, func(w *world) {
				w.run("mkdir a/leaf\nmkdir b\nwrite a/leaf/f.txt 1\nwrite a/leaf/g 2\nwrite b/h 3\nwrite b/i.doc 4")
				w.run("write .catalogizerignore *.doc\nwrite a/leaf/.catalogizerignore\nwrite b/.catalogizerignore x")
				w.scan()
				w.scan()
				before := w.shows()
				w.run(c.change)
				w.pass(95 * time.Second) // a poll, the grace, and no second poll
				w.expect(before, c.want)
			})
		})
	}
}
