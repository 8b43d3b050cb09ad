package hub

import (
	"context"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Catalog is what a hub holds, as the API reads a daemon's store.
type Catalog struct {
	*postgres.Store
	Sources *Sources
}

// Capabilities are what a hub can be asked for by now. TestAHubSaysWhatItCanBeAskedFor holds it to that.
func (Catalog) Capabilities() []string {
	return []string{media.CapabilitySearch, media.CapabilitySources, media.CapabilityWorks}
}

// Lag counts what works and the search have still to take in. Other lists and the feed are of the rows themselves.
func (c Catalog) Lag(ctx context.Context) (l store.Lag, err error) {
	if l.Works, err = c.WorksLag(ctx); err != nil {
		return l, err
	}
	l.Search, err = c.SearchLag(ctx)
	return l, err
}

// AnalyseAgain has the sources read items again.
func (c Catalog) AnalyseAgain(ctx context.Context, ids []int64) (n int, err error) {
	for _, id := range ids {
		one, at, err := c.Sources.ofItem(ctx, id)
		if err == nil {
			err = one.post(ctx, "items/"+strconv.FormatInt(at, 10)+"/analyse", nil, nil)
		}
		switch refused := asRefused(err); {
		case err == nil:
			n++
		case refused != nil && (refused.Kind == "item-missing" || refused.Kind == "no-such-item"):
		default:
			return n, err
		}
	}
	return n, nil
}

// Pictures are found by the source, which is asked for artwork.
func (c Catalog) Pictures(context.Context, int64) ([]store.View, error) { return nil, nil }

// Probed is not told by sources, who are asked what comes from where: see Said.
func (c Catalog) Probed(context.Context, int64) ([]byte, error) { return nil, nil }
