package scanner

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// deleted counts the deletions in the feed above a number.
func (w *world) deleted(after int64) (n int) {
	w.t.Helper()
	p, err := w.st.Changes(context.Background(), after, 0, store.Bounds{Rows: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, ch := range p.Changes {
		if ch.Delete {
			n++
		}
	}
	return n
}

func (w *world) rootAt(name, location string) RootConfig {
	return RootConfig{Name: name, Kind: "local", Location: location, Tree: w.tree}
}

func TestARootThatLeavesTakesItsItemsOutOfTheFeedAndBack(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1\nwrite g 2")
		w.scan()
		before, head := w.shows(), w.st.Head()
		w.roots()
		w.counts("detached", 0, 0)
		if n := w.deleted(head); n != 2 {
			t.Errorf("%d deletions in the feed", n)
		}
		if n := w.st.ItemCounts().Items; n != 0 {
			t.Errorf("%d items counted", n)
		}
		w.pass(29 * 24 * time.Hour)
		w.run("write new 3\nremove g")
		head = w.st.Head()
		w.roots(w.rootAt("films", "/films"))
		w.expect(before, "a/f<-a/f new<- !g")
		if n := w.deleted(head); n != 0 {
			t.Errorf("%d deletions in the feed when it is back", n)
		}
		w.isTrue()
	})
}

func TestWhatIsMissingWhenItsRootLeavesIsFoundWhenItIsBack(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1\nwrite a/g 22\nwrite h 333")
		w.scan()
		before := w.shows()
		w.run("rename a/f b/f\nremove a/g")
		w.hint("a/f", "a/g") // and nobody has looked at b
		w.counts("looked for", 1, 2)
		head := w.st.Head()
		w.roots()
		w.counts("detached", 0, 0)
		if n := w.deleted(head); n != 3 {
			t.Errorf("%d deletions in the feed", n)
		}
		w.pass(time.Hour)
		w.roots(w.rootAt("films", "/films"))
		w.expect(before, "b/f<-a/f h<-h !a/g")
		w.pass(15 * time.Second)
		w.expect(before, "b/f<-a/f h<-h")
		w.isTrue()
	})
}

func TestWhatIsHeldWhenItsRootLeavesIsHeldWhenItIsBack(t *testing.T) {
	root := RootConfig{MaxRemovals: 0.1}
	inWorld(t, options{root: root}, func(w *world) {
		w.many("a", 0, 300)
		w.scan()
		before := w.shows().present
		w.removeMany("a", 0, 200)
		w.scan()
		w.pass(15 * time.Second)
		held := w.root("films").Held
		if held == nil || held.Count != 200 {
			t.Fatalf("held: %+v", held)
		}
		w.roots()
		w.pass(time.Hour)
		root.Name, root.Kind, root.Location, root.Tree = "films", "local", "/films", w.tree
		w.roots(root)
		w.pass(15 * time.Second)
		if again := w.root("films").Held; again == nil || again.Count != 200 || !again.Since.Equal(held.Since) {
			t.Errorf("held: %+v, before: %+v", again, held)
		}
		w.run("write a/0 x")
		w.scan()
		if now := w.shows().present; now["a/0"] != before["a/0"] || len(now) != 101 {
			t.Errorf("%d items, a/0 is %d, and was %d", len(now), now["a/0"], before["a/0"])
		}
	})
}

// One more name of a file of a root that left, in another root, is a new item: the file may be back with its id. But
// where the root only stands elsewhere now its files keep their ids, however many names they have.
func TestANewNameOfAFileOfARootThatLeftDoesNotTakeItsID(t *testing.T) {
	for kind, files := range map[string]faketree.Options{"disk": {}, "weak": {NoBirth: true}, "disk of unknown links": {NoLinks: true}} {
		t.Run(kind, func(t *testing.T) {
			inWorld(t, options{files: files, idle: true}, func(w *world) {
				w.run("mkdir one\nmkdir two\nwrite one/f 1\nwrite one/g 22\nwrite two/h 333")
				one := RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}}
				two := RootConfig{Name: "two", Location: "/two", Tree: below{w.files, "two"}}
				w.roots(one, two)
				before := w.shows().present
				w.roots(two)
				w.run("link one/f two/f\nrename one/g two/g\nlink two/g two/g2")
				w.roots(two)
				_, _ = w.s.Scan(w.t.Context(), "two", "", false)
				w.pass(15 * time.Second)
				w.roots(one, two)
				w.pass(15 * time.Second)
				now := w.shows().present
				moved := now["two:g"] == before["one:g"] || now["two:g2"] == before["one:g"]
				if now["one:f"] != before["one:f"] || now["two:f"] == before["one:f"] || !moved || len(now) != 5 {
					t.Errorf("now %v, before %v", now, before)
				}
				w.run("rename one uno")
				w.roots(two, RootConfig{Name: "one", Location: "/uno", Tree: below{w.files, "uno"}})
				w.pass(15 * time.Second)
				if at := w.shows().present; at["one:f"] != before["one:f"] {
					t.Errorf("elsewhere %v, before %v", at, before)
				}
			})
		})
	}
}

func TestTheSamePlaceUnderAnotherNameGetsItsIDsBack(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f 1")
		w.scan()
		id := w.shows().present["f"]
		w.roots(w.rootAt("movies", "/films"))
		if got := w.shows().present["movies:f"]; got != id || len(w.shows().present) != 1 {
			t.Errorf("%+v, the id was %d", w.shows(), id)
		}
	})
}

func TestAnotherPlaceUnderTheSameNameIsAnotherRoot(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir one\nmkdir two\nwrite one/f 1\nwrite two/f 2")
		one := RootConfig{Name: "films", Location: "/one", Tree: below{w.files, "one"}}
		two := RootConfig{Name: "films", Location: "/two", Tree: below{w.files, "two"}}
		w.roots(one)
		first := w.shows().present["f"]
		w.roots(two)
		if second := w.shows().present["f"]; second == first || len(w.shows().present) != 1 {
			t.Errorf("%+v, the other's id was %d", w.shows(), first)
		}
		w.roots(one)
		if again := w.shows().present["f"]; again != first {
			t.Errorf("back with id %d, it was %d", again, first)
		}
	})
}

func TestADetachedRootIsForgottenAfterThirtyDays(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f 1")
		w.scan()
		id := w.shows().present["f"]
		w.roots()
		w.pass(31 * 24 * time.Hour)
		w.roots()
		rows, err := w.st.Roots(context.Background())
		if err != nil || len(rows) != 0 {
			t.Errorf("%+v, %v", rows, err)
		}
		w.roots(w.rootAt("films", "/films"))
		if got := w.shows().present["f"]; got == id || got == 0 {
			t.Errorf("id %d, it was %d", got, id)
		}
	})
}

// A machine without a battery takes a root out of its configuration in 1970, and asks for the time then.
func TestARootThatWasDetachedBeforeTheClockWasSetIsKeptForThirtyDaysFromThenOn(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f 1")
		w.scan()
		id := w.shows().present["f"]
		w.roots()
		rows, err := w.st.Roots(context.Background())
		if err != nil || len(rows) != 1 {
			t.Fatalf("%+v, %v", rows, err)
		}
		rows[0].DetachedAt = time.Unix(90, 0).UnixNano()
		if err := w.st.Update(context.Background(), func(tx *store.Tx) error { return tx.SaveRoot(&rows[0]) }); err != nil {
			t.Fatal(err)
		}
		w.roots()
		w.pass(29 * 24 * time.Hour)
		w.roots(w.rootAt("films", "/films"))
		if got := w.shows().present["f"]; got != id {
			t.Errorf("id %d, it was %d", got, id)
		}
	})
}

func TestARootThatIsTheSameGoesOnAsItRuns(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		was := w.s.runner("films")
		w.roots(w.rootAt("films", "/films"))
		if w.s.runner("films") != was {
			t.Error("started anew without a reason")
		}
		c := w.rootAt("films", "/films")
		c.Access = "with another password"
		w.roots(c)
		if w.s.runner("films") == was {
			t.Error("goes on with a tree that is reached in another way now")
		}
		was = w.s.runner("films")
		c.Exclude = []string{"*.txt"}
		w.run("write f.txt 1\nwrite g 2")
		w.roots(c)
		if w.s.runner("films") == was {
			t.Error("goes on by old rules")
		}
		w.expect(catalog{}, "g<-")
		c.Exclude = []string{"["}
		if err := w.s.SetRoots(context.Background(), []RootConfig{c}); err == nil {
			t.Log("a pattern that means nothing is taken as it is")
		}
	})
}

func TestADetachedRootThatACrashLeftHalfHiddenIsHidden(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f 1\nwrite g 2")
		w.scan()
		before, head := w.shows(), w.st.Head()
		if err := w.s.stop(w.t.Context(), "films"); err != nil {
			t.Fatal(err)
		}
		rows, err := w.st.Roots(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		rows[0].DetachedAt, rows[0].Name = time.Now().UnixNano(), "films (detached 1)"
		if err := w.st.Update(context.Background(), func(tx *store.Tx) error { return tx.SaveRoot(&rows[0]) }); err != nil {
			t.Fatal(err)
		}
		w.roots()
		if n := w.deleted(head); n != 2 || w.st.ItemCounts().Items != 0 {
			t.Errorf("%d deletions in the feed, and %d items counted", n, w.st.ItemCounts().Items)
		}
		w.roots(w.rootAt("films", "/films"))
		w.expect(before, "f<-f g<-g")
	})
}

func TestWhatACrashLeftDetachedIsRestored(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f 1")
		w.scan()
		it := w.item("f")
		err := w.st.Update(context.Background(), func(tx *store.Tx) error {
			old := it
			it.State = store.Detached
			return tx.Save(&old, &it)
		})
		if err != nil {
			t.Fatal(err)
		}
		c := w.rootAt("films", "/films")
		c.PollInterval = time.Hour // started anew
		w.roots(c)
		if got := w.shows().present["f"]; got != it.ID {
			t.Errorf("id %d, it was %d", got, it.ID)
		}
	})
}

// A root that is made wider, or narrower, shows the files of the one before by other paths, and in the same places.
func TestWhereARootIsMadeWiderOrNarrowerItsFilesKeepTheirIDs(t *testing.T) {
	for kind, files := range map[string]faketree.Options{"disk": {}, "weak": {NoBirth: true}, "disk of unknown links": {NoLinks: true}} {
		t.Run(kind, func(t *testing.T) {
			inWorld(t, options{files: files, idle: true}, func(w *world) {
				w.run("mkdir one\nmkdir one/two\nwrite one/f 1\nlink one/f one/e\nwrite one/two/h 22\nlink one/two/h one/two/g\nwrite one/two/i 333")
				w.roots(RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}})
				w.pass(15 * time.Second)
				before := w.shows().present
				w.roots(RootConfig{Name: "all", Location: "/", Tree: w.files})
				w.pass(15 * time.Second)
				wider := w.shows().present
				for _, name := range []string{"f", "e", "two/h", "two/g", "two/i"} {
					if id := wider["all:one/"+name]; id != before["one:"+name] || len(wider) != 5 {
						t.Errorf("wider: %s is %d, and was %d: %v", name, id, before["one:"+name], wider)
					}
				}
				w.roots(RootConfig{Name: "two", Location: "/one/two", Tree: below{w.files, "one/two"}})
				w.pass(15 * time.Second)
				narrower := w.shows().present
				for _, name := range []string{"h", "g", "i"} {
					if id := narrower["two:"+name]; id != before["one:two/"+name] || len(narrower) != 3 {
						t.Errorf("narrower: %s is %d, and was %d: %v", name, id, before["one:two/"+name], narrower)
					}
				}
			})
		})
	}
}

// However many names a file has in a root that left, one look at all of them tells whether another is new.
func TestTheNamesOfAFileInARootThatLeftAreLookedAtTogether(t *testing.T) {
	for _, names := range []int{3, 8, 40} {
		for kind, files := range map[string]faketree.Options{"disk": {}, "weak": {NoBirth: true}, "disk of unknown links": {NoLinks: true}} {
			t.Run(fmt.Sprint(kind, names), func(t *testing.T) {
				inWorld(t, options{files: files, idle: true}, func(w *world) {
					w.run("mkdir one\nmkdir two\nwrite one/f0 1")
					for i := range names - 1 {
						w.run(fmt.Sprintf("link one/f0 one/f%d", i+1))
					}
					one := RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}}
					two := RootConfig{Name: "two", Location: "/two", Tree: below{w.files, "two"}}
					w.roots(one, two)
					before := w.shows().present
					w.roots(two)
					w.pass(15 * time.Second)
					w.run("link one/f0 two/f1\nlink one/f0 two/another\nrename one/f2 two/f2")
					began := time.Now()
					if _, err := w.s.Scan(w.t.Context(), "two", "", false); err != nil {
						t.Fatal(err)
					}
					w.rest()
					if took := time.Since(began); took > time.Second {
						t.Errorf("it takes %v", took)
					}
					w.roots(one, two)
					w.pass(15 * time.Second)
					now, moved := w.shows().present, 0
					for at, id := range now {
						if was := before["one:f2"]; id == was {
							moved++
						} else if before[at] != id && id <= int64(names) {
							t.Errorf("%s took the id of another: %v, before %v", at, now, before)
						}
					}
					if len(now) != names+2 || moved != 1 {
						t.Errorf("now %v, before %v", now, before)
					}
				})
			})
		}
	}
}

// Of two names of a file one was removed a moment before its root left, and the other moved then: it is that one.
func TestWhatMovesOutOfARootThatLeftIsTheNameThatStood(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir one\nmkdir two\nwrite one/a 1\nlink one/a one/b")
		one := RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}}
		two := RootConfig{Name: "two", Location: "/two", Tree: below{w.files, "two"}}
		w.roots(one, two)
		before := w.shows().present
		w.run("remove one/a")
		w.s.Hint(media.Hint{Root: "one", Names: []string{"a"}})
		w.rest()
		w.roots(two)
		w.run("rename one/b two/c")
		if _, err := w.s.Scan(w.t.Context(), "two", "", false); err != nil {
			t.Fatal(err)
		}
		w.rest()
		if now := w.shows().present; now["two:c"] != before["one:b"] {
			t.Errorf("now %v, before %v", now, before)
		}
	})
}
