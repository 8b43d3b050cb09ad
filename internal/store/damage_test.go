package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
)

const pageSize = 4096

// shelves is a catalog of some hundred pages, as bytes, made once.
var shelves = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	st, err := Open(context.Background(), dir, Options{})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	err = st.Update(ctx, func(tx *Tx) error {
		for _, name := range []string{"films", "music"} {
			root := Root{Name: name, Kind: "local", Location: "/" + name, Ident: "uuid:" + name}
			if err := tx.AddRoot(&root); err != nil {
				return err
			}
			for i := range 600 {
				_, err := putIn(tx, root.ID, fmt.Sprintf("folder %d/sub/file %d.mkv", i%40, i), func(it *Item) {
					it.Size, it.FileID, it.Kind = int64(i), fileID(uint64(1000*root.ID)+uint64(i)), media.KindMovie
					it.Doc = doc(media.Description{Title: fmt.Sprintf("word%d and %s", i, strings.Repeat("more ", i%60))})
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	for keys := newSorter(); err == nil && !st.Indexed(); {
		err = st.indexNext(ctx, keys)
	}
	cancel()
	<-st.Stopped()
	if err = errors.Join(err, st.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, FileName))
})

// victim is a catalog whose pages break while it is used, and what it is known to hold.
type victim struct {
	t     *rapid.T
	st    *Store
	log   *observer.ObservedLogs
	rnd   *rand.Rand
	sizes map[string]int64 // of what is committed, by root and path
	ids   map[string]int64
	first error // the damage that was met first
	left  map[string][]byte
}

// breakPages overwrites some of the file, as disks and strangers do.
func (v *victim) breakPages(path string, how string, n int) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		v.t.Fatal(err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		v.t.Fatal(err)
	}
	for range n {
		page := make([]byte, pageSize)
		switch how {
		case "ones":
			copy(page, bytes.Repeat([]byte{0xff}, pageSize))
		case "noise":
			for i := range page {
				page[i] = byte(v.rnd.Uint32())
			}
			page[0] |= 0x40 // no byte that begins a page of a tree
		}
		if _, err := f.WriteAt(page, v.rnd.Int64N(fi.Size()/pageSize)*pageSize); err != nil {
			v.t.Fatal(err)
		}
	}
}

// took checks what somebody is told whose request ended with err, and reports whether it succeeded.
func (v *victim) took(what string, err error) bool {
	v.t.Helper()
	if err == nil {
		return true
	}
	text := err.Error()
	if !errors.Is(err, ErrCorrupt) || strings.Count(text, v.st.path) != 1 || !strings.Contains(text, "catalogizerd restore") {
		v.t.Fatalf("%s was told: %v", what, err)
	}
	if v.st.Damage() == nil {
		v.t.Fatalf("%s met damage, and it is not noted: %v", what, err)
	}
	select {
	case <-v.st.Damaged():
	default:
		v.t.Fatalf("%s met damage, and nobody is woken: %v", what, err)
	}
	return false
}

func (v *victim) write(path string) {
	root, size := []string{"films", "music"}[v.rnd.IntN(2)], v.rnd.Int64N(1000)
	was := v.st.Damage()
	var id int64
	err := v.st.Update(context.Background(), func(tx *Tx) error {
		if was != nil {
			v.t.Errorf("a change runs on a catalog of which it is known that it is damaged")
		}
		known, found, err := tx.Item(v.ids[root+"/"+path])
		if err != nil {
			return err
		}
		if found {
			id = known.ID
			old := known
			known.Size = size
			return tx.Save(&old, &known)
		}
		it, err := putIn(tx, map[string]int64{"films": 1, "music": 2}[root], path, func(it *Item) { it.Size = size })
		id = it.ID
		return err
	})
	if was != nil && (err == nil || !errors.Is(err, ErrUnwritten)) {
		v.t.Fatalf("written to a damaged catalog: %v", err)
	}
	if v.took("a writer", err) {
		v.sizes[root+"/"+path], v.ids[root+"/"+path] = size, id
	}
}

// reads are everybody's ways to read, each of which gives all of the catalog, right or not at all.
func (v *victim) reads() map[string]func(context.Context, map[string]int64) error {
	note := func(into map[string]int64) func(*View) error {
		return func(it *View) error { into[it.Root+"/"+it.Path] = it.Size; return nil }
	}
	return map[string]func(context.Context, map[string]int64) error{
		"an export": func(ctx context.Context, into map[string]int64) error { return v.st.Walk(ctx, Position{}, note(into)) },
		"a list": func(ctx context.Context, into map[string]int64) error {
			for q := (Query{Limit: 300}); ; {
				res, err := v.st.Query(ctx, q)
				for i := range res.Items {
					_ = note(into)(&res.Items[i])
				}
				if q.After = res.Next; err != nil || q.After == "" {
					return err
				}
			}
		},
		"items by their ids": func(ctx context.Context, into map[string]int64) error {
			for _, id := range v.ids {
				it, _, found, err := v.st.Item(ctx, id)
				if err == nil && !found {
					err = fmt.Errorf("item %d is not found", id)
				}
				if err != nil {
					return err
				}
				_ = note(into)(&it)
			}
			return nil
		},
		"the feed": func(ctx context.Context, into map[string]int64) error {
			paths := map[int64]string{}
			for p, id := range v.ids {
				paths[id] = p
			}
			for at := int64(0); at < v.st.Head(); {
				p, err := v.st.Changes(ctx, at, 0, Bounds{Rows: 200})
				if err != nil {
					return err
				}
				for _, ch := range p.Changes {
					into[paths[ch.ID]] = v.sizes[paths[ch.ID]]
					if !bytes.Contains(ch.Item, fmt.Appendf(nil, `"size":%d,`, v.sizes[paths[ch.ID]])) {
						v.t.Fatalf("the feed says %s", ch.Item)
					}
				}
				at = p.Upto
			}
			return nil
		},
	}
}

func (v *victim) read() {
	all := v.reads()
	names := slices.Sorted(maps.Keys(all))
	what := names[v.rnd.IntN(len(names))]
	if what == "a list" { // which shows what is indexed by now
		for keys := newSorter(); !v.st.Indexed(); {
			if !v.took("the index", v.st.indexNext(context.Background(), keys)) {
				return
			}
		}
	}
	got := map[string]int64{}
	if v.took(what, all[what](context.Background(), got)) && !maps.Equal(got, v.sizes) {
		v.t.Fatalf("%s shows %d items, there are %d", what, len(got), len(v.sizes))
	}
}

// files is what the files of the catalog hold.
func (v *victim) files() map[string][]byte {
	held := map[string][]byte{}
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(v.st.path + end)
		if err != nil && (end == "" || !errors.Is(err, fs.ErrNotExist)) { // an empty log is none
			v.t.Fatal(err)
		}
		held[end] = b
	}
	return held
}

// stands checks that a damage, once met, is told of in the same way for ever, and that nothing is written then.
func (v *victim) stands() {
	now := v.st.Damage()
	switch {
	case now == nil:
		return
	case v.first == nil:
		v.first, v.left = now, v.files()
	case v.first.Error() != now.Error():
		v.t.Fatalf("first it was %v, now %v", v.first, now)
	}
	if got := v.st.Failure(); got == nil || got.Error() != v.first.Error() {
		v.t.Fatalf("it does not say why nothing is written: %v", got)
	}
	for end, held := range v.files() {
		if !bytes.Equal(held, v.left[end]) {
			v.t.Fatalf("catalog.db%s was written to after the damage was known", end)
		}
	}
}

func TestADamagedCatalogIsReadAsFarAsItCanBeSaysSoOnceAndIsNotWrittenTo(t *testing.T) {
	whole, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	met, refusals := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		dir, remove := scratch(t)
		defer remove()
		path := filepath.Join(dir, FileName)
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		logCore, log := observer.New(zap.InfoLevel)
		v := &victim{t: t, st: &Store{path: path}, log: log, rnd: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), sizes: map[string]int64{}, ids: map[string]int64{}}
		hows := rapid.SampledFrom([]string{"zeros", "ones", "noise"})
		early := rapid.Bool().Draw(t, "before the start")
		if early {
			v.breakPages(path, hows.Draw(t, "how"), rapid.IntRange(1, 30).Draw(t, "pages"))
		}
		broken, _ := os.ReadFile(path)
		r, err := Open(context.Background(), dir, Options{Log: zap.New(logCore)})
		if err != nil {
			refusals++
			if !errors.Is(err, ErrCorrupt) || strings.Count(err.Error(), path) != 1 || !strings.Contains(err.Error(), "catalogizerd restore") {
				t.Fatalf("refused with %v", err)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, broken) {
				t.Fatal("what does not open was written to")
			}
			return
		}
		v.st = r
		ctx, cancel := context.WithCancel(context.Background())
		go func() { _ = r.Run(ctx) }()
		defer func() {
			cancel()
			<-r.Stopped()
			if err := r.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			v.stands()
		}()
		for root, name := range map[int64]string{1: "films", 2: "music"} {
			for i := range int64(600) {
				p := fmt.Sprintf("%s/folder %d/sub/file %d.mkv", name, i%40, i)
				v.sizes[p], v.ids[p] = i, (root-1)*600+i+1
			}
		}
		// Where somebody reads, it is mostly readers who meet the damage first.
		kinds := rapid.SampledFrom([][]string{{"read", "read", "write", "write", "break"}, {"write", "write", "write", "break"}}).Draw(t, "kinds")
		for _, step := range rapid.SliceOfN(rapid.SampledFrom(kinds), 4, 16).Draw(t, "steps") {
			switch step {
			case "read":
				v.read()
			case "write":
				i := v.rnd.IntN(600)
				v.write(fmt.Sprintf("folder %d/sub/file %d.mkv", (i+v.rnd.IntN(2))%40, i)) // which is there, or not
			case "break":
				if v.first == nil { // else it is not to be written to
					v.breakPages(path, hows.Draw(t, "how"), rapid.IntRange(1, 30).Draw(t, "pages"))
				}
			}
			v.stands()
		}
		lines := log.FilterLevelExact(zap.ErrorLevel).All()
		switch {
		case v.first != nil && (len(lines) != 1 || !strings.Contains(lines[0].Message, "damaged")):
			t.Fatalf("of the damage the log says %v", lines)
		case v.first == nil && len(lines) > 0:
			t.Fatalf("without damage the log says %v", lines)
		case v.first != nil:
			met++
		}
	})
	if !testing.Short() && (met == 0 || refusals == 0) { // a short run draws few
		t.Errorf("damage was met %d times while it ran, and %d times at the start: this proves nothing", met, refusals)
	}
}
