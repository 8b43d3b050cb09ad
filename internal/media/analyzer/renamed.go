package analyzer

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Renamed describes the files of a directory that was renamed, which are known, before they are written there: by what
// their bytes said, by their new paths, and by what lies beside and above them now. No file is opened. It gives nil
// where that cannot be done: they are described once they are written.
func (a *Analyzer) Renamed(ctx context.Context, root, dir string, items []store.Item) *store.Ahead {
	return a.renamed(ctx, root, items, aheadDir{dir: dir})
}

// RenamedPart does so with a part of a directory: see AheadPart.
func (a *Analyzer) RenamedPart(
	ctx context.Context, root, dir string, items []store.Item, speakers []string,
) *store.Ahead {
	return a.renamed(ctx, root, items, aheadDir{dir: dir, part: true, speakers: speakers})
}

func (a *Analyzer) renamed(ctx context.Context, root string, items []store.Item, d aheadDir) (out *store.Ahead) {
	w, _ := a.lookUp(root)
	if w == nil {
		return nil
	}
	err := run.Safely(w.log, "description of "+d.dir, func() (err error) {
		d.w = w
		out, err = d.renamed(ctx, items)
		return err
	})
	if err != nil {
		return nil
	}
	return out
}

func (d *aheadDir) renamed(ctx context.Context, items []store.Item) (*store.Ahead, error) {
	above, since, err := d.around(ctx)
	if err != nil {
		return nil, err
	}
	d.entries = make([]tree.Entry, len(items))
	for i := range items {
		it := &items[i]
		d.entries[i] = tree.Entry{Name: it.Name, ID: it.FileID, Size: it.Size, MTime: it.MTime, CTime: it.CTime}
	}
	defer d.name().giveBack()
	for i := range items {
		f := &d.files[i]
		f.task.ID, f.probed, f.found = items[i].ID, items[i].Probed, decodeFindings(items[i].Probed)
	}
	out := &store.Ahead{AsOf: above.AsOf, Since: since, Moved: items}
	out.Files, err = d.describeAll(ctx, above.Metadata)
	return out, err
}
