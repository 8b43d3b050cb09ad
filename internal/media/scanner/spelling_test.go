package scanner

import (
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// foldingTrees are the kinds of trees that ignore case when a name is looked up.
var foldingTrees = map[string]faketree.Options{
	"disk without birth times": {FoldCase: true, NoBirth: true},
	"disk":                     {FoldCase: true},
	"disk by FUSE":             {FoldCase: true, NoBirth: true, SpellingIDs: true},
	"share":                    {FoldCase: true, NoBirth: true, NoLinks: true, Provisional: true},
	"share of known listings":  {FoldCase: true, NoBirth: true, NoLinks: true, Provisional: true, OwnSpelling: true},
}

// below asks for a look at all that is below a directory.
func (w *world) below(dir string) {
	w.t.Helper()
	w.s.Hint(media.Hint{Root: "films", Dir: dir, Recursive: true})
	w.rest()
}

// Files and directories under the old name answer still: only a listing shows that they are those of the new one.
func TestWhatIsRenamedInCaseOnlyKeepsItsIDsWhereCaseIsIgnored(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for kind, files := range foldingTrees {
		for how, notice := range map[string]func(w *world){
			"scan":                    func(w *world) { w.scan() },
			"hints at once":           func(w *world) { w.hintAll("", "Dir", "F", "dir", "f"); w.rest(); w.below("dir") },
			"hint of the new first":   func(w *world) { w.hint("f"); w.below("dir"); w.hint("dir", "F", "Dir") },
			"hint of the old first":   func(w *world) { w.hint("F", "Dir", "f", "dir"); w.below("dir") },
			"late hints below":        func(w *world) { w.scan(); w.below("Dir/Sub"); w.hint("Dir/a", "F", "Dir/Sub/b") },
			"a scan by another name":  func(w *world) { _, _ = w.s.Scan(w.t.Context(), "films", "DIR", true); w.rest(); w.scan() },
			"hints of the directory":  func(w *world) { w.below("dir"); w.hintAll("Dir"); w.rest(); w.hint("F", "f", "Dir") },
			"hints of what is deeper": func(w *world) { w.hint("dir/Sub/b", "Dir/Sub/b", "dir/a"); w.hint("f"); w.below("") },
		} {
			t.Run(kind+"/"+how, func(t *testing.T) {
				inWorld(t, options{files: files}, func(w *world) {
					w.run("mkdir Dir/Sub\nwrite Dir/a 1\nwrite Dir/Sub/b 22\nwrite F 333")
					w.scan()
					before := w.shows()
					w.run("rename Dir dir\nrename F f")
					notice(w)
					w.pass(15 * time.Second)
					w.expect(before, "dir/a<-Dir/a dir/Sub/b<-Dir/Sub/b f<-F")
					w.isTrue()
				})
			})
		}
	}
}

// Events bear the name by which a program came to a file. Through FUSE it has a number of its own by each.
func TestAFileThatIsHintedInOtherSpellingsIsOne(t *testing.T) {
	composed, decomposed := "\u00e9", "e\u0301"
	for kind, files := range map[string]faketree.Options{
		"disk":                      {FoldCase: true, FoldForms: true},
		"disk without birth times":  {FoldCase: true, FoldForms: true, NoBirth: true},
		"disk by FUSE":              {FoldCase: true, FoldForms: true, NoBirth: true, SpellingIDs: true},
		"disk where case counts":    {FoldForms: true},
		"share":                     {FoldCase: true, FoldForms: true, NoBirth: true, NoLinks: true, Provisional: true},
		"disk where forms are kept": {FoldCase: true},
	} {
		t.Run(kind, func(t *testing.T) {
			inWorld(t, options{files: files}, func(w *world) {
				w.run("mkdir Dir\nwrite Dir/Old.bin 1\nwrite Dir/" + composed + ".bin 22")
				w.scan()
				before := w.shows()
				if files.FoldCase {
					w.hint("Dir/OLD.bin", "Dir/"+composed+".BIN")
				}
				if files.FoldForms {
					w.hint("Dir/" + decomposed + ".bin")
				}
				w.expect(before, "Dir/Old.bin<-Dir/Old.bin Dir/"+composed+".bin<-Dir/"+composed+".bin")
				w.run("write Dir/New.bin 333\nwrite Dir/1" + decomposed + ".bin 4444")
				names := []string{"New.bin", "1" + decomposed + ".bin"}
				if files.FoldCase {
					names = append(names, "NEW.bin", "1"+decomposed+".BIN")
				}
				if files.FoldForms {
					names = append(names, "1"+composed+".bin")
				}
				w.hintAll("Dir", names...)
				w.pass(15 * time.Second)
				w.isTrue()
				if files.FoldCase {
					w.run("rename Dir dir")
					w.hint("Dir/old.bin", "dir/NEW.BIN", "DIR/x", "dir", "Dir")
					w.below("dir")
					w.pass(15 * time.Second)
					w.isTrue()
				}
			})
		})
	}
}

func TestWhatDiffersInCaseOnlyIsTwoWhereCaseCounts(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir Dir\nmkdir dir\nwrite Dir/a 1\nwrite F 333\nlink F f\nlink Dir/a dir/a")
		w.hint("F", "f")
		w.below("dir")
		w.below("Dir")
		w.expect(catalog{}, "Dir/a<- dir/a<- F<- f<-")
		before := w.shows()
		w.run("rename F dir/f\nremove Dir")
		w.hint("F", "Dir")
		w.below("dir")
		w.pass(15 * time.Second)
		w.expect(before, "dir/a<-dir/a dir/f<-F f<-f")
		w.isTrue()
	})
}

func TestAScanOfAPathInAnotherCaseSaysSo(t *testing.T) {
	inWorld(t, options{files: faketree.Options{FoldCase: true}}, func(w *world) {
		w.run("mkdir Dir\nwrite Dir/a 1")
		w.scan()
		before := w.shows()
		s, err := w.s.Scan(w.t.Context(), "films", "DIR", false)
		if err != nil {
			t.Fatal(err)
		}
		w.rest()
		if s, err = w.s.ScanByID(s.ID); err != nil || s.Errors != 1 || !strings.Contains(s.Error, `"DIR"`) || !strings.Contains(s.Error, tree.ErrNotExist.Error()) {
			t.Errorf("%+v, %v", s, err)
		}
		w.expect(before, "Dir/a<-Dir/a")
	})
}

func TestSwappingCase(t *testing.T) {
	for name, want := range map[string]string{"Dir 1": "dIR 1", "Ünder": "ÜNDER", "ünd": "üND", "ßé": "ßÉ", "123": "123", "\xff a": "\xff a"} {
		if got := swapCase(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
