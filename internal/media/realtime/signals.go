package realtime

import (
	"context"
	"slices"
	"time"
)

// firstRoots sends every root that passes the filter as it is now to a client that asked for the signal.
func (c *client) firstRoots(ctx context.Context, filter *Filter, signals []string) error {
	if !slices.Contains(signals, "root") || c.live.Roots == nil {
		return nil
	}
	roots, err := c.live.Roots(ctx)
	if err != nil {
		return err
	}
	for i := range roots {
		if !filter.ofRoot(roots[i].Name) {
			continue
		}
		if err := c.send(message{Type: "signal", Name: "root", Data: roots[i]}); err != nil {
			return err
		}
	}
	return nil
}

// sendSignals sends the signals that wait, each with its latest value, at a bounded pace. Where it is too soon for
// more, it returns when to call again.
func (c *client) sendSignals(ctx context.Context) (again <-chan time.Time, err error) {
	if c.sub == nil || !c.sub.signalled() {
		return nil, nil
	}
	if d := time.Until(c.signalsAt); d > 0 {
		return time.After(d), nil
	}
	c.signalsAt = time.Now().Add(c.pace.Signals)
	names, values := c.sub.pending()
	for i, value := range values {
		data, ok := value(ctx)
		if !ok {
			continue
		}
		if err := c.send(message{Type: "signal", Name: names[i], Data: data}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
