package live

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// firstRoots sends every root that passes the filter as it is now to a client that asked for the signal.
func (c *client) firstRoots(ctx context.Context, filter *Filter, signals []string) error {
	if !slices.Contains(signals, "root") || c.server.Roots == nil {
		return nil
	}
	roots, err := c.server.Roots(ctx)
	if err != nil {
		return err
	}
	for i := range roots {
		if !filter.OfRoot(roots[i].Name) {
			continue
		}
		if err := c.send(message{Type: "signal", Name: "root", Data: roots[i]}); err != nil {
			return err
		}
	}
	return nil
}

// sendSignals sends the signals that wait, each with its latest value, at a bounded pace: where it is too soon for
// more, a timer has it called again.
func (c *client) sendSignals(ctx context.Context) error {
	if c.sub == nil || !c.sub.signalled() {
		return nil
	}
	if d := time.Until(c.signalsAt); d > 0 {
		c.timers.signals.Reset(d)
		return nil
	}
	c.signalsAt = time.Now().Add(c.timeouts.Signals)
	names, values := c.sub.TakeSignals()
	for i, value := range values {
		data, ok := value(ctx)
		if !ok {
			continue
		}
		if err := c.send(message{Type: "signal", Name: names[i], Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// checkRoots refuses a filter by a root that there is not: a client with a typing error must not wait for what never
// comes.
func (c *client) checkRoots(ctx context.Context, names []string) error {
	if len(names) == 0 || c.server.Roots == nil {
		return nil
	}
	roots, err := c.server.Roots(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.ContainsFunc(roots, func(r media.Root) bool { return r.Name == name }) {
			return fmt.Errorf("no root is called %.40q", name)
		}
	}
	return nil
}
