package scanner

import (
	"context"
	"fmt"
)

// alive is a command that a runner answers at once, whatever its workers wait for. It counts for no work.
type alive chan struct{}

func (a alive) do(*runner) { close(a) }

// Alive has every runner answer, and fails with the name of one that does not before ctx ends. A disk or share that hangs
// holds up none: only workers wait for those. One that is told to end waits for its workers, and need not answer.
func (s *Scanner) Alive(ctx context.Context) error {
	for _, r := range s.all() {
		a := make(alive)
		if r.leaving.Load() {
			continue
		}
		r.send(ctx, a)
		select {
		case <-a:
		case <-r.done:
		case <-ctx.Done():
			if r.leaving.Load() { // since then
				return nil
			}
			return fmt.Errorf("the runner of root %s does not answer: %w", r.name, ctx.Err())
		}
	}
	return nil
}
