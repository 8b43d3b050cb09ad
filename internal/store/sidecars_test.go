package store

import (
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// scopeOf is a scope for tests: tvshow.nfo speaks for its tree, movie.nfo for its folder, any other NFO
// for what shares its name.
func scopeOf(name string) Scope {
	switch {
	case name == "tvshow.nfo":
		return Scope{Tree: true}
	case name == "movie.nfo":
		return Scope{Folder: true}
	case strings.HasSuffix(name, ".nfo"):
		return Scope{Stems: []string{strings.TrimSuffix(name, ".nfo")}}
	case strings.HasSuffix(name, ".cue"), strings.HasSuffix(name, ".jpg"):
		whole := name[:len(name)-4]
		short, _, _ := strings.Cut(whole, "-")
		return Scope{Stems: []string{whole, short}}
	}
	return Scope{}
}

// besides is a catalog in which every item has been described.
type besides struct {
	*running
	root  int64
	paths map[string]int64
}

func newBesides(t *testing.T) *besides {
	r := runFresh(t, Options{Scope: scopeOf})
	b := &besides{running: r, root: r.addRoot("tv"), paths: map[string]int64{}}
	for _, p := range []string{"a.mkv", "a.en.srt", "a b.mkv", "ab.mkv", "show/s1/e1.mkv", "show/s1/e2.mkv", "show-2/e1.mkv", "show/x.mkv"} {
		kind := media.KindVideo
		if strings.HasSuffix(p, ".srt") {
			kind = media.KindSubtitle
		}
		b.paths[p] = r.put(b.root, p, func(it *Item) { it.Kind, it.Analysis = kind, Done }).ID
	}
	return b
}

// marked lists the items that are to be described anew, and does so.
func (b *besides) marked() (out []string) {
	b.t.Helper()
	for p, id := range b.paths {
		it := b.item(id)
		if it.Work == NoWork {
			continue
		}
		if it.Work != Describe || it.SiblingSeq <= 0 {
			b.t.Errorf("%s: work %d, marked at %d", p, it.Work, it.SiblingSeq)
		}
		out = append(out, p)
		b.change(id, func(it *Item) { it.Work = NoWork })
	}
	slices.Sort(out)
	return out
}

func (b *besides) expect(what, want string) {
	b.t.Helper()
	if got := strings.Join(b.marked(), ", "); got != want {
		b.t.Errorf("%s: %q are described anew, want %q", what, got, want)
	}
}

func metadata(it *Item) { it.Kind, it.Analysis = media.KindMetadata, Pending }

func TestASidecarHasWhatItDescribesDescribedAnew(t *testing.T) {
	b := newBesides(t)
	b.expect("at first", "")
	nfo := b.put(b.root, "a.nfo", metadata)
	b.expect("it comes", "a.mkv")
	b.change(nfo.ID, func(it *Item) { it.Probed, it.Analysis = []byte(`{"title":"A"}`), Done })
	b.expect("it was read", "a.mkv")
	b.change(nfo.ID, func(it *Item) { it.Size++ })
	b.expect("it says the same", "")
	b.change(nfo.ID, func(it *Item) { it.Probed = []byte(`{"title":"B"}`) })
	b.expect("it says something else", "a.mkv")
	b.change(nfo.ID, func(it *Item) { it.Name = "ab.nfo" })
	b.expect("it is renamed", "a.mkv, ab.mkv")
	b.change(nfo.ID, func(it *Item) { it.State = Missing })
	b.expect("it goes", "ab.mkv")
	b.change(nfo.ID, func(it *Item) { it.State = Present })
	b.expect("it is back", "ab.mkv")
}

// A cue sheet is a playlist, a cover may be a photo, and what is called as metadata may be something else by its bytes.
func TestWhatGoesWithAnotherByItsNameHasItDescribedAnewWhateverItIs(t *testing.T) {
	for name, kind := range map[string]media.Kind{
		"a.cue": media.KindPlaylist, "a.jpg": media.KindPhoto, "a-front.jpg": media.KindImage, "a.nfo": media.KindTrack,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBesides(t)
			delete(b.paths, "a.en.srt") // which says whose it is whenever anything comes
			b.paths["a.png"] = b.put(b.root, "a.png", func(it *Item) { it.Kind, it.Analysis = media.KindPhoto, Done }).ID
			b.expect("at first", "")
			id := b.put(b.root, name, func(it *Item) { it.Kind, it.Analysis = kind, Done }).ID
			b.paths[name] = id
			b.expect("it comes", "a.mkv")
			b.change(id, func(it *Item) { it.Size++ })
			b.expect("it is written", "")
			b.change(id, func(it *Item) { it.State = Missing })
			b.expect("it goes", "a.mkv")
			b.change(id, func(it *Item) { it.State = Present })
			b.expect("it is back", "a.mkv")
			b.change(id, func(it *Item) { it.Name = "ab" + strings.TrimPrefix(it.Name, "a") })
			b.expect("it is renamed", "a.mkv, ab.mkv")
		})
	}
}

func TestAFoldersSidecarSpeaksForTheFolder(t *testing.T) {
	b := newBesides(t)
	b.put(b.root, "show/s1/movie.nfo", metadata)
	b.expect("it comes", "show/s1/e1.mkv, show/s1/e2.mkv")
}

func TestAShowsSidecarSpeaksForAllBelow(t *testing.T) {
	b := newBesides(t)
	nfo := b.put(b.root, "show/tvshow.nfo", metadata)
	b.expect("it comes", "show/s1/e1.mkv, show/s1/e2.mkv, show/x.mkv")
	var top Dir
	b.update(func(tx *Tx) (err error) { top, err = tx.EnsureDir(b.root, "", 1); return err })
	b.change(nfo.ID, func(it *Item) { it.Dir = top.ID })
	b.expect("it moves to the top", "a b.mkv, a.mkv, ab.mkv, show-2/e1.mkv, show/s1/e1.mkv, show/s1/e2.mkv, show/x.mkv")
}

func TestOtherFilesDescribeNothing(t *testing.T) {
	b := newBesides(t)
	b.put(b.root, "b.mp4", func(it *Item) { it.Kind = media.KindVideo })
	b.change(b.paths["a.mkv"], func(it *Item) { it.Probed = []byte("{}") })
	b.expect("a film", "")
}

// TestWhatMayBeOfAFileIsDescribedAnewWhereThatComesAndGoes: it says whose it is.
func TestWhatMayBeOfAFileIsDescribedAnewWhereThatComesAndGoes(t *testing.T) {
	b := newBesides(t)
	film := b.put(b.root, "a.mp4", func(it *Item) { it.Kind = media.KindVideo })
	b.expect("it comes", "a.en.srt")
	b.change(film.ID, func(it *Item) { it.Doc = []byte(`"title":"A"`) })
	b.expect("it says something else", "")
	b.change(film.ID, func(it *Item) { it.Kind = media.KindMovie })
	b.expect("it is of another kind", "a.en.srt")
	b.change(film.ID, func(it *Item) { it.Name = "c.mp4" })
	b.expect("it is renamed", "a.en.srt")
	b.change(film.ID, func(it *Item) { it.Name = "a.mp4" })
	b.expect("it is named as before", "a.en.srt")
	b.change(film.ID, func(it *Item) { it.State = Missing })
	b.expect("it goes", "a.en.srt")
}

// TestASubtitleThatSaysSomethingElseHasItsFilmDescribedAnew: the film says what it says.
func TestASubtitleThatSaysSomethingElseHasItsFilmDescribedAnew(t *testing.T) {
	r := runFresh(t, Options{Scope: func(string) Scope { return Scope{Stems: []string{"a.en", "a"}} }})
	b := &besides{running: r, root: r.addRoot("tv"), paths: map[string]int64{}}
	b.paths["a.mkv"] = r.put(b.root, "a.mkv", func(it *Item) { it.Kind, it.Analysis = media.KindVideo, Done }).ID
	sub := r.put(b.root, "a.en.srt", func(it *Item) { it.Kind, it.Analysis = media.KindSubtitle, Done })
	b.expect("it comes", "a.mkv")
	b.change(sub.ID, func(it *Item) { it.Doc = []byte(`"languages":["en"]`) })
	b.expect("its language is known", "a.mkv")
	b.change(sub.ID, func(it *Item) { it.Size++ })
	b.expect("it says the same", "")
}

// TestWhatIsNewOrMovedIsDescribedByWhatLiesBesideItThen: not by what was read for others before it came.
func TestWhatIsNewOrMovedIsDescribedByWhatLiesBesideItThen(t *testing.T) {
	b := newBesides(t)
	head := b.Head()
	film := b.put(b.root, "new.mkv", func(it *Item) { it.Kind, it.Work = media.KindVideo, Analyse })
	if task := b.task(); task.SiblingSeq <= head {
		t.Errorf("what lies beside the new file may be of number %d, and it came after %d", task.SiblingSeq, head)
	}
	head = b.Head()
	b.change(film.ID, func(it *Item) { it.Name = "moved.mkv" })
	if task := b.task(); task.SiblingSeq <= head {
		t.Errorf("what lies beside the moved file may be of number %d, and it moved after %d", task.SiblingSeq, head)
	}
}

func TestWorkThatWaitsIsNotReplacedByLess(t *testing.T) {
	b := newBesides(t)
	b.change(b.paths["a.mkv"], func(it *Item) { it.Work = Analyse })
	b.put(b.root, "a.nfo", metadata)
	if it := b.item(b.paths["a.mkv"]); it.Work != Analyse || it.SiblingSeq == 0 {
		t.Errorf("work %d, marked at %d", it.Work, it.SiblingSeq)
	}
}

// task reads the only task of a root.
func (b *besides) task() Task {
	b.t.Helper()
	tasks, err := b.Tasks(b.context(), b.root, 10)
	if err != nil || len(tasks) != 1 {
		b.t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	return tasks[0]
}

func TestADescriptionOlderThanASidecarLeavesTheWork(t *testing.T) {
	b := newBesides(t)
	b.change(b.paths["a.mkv"], func(it *Item) { it.Work = Analyse })
	task, asOf := b.task(), b.Head()
	b.put(b.root, "a.nfo", func(it *Item) { metadata(it); it.Analysis = None }) // after what lies beside was read
	record := func(asOf int64) (ok bool) {
		b.update(func(tx *Tx) (err error) {
			ok, err = tx.Record(&Analysed{Task: &task, Kind: media.KindVideo, Analysis: Done, AsOf: asOf})
			return err
		})
		return ok
	}
	if !record(asOf) || b.item(task.ID).Work != Describe {
		t.Errorf("work %d after a description without the sidecar", b.item(task.ID).Work)
	}
	task = b.task()
	head := b.Head()
	b.update(func(tx *Tx) error {
		return tx.Redescribed(&Analysed{Task: &task, Kind: media.KindVideo, Doc: []byte(`"year":2001`), AsOf: head})
	})
	if it := b.item(task.ID); it.Work != NoWork || string(it.Doc) != `"year":2001` || it.Seq <= head {
		t.Errorf("after a description with it: %+v", it)
	}
}

func TestTheSameDescriptionTakesNoNumber(t *testing.T) {
	b := newBesides(t)
	b.put(b.root, "a.nfo", metadata)
	task, head := b.task(), b.Head()
	b.update(func(tx *Tx) error {
		return tx.Redescribed(&Analysed{Task: &task, Kind: task.Kind, AsOf: head})
	})
	if b.Head() != head || b.item(task.ID).Work != NoWork {
		t.Errorf("the head went from %d to %d", head, b.Head())
	}
}

func TestWhatWasFoundInAFileThatChangedMeanwhileIsDiscarded(t *testing.T) {
	for name, edit := range map[string]func(*Item){
		"rewritten": func(it *Item) { it.Size++ },
		"touched":   func(it *Item) { it.MTime++ },
		"replaced":  func(it *Item) { it.FileID = fileID(99) },
		"renamed":   func(it *Item) { it.Name = "z.mkv" },
		"missing":   func(it *Item) { it.State, it.Work = Missing, NoWork },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBesides(t)
			b.change(b.paths["a.mkv"], func(it *Item) { it.Work = Analyse })
			task := b.task()
			b.change(task.ID, edit)
			before := b.item(task.ID)
			b.update(func(tx *Tx) error {
				ok, err := tx.Record(&Analysed{Task: &task, Kind: media.KindMovie, Analysis: Done, AsOf: 1 << 40})
				if ok {
					t.Error("recorded")
				}
				return err
			})
			if after := b.item(task.ID); after.Seq != before.Seq || after.Kind != before.Kind || after.Work != before.Work {
				t.Errorf("%+v became %+v", before, after)
			}
		})
	}
}

func TestFailuresAreCountedAndRetriedWhenDue(t *testing.T) {
	b := newBesides(t)
	b.change(b.paths["a.mkv"], func(it *Item) { it.Work = Analyse })
	for n := int64(1); n <= 2; n++ {
		task := b.task()
		b.update(func(tx *Tx) error {
			_, err := tx.Record(&Analysed{Task: &task, Kind: task.Kind, Analysis: Failed, Error: "odd", RetryAt: 1000 * n, AsOf: b.Head()})
			return err
		})
		if it := b.item(task.ID); it.Attempts != n || it.Work != NoWork || it.Error != "odd" {
			t.Errorf("after failure %d: %+v", n, it)
		}
		if at, err := b.NextRetry(t.Context()); err != nil || at != 1000*n {
			t.Errorf("next at %d, %v", at, err)
		}
		retry := func(at int64) (got int) {
			b.update(func(tx *Tx) (err error) { got, err = tx.Retry(at, 10); return err })
			return got
		}
		if got := retry(1000*n - 1); got != 0 {
			t.Errorf("%d retried too early", got)
		}
		if got := retry(1000 * n); got != 1 {
			t.Errorf("%d retried", got)
		}
	}
	task := b.task()
	b.update(func(tx *Tx) error {
		_, err := tx.Record(&Analysed{Task: &task, Kind: task.Kind, Analysis: Done, AsOf: b.Head()})
		return err
	})
	if it := b.item(task.ID); it.Attempts != 0 || it.Error != "" || it.Analysis != Done {
		t.Errorf("after success: %+v", it)
	}
}

// A disk that is away over the time of a retry does not cost it.
func TestAFailedItemThatIsNotThereIsRetriedWhenItIsBack(t *testing.T) {
	r := runFresh(t, Options{})
	it := r.put(r.addRoot("films"), "a.mkv", func(it *Item) { it.Analysis, it.RetryAt = Failed, 1000 })
	retried := func() (n int) {
		r.update(func(tx *Tx) (err error) { n, err = tx.Retry(2000, 10); return err })
		return n
	}
	for _, gone := range []State{Missing, Held, Detached} {
		r.change(it.ID, func(it *Item) { it.State = gone })
		if at, err := r.NextRetry(t.Context()); err != nil || at != 0 || retried() != 0 {
			t.Errorf("in state %d: next at %d, %v", gone, at, err)
		}
	}
	r.change(it.ID, func(it *Item) { it.State = Present })
	if at, err := r.NextRetry(t.Context()); err != nil || at != 1000 || retried() != 1 {
		t.Errorf("back: next at %d, %v", at, err)
	}
}

func TestTasksComeByDirectoryNewestFirst(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	for _, p := range []string{"old/b", "new/b", "old/a", "new/a"} {
		r.put(root, p, func(it *Item) { it.Work = Analyse })
	}
	r.put(root, "new/done")
	r.put(root, "new/gone", func(it *Item) { it.Work, it.State = Analyse, Missing })
	tasks, err := r.Tasks(t.Context(), root, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range tasks {
		got = append(got, task.Path)
	}
	if want := []string{"new/b", "new/a", "old/b", "old/a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOfSidecarsThatSayMuchOnlyWhoAsksReadsIt: a folder may have hundreds of them.
func TestOfSidecarsThatSayMuchOnlyWhoAsksReadsIt(t *testing.T) {
	b := newBesides(t)
	short, long := `{"title":"A"}`, `{"plot":"`+strings.Repeat("x", maxSaid)+`"}`
	for name, says := range map[string]string{"a.nfo": short, "b.nfo": long, "c.nfo": ""} {
		b.put(b.root, "full/"+name, func(it *Item) { metadata(it); it.Probed = []byte(says) })
	}
	var d Dir
	b.update(func(tx *Tx) (err error) { d, _, err = tx.Dir(b.root, "full"); return err })
	beside, err := b.Beside(t.Context(), d.ID)
	if err != nil || len(beside.Here) != 3 {
		t.Fatalf("%d, %v", len(beside.Here), err)
	}
	for _, c := range beside.Here {
		said, err := b.Probed(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		want, isLong := map[string]string{"a.nfo": short}[c.Name], c.Name == "b.nfo"
		if string(c.Probed) != want || c.Long != isLong || isLong && string(said) != long {
			t.Errorf("%s: %d bytes, long %v, said %d bytes", c.Name, len(c.Probed), c.Long, len(said))
		}
	}
}
