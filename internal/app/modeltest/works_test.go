package modeltest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// compareWorks requires that the works in the catalog are those that a fresh derivation makes of its items. Both are
// read of one copy, so that the catalog need not rest.
func (m *model) compareWorks() {
	m.t.Helper()
	m.asked++
	dir, err := os.MkdirTemp(filepath.Dir(m.dataDir), "works-")
	if err != nil {
		m.t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := store.Backup(m.t.Context(), m.dataDir, filepath.Join(dir, store.FileName)); err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	st, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		cancel()
		m.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _ = st.Run(ctx); done <- nil }()
	defer func() {
		cancel()
		<-done //nolint:errcheck // it was told to end
		if err := st.Close(); err != nil {
			m.t.Error(err)
		}
	}()
	if lag, err := st.Lag(ctx); err != nil || lag.Works > 0 {
		return // something changed before the copy was made: the next round compares
	}
	kept := m.worksOf(st)
	m.works = max(m.works, len(kept))
	if err := st.NewWorkKeeper().Forget(ctx); err != nil {
		m.t.Fatal(err)
	}
	lib := librarian.New(librarian.Config{}, st, zap.NewNop())
	libCtx, stop := context.WithCancel(ctx)
	go func() { done <- lib.Run(libCtx) }()
	if !apptest.Within(time.Minute, lib.Idle) {
		m.t.Error("a fresh derivation does not end")
	}
	stop()
	<-done //nolint:errcheck // it was told to end
	if anew := m.worksOf(st); !slices.Equal(kept, anew) {
		var lines []string
		for _, w := range kept {
			if !slices.Contains(anew, w) {
				lines = append(lines, "kept only: "+w)
			}
		}
		for _, w := range anew {
			if !slices.Contains(kept, w) {
				lines = append(lines, "anew only: "+w)
			}
		}
		m.fail(append([]string{fmt.Sprintf("%d works are kept, %d come anew of the same items", len(kept), len(anew))}, lines...))
	}
}

// worksOf is every work with what is above it, in order, without what tells when and by which ids they were kept.
func (m *model) worksOf(st *store.Store) (out []string) {
	m.t.Helper()
	type work struct {
		said   string
		parent int64
	}
	all := map[int64]work{}
	err := st.EachWork(m.t.Context(), nil, func(line []byte) error {
		var said map[string]any
		if err := json.Unmarshal(line, &said); err != nil {
			return err
		}
		id, _ := said["id"].(float64)
		parent, _ := said["parent_id"].(float64)
		for _, name := range []string{"id", "parent_id", "updated_at"} {
			delete(said, name)
		}
		b, err := json.Marshal(said)
		all[int64(id)] = work{string(b), int64(parent)}
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, w := range all {
		said := w.said
		for above := w.parent; above != 0; above = all[above].parent {
			said += " below " + all[above].said
		}
		out = append(out, said)
	}
	slices.Sort(out)
	return out
}

// compareShelves requires that who follows works holds those of GET /works, and beside them all items or none. The
// daemon is idle: works are derived up to the cursor, by whatever name a client's filter gives it.
func (m *model) compareShelves(cursor string, export apptest.Catalog) (lines []string) {
	m.t.Helper()
	listed := m.daemon.Works(m.t, "")
	for i, name := range []string{"a replica with works", "a replica of works alone"} {
		at := func() string { own, _, _ := strings.Cut(m.shelves[i].Cursor(), "~"); return own }
		apptest.Within(5*time.Second, func() bool { return at() == cursor })
		works, err := m.shelves[i].Works()
		if err != nil {
			return append(lines, name+": "+err.Error())
		}
		lines = append(lines, listed.Diff("GET /works", works, name)...)
		items, err := m.shelves[i].Catalog()
		if err != nil {
			return append(lines, name+": "+err.Error())
		}
		if i == 0 {
			lines = append(lines, export.Diff("export", items, name)...)
		} else if len(items) > 0 {
			lines = append(lines, fmt.Sprintf("%s holds %d items", name, len(items)))
		}
	}
	return lines
}
