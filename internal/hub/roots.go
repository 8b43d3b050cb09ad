package hub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// rootsOf makes the hub's roots of what a source says of its own, in the order of their names.
func rootsOf(source string, raw map[string][]byte) (out []media.Root) {
	for name, b := range raw {
		var r media.Root
		if json.Unmarshal(b, &r) != nil {
			continue // which was looked at when it came
		}
		r.Name, r.Source = postgres.RootName(source, name), source
		if r.LastScan != nil {
			r.LastScan.Root = r.Name
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b media.Root) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func same(a, b media.Root) bool {
	x, xerr := json.Marshal(a)
	y, yerr := json.Marshal(b)
	return xerr == nil && yerr == nil && bytes.Equal(x, y)
}

// shown are a source's roots as the hub shows them: offline where the source is away, and with the items that are held.
func shown(st *State, items map[string]int64) []media.Root {
	out := slices.Clone(st.Roots)
	for i := range out {
		r := &out[i]
		r.Items = items[r.Name]
		if r.LastScan != nil {
			scan := *r.LastScan
			scan.ID = postgres.ID(st.Catalog, scan.ID)
			r.LastScan = &scan
		}
		if !st.Online {
			r.State, r.Scanning = media.Offline, false
			r.Reason = awayText(st)
		}
	}
	return out
}

// awayText says that a source is away, since when and why.
func awayText(st *State) string {
	return fmt.Sprintf("source %s is away since %s: %s", st.Name, st.Since.Format(time.RFC3339),
		cmp.Or(st.Reason, "it was not reached yet"))
}

// Roots are those of all sources, those of sources that are away too. With store.ErrAway they have as many items as when
// the database last answered.
func (s *Sources) Roots(ctx context.Context) (out []media.Root, err error) {
	items, err := s.store.RootItems(ctx)
	if err != nil && !errors.Is(err, store.ErrAway) {
		return nil, err
	}
	for _, one := range s.each() {
		st := one.State()
		out = append(out, shown(&st, items)...)
	}
	return out, err
}

// Root is the one of a name, or media.ErrNoRoot.
func (s *Sources) Root(ctx context.Context, name string) (media.Root, error) {
	one, _, err := s.ofRoot(name)
	if err != nil {
		return media.Root{}, err
	}
	items, err := s.store.RootItems(ctx)
	if err != nil {
		return media.Root{}, err
	}
	st := one.State()
	for _, r := range shown(&st, items) {
		if r.Name == name {
			return r, nil
		}
	}
	return media.Root{}, noRoot(name)
}

func noRoot(name string) error { return fmt.Errorf("%w: %q", media.ErrNoRoot, name) }

// ofRoot finds the source of a root, and what that calls it.
func (s *Sources) ofRoot(name string) (*source, string, error) {
	of, root, found := strings.Cut(name, postgres.Separator)
	if one := s.named(of); found && one != nil {
		return one, root, nil
	}
	return nil, "", noRoot(name)
}
