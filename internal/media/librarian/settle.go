package librarian

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// settleKeys is how many keys are settled at once at most. They are fewer where more units have them than may share
// one.
const settleKeys = 16

// settle has the next keys join parts that more units share than works.Few and no more than works.MaxShared. It ends
// what began with the catalog's first batch: till then such keys joined nothing.
func (b *batch) settle(ctx context.Context) error {
	keys, err := b.r.SharedKeys(b.limit.Was, works.Few, works.MaxShared, settleKeys)
	if err != nil {
		return err
	}
	b.limit.Is = store.AllSettled
	if len(keys) == settleKeys {
		b.limit.Is = keys[len(keys)-1].Key
	}
	units := 0
	for i, k := range keys {
		if units += k.Units; i > 0 && units > works.MaxShared {
			b.limit.Is = keys[i-1].Key
			break
		}
		b.limit.Settle = append(b.limit.Settle, k.Key)
	}
	b.out.Settled, b.out.Upto = &b.limit.Is, b.after
	if len(b.limit.Settle) == 0 {
		return nil
	}
	change, err := b.closure(ctx)
	if err != nil {
		return err
	}
	return b.write(change)
}
