package scanner

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// rowsAhead is how many directories right below one may be read with it where only their own scans need their rows:
// they are kept until then.
const rowsAhead = 8192

// knownRow is the row of a directory that was read with those beside it, before the directory is scanned.
type knownRow struct {
	dir  *store.Dir // nil: not among them
	asOf int64      // the store's generation of such rows before they were read
}

// knownRows are the rows of the directories right below one.
type knownRows struct {
	rows   []store.Dir
	byName map[string]int32
	asOf   int64
}

// rowsBelow reads the directories that the catalog has right below one.
func (r *runner) rowsBelow(ctx context.Context, dir int64) (k knownRows, err error) {
	k.asOf = r.s.store.DirsGeneration()
	if k.rows, err = r.s.store.Subdirs(ctx, dir); err != nil {
		return knownRows{}, err
	}
	k.byName = make(map[string]int32, len(k.rows))
	for i := range k.rows {
		k.byName[tree.Base(k.rows[i].Path)] = int32(i)
	}
	return k, nil
}

func (k *knownRows) of(name string) knownRow {
	if i, ok := k.byName[name]; ok {
		return knownRow{&k.rows[i], k.asOf}
	}
	return knownRow{}
}

// rowOf reads the row of a job's directory. The one that was read ahead will do for as long as no row of any directory
// has changed: it is asked after the listing, as the row itself would be.
func (r *runner) rowOf(ctx context.Context, j *job) (d store.Dir, found bool, err error) {
	row := j.row
	j.row = knownRow{} // it is for one scan
	if row.dir != nil && row.asOf == r.s.store.DirsGeneration() {
		return *row.dir, true, nil
	}
	return r.s.store.Dir(ctx, r.id, j.dir)
}
