package scanner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// identityCases say which item each file is after a change: "new<-old" that which was at old, "new<-" an
// item of its own, "!old" that which is missing.
var identityCases = []struct{ name, before, change, want string }{
	{"created", `mkdir a`, `write a/f.mkv x`, `a/f.mkv<-`},
	{"removed", `mkdir a
		write a/f x`, `remove a/f`, `!a/f`},
	{"edited", `write f x`, `append f y`, `f<-f`},
	{"restored with an older time", `write f x`, `time f -24h`, `f<-f`},
	{"renamed", `mkdir a
		write a/f x`, `rename a/f a/g`, `a/g<-a/f`},
	{"renamed by case only", `write Film x`, `rename Film film`, `film<-Film`},
	{"moved", `mkdir a
		mkdir b
		write a/f x`, `rename a/f b/g`, `b/g<-a/f`},
	{"swapped", `mkdir a
		mkdir b
		write a/f x
		write b/f y`, `swap a/f b/f`, `a/f<-b/f b/f<-a/f`},
	{"swapped in one directory", `write f x
		write g y`, `swap f g`, `f<-g g<-f`},
	{"moved around in a circle of three", `mkdir a
		mkdir b
		write a/f 1
		write b/g 2
		write h 3`, `rename a/f t
		rename b/g a/f
		rename h b/g
		rename t h`, `a/f<-b/g b/g<-h h<-a/f`},
	{"replaced by another", `write f x
		write g y`, `rename f g`, `g<-f !g`},
	{"replaced by a new one, as tag editors do", `write f x`, `write f.new y
		rename f.new f`, `f<-f`},
	{"kept aside and written anew", `write f x`, `rename f f.bak
		write f y`, `f<-`},
	{"removed, and its inode used again", `write f x`, `remove f
		write g y`, `g<- !f`},
	{"hard link made", `write f x`, `link f g`, `f<-f g<-`},
	{"one of two hard links removed", `write f x
		link f g`, `remove f`, `g<-g !f`},
	{"one of two hard links moved", `mkdir b
		write f x
		link f g`, `rename g b/h`, `f<-f b/h<-g`},
	{"directory renamed", `mkdir a/s
		write a/f x
		write a/s/g y`, `rename a b`, `b/f<-a/f b/s/g<-a/s/g`},
	{"directories swapped", `mkdir a
		mkdir b
		write a/f x
		write b/f y
		write b/g z`, `swap a b`, `a/f<-b/f a/g<-b/g b/f<-a/f`},
	{"file became a directory", `write f x`, `remove f
		mkdir f
		write f/g y`, `f/g<- !f`},
	{"file moved into a directory of its name", `write f x`, `rename f t
		mkdir f
		rename t f/g`, `f/g<-f`},
	{"directory became a file", `mkdir f
		write f/g x`, `remove f
		write f y`, `f<- !f/g`},
	{"became a FIFO", `write f x`, `remove f
		fifo f`, `!f`},
	{"links, FIFOs and hidden files", `mkdir a`, `symlink a l
		fifo p
		write .hidden x
		write f.part y`, ``},
	{"odd names", `write "\xff\x01" x`, `rename "\xff\x01" "e\u0301"`, "e\u0301<-\xff\x01"},
}

func TestEachFileIsTheItemThatItWas(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range identityCases {
		t.Run(c.name, func(t *testing.T) {
			for _, how := range []string{"pass", "hints", "hints backwards"} {
				t.Run(how, func(t *testing.T) {
					inWorld(t, options{}, func(w *world) {
						w.run(c.before)
						w.scan()
						before, touched := w.shows(), w.onDisk("")
						w.run(c.change)
						touched = append(touched, w.onDisk("")...)
						slices.Sort(touched)
						switch touched = slices.Compact(touched); how {
						case "hints":
							w.hint(touched...)
						case "hints backwards":
							slices.Reverse(touched)
							w.hint(touched...)
						default:
							w.scan()
						}
						want := c.want
						if c.name == "kept aside and written anew" {
							want += " f.bak<-f"
						}
						w.expect(before, want)
						w.isTrue()
						w.pass(11 * time.Second)
						w.expect(before, strings.Join(slices.DeleteFunc(strings.Fields(want), func(s string) bool { return s[0] == '!' }), " "))
					})
				})
			}
		})
	}
}

func TestWhereAnInodeProvesNothingSizeAndTimeMustMatch(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
		w.run("write f one\nwrite g two\nwrite h three")
		w.scan()
		before := w.shows()
		w.run("rename f f2\nremove g\nwrite g2 two\nrename h h2\nappend h2 more") // g2 gets g's inode
		w.scan()
		w.expect(before, "f2<-f g2<- h2<- !g !h")
		w.isTrue()
	})
}

// Of a file on a share nobody says how many names it has, and a listing may leave out any of them.
func TestANameThatAListingLeavesOutIsNotAnotherNameOfItsFile(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true, NoLinks: true, Provisional: true}}, func(w *world) {
		w.run("mkdir a\nwrite f x\nlink f g")
		w.scan()
		before := w.shows()
		short := w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly(""), Drop: func(n string) bool { return n == "g" }})
		w.scan()
		w.expect(before, "f<-f g<-g")
		w.run("link f h")
		w.scan()
		w.run("rename f a/f")
		w.scan()
		short()
		w.scan()
		w.expect(before, "a/f<-f g<-g h<-")
		w.isTrue()
	})
}

func TestAFileRenamedInCaseOnlyWhereLookupsIgnoreItKeepsItsID(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true, NoLinks: true, Provisional: true}}, func(w *world) {
		w.run("write Caf\u00e9 x")
		w.scan()
		before := w.shows()
		w.run("rename Caf\u00e9 cafe\u0301")
		w.tree.Inject(faketree.Fault{Ops: faketree.Stat, At: faketree.Exactly("Caf\u00e9"), Before: func(string) {}, Err: errors.New("answers")})
		w.scan()
		w.expect(before, "cafe\u0301<-Caf\u00e9")
	})
}

// Nobody can say whether a file has left its old place while the root is away: that is no reason to take it for
// another.
func TestAFileMovedWhileTheRootBlinksKeepsItsID(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f one\nwrite b/g two")
		w.scan()
		before := w.shows()
		w.run("rename a/f b/g")
		blink := w.tree.Inject(faketree.Fault{Ops: faketree.Stat, At: faketree.Exactly("a/f"), Err: fmt.Errorf("%w: gone dead", tree.ErrAway)})
		w.hint("b/g")
		blink()
		w.pass(5 * time.Second)
		w.scan()
		w.expect(before, "b/g<-a/f !b/g")
		w.isTrue()
	})
}

func TestAnInodeUsedAgainAfterAnEditTakesNoIDAlong(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
		w.run("write f one")
		w.scan()
		before := w.shows()
		w.run("write f.new two\nrename f.new f")
		w.scan()
		w.run("write g another") // which gets the inode that f had
		w.scan()
		w.expect(before, "f<-f g<-")
		w.isTrue()
	})
}

func TestAnItemComesBackWithinTheGraceAndNotAfterIt(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{9 * time.Second, "g<-f"}, {11 * time.Second, "g<-"}} {
		inWorld(t, options{}, func(w *world) {
			w.run("write f x")
			w.scan()
			before := w.shows()
			w.run("rename f .away")
			w.scan()
			w.expect(before, "!f")
			w.pass(c.after)
			w.run("rename .away g")
			w.hint("g")
			w.expect(before, c.want)
			w.isTrue()
		})
	}
}

func TestTheIDFollowsAFileWhosePlaceWasTakenOnlyWithinTheGrace(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{9 * time.Second, "f<- g<-f"}, {11 * time.Second, "f<-f g<-"}} {
		inWorld(t, options{}, func(w *world) {
			w.run("write f x")
			w.scan()
			before := w.shows()
			w.run("rename f .away\nwrite f y")
			w.hint("f")
			w.expect(before, "f<-f")
			w.pass(c.after)
			w.run("rename .away g")
			w.hint("g")
			w.expect(before, c.want)
			w.isTrue()
		})
	}
}

func TestOneMoreNameOfAFileIsNotTheItemWhoseFileWasReplaced(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f x\nlink a/f a/g")
		w.scan()
		before := w.shows()
		w.run("write a/new y\nrename a/new a/g") // g was a name of f's file, and is a file of its own now
		w.scan()
		w.run("link a/f b/h")
		w.hint("b/h")
		w.expect(before, "a/f<-a/f a/g<-a/g b/h<-")
		w.run("link a/f a/i")
		w.scan()
		w.expect(before, "a/f<-a/f a/g<-a/g a/i<- b/h<-")
		w.isTrue()
	})
}

func TestAFileMovesBetweenRootsOfOneFileSystem(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir one\nmkdir two\nwrite one/f x\nwrite two/g y")
		w.roots(
			RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}},
			RootConfig{Name: "two", Location: "/two", Tree: below{w.files, "two"}},
		)
		before := w.shows()
		w.run("rename one/f two/h\nrename two/g one/g")
		for _, root := range []string{"two", "one"} {
			if _, err := w.s.Scan(w.t.Context(), root, "", false); err != nil {
				t.Fatal(err)
			}
		}
		w.rest()
		w.expect(before, "two:h<-one:f one:g<-two:g")
	})
}

func TestAFileMovedFromARootThatLeftKeepsItsID(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir one\nmkdir two\nwrite one/f x")
		one := RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}}
		two := RootConfig{Name: "two", Location: "/two", Tree: below{w.files, "two"}}
		w.roots(one, two)
		before := w.shows()
		w.roots(two)
		w.expect(before, "")
		w.run("rename one/f two/f")
		if _, err := w.s.Scan(w.t.Context(), "two", "", false); err != nil {
			t.Fatal(err)
		}
		w.rest()
		w.expect(before, "two:f<-one:f")
	})
}

// analysed says of an item that its bytes were read.
func (w *world) analysed(p string) store.Item {
	w.t.Helper()
	it := w.item(p)
	err := w.st.Update(w.t.Context(), func(tx *store.Tx) error {
		old := it
		it.Analysis, it.Work, it.Fingerprint, it.HasFingerprint = store.Done, store.NoWork, 7, true
		it.Probed = []byte(`{"title":"Read"}`)
		return tx.Save(&old, &it)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return it
}

// A directory that is read while two of its files change places may show one of them under both names.
func TestFilesThatChangePlacesKeepTheirIDsThoughOneWasSeenUnderBothNames(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write a x\nwrite b yy")
		w.scan()
		a, b := w.item("a"), w.item("b")
		w.run("rename a .away\nlink b a")
		w.scan()
		w.run("rename .away b")
		w.scan()
		if got := w.item("a"); got.ID != b.ID {
			t.Errorf("a is item %d, want %d, which was b", got.ID, b.ID)
		}
		if got := w.item("b"); got.ID != a.ID {
			t.Errorf("b is item %d, want %d, which was a", got.ID, a.ID)
		}
		w.isTrue()
	})
}
