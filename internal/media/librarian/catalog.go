package librarian

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Catalog is what works are made of and kept in: a daemon's store, or the database of a hub.
type Catalog interface {
	Head() int64
	// Worked is the feed's number up to which works are derived; WorksSettled is the last key that is settled.
	Worked() int64
	WorksSettled() int64
	Subscribe() (<-chan struct{}, func())
	// Damage is what no later try can mend; nil: there is none.
	Damage() error
	// WorkRules is the version of the rules by which works are derived; 0: none are yet.
	WorkRules(ctx context.Context) (int64, error)
	// ReadUnits calls fn with a reader of one moment.
	ReadUnits(ctx context.Context, fn func(Reader) error) error
	// NewKeeper returns what writes works, for the one goroutine that derives them.
	NewKeeper() Keeper
}

// Reader reads what works are derived from, all as it is in one moment. Its methods are those of store.UnitReader, which
// says what each of them gives.
type Reader interface {
	Batch() *store.WorkBatch
	Place() int64
	Settled() (int64, error)
	SharedKeys(after int64, few, most, limit int) ([]store.SharedKey, error)
	Changed(out []store.ChangedItem, after int64, limit int) (changed []store.ChangedItem, upto, head int64, err error)

	Dir(id int64) (d store.UnitDir, found bool, err error)
	DirAt(root int64, path string) (d store.UnitDir, found bool, err error)
	Below(dir int64, want func(name string) bool) ([]store.UnitDir, error)
	RootOf(id int64) (name, party string, err error)
	Items(dir int64, fn func(*store.UnitMember) error) error
	Traces(unit int64) ([]byte, error)
	UnitsWith(key int64, most int) ([]int64, error)

	WorksWith(key int64) ([]int64, error)
	Children(work int64, fn func(*store.WorkView)) error
	Artists(key int64) ([]int64, error)
	AnyGone() (bool, error)
	GoneBy(key, since int64) ([]int64, error)
	GoneWith(item, since int64) ([]int64, error)
	Work(id int64) (*store.WorkView, error)
	Bare(id int64) (*store.WorkView, error)
	Fill(w *store.WorkView) error
	CreditsOf(key int64) ([]store.CreditPut, error)
	CreditsAs(party, mbid string) ([]store.CreditPut, error)
}

// Keeper writes works, each batch whole or not at all. Its methods are those of store.WorkKeeper.
type Keeper interface {
	// Write fails with store.ErrRegrouped where the batch is to be derived once more.
	Write(ctx context.Context, b *store.WorkBatch) error
	Restart(ctx context.Context, rules int64) error
	SortKeys(ctx context.Context) error
	LetGo(ctx context.Context) error
}

// ofStore is a daemon's store as a Catalog.
type ofStore struct{ *store.Store }

func (s ofStore) NewKeeper() Keeper { return s.NewWorkKeeper() }

func (s ofStore) ReadUnits(ctx context.Context, fn func(Reader) error) error {
	return s.Store.ReadUnits(ctx, func(r *store.UnitReader) error { return fn(r) })
}
