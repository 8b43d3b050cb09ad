package librarian

import (
	"context"
	"reflect"
	"testing"
	"time"

	"go.uber.org/zap"
)

// beside runs a librarian beside a pass, which is over when the channel is closed; idle waits until it has all works.
func (s *shelf) beside() (over chan struct{}, idle func()) {
	over = make(chan struct{})
	s.lib = New(Config{Pass: over}, s.Store, zap.NewNop())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.lib.Run(ctx) }()
	return over, func() {
		s.t.Helper()
		for !s.lib.Idle() {
			time.Sleep(time.Millisecond)
		}
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	}
}

// Works of a first pass are derived far behind it; when it is over they are those that would be derived at once. What a
// later pass changes waits for its end.
func TestWorksOfAFirstPassAreDerivedBesideIt(t *testing.T) {
	s := newShelf(t)
	over, idle := s.beside()
	s.stock(manyItems + batchItems)
	for s.Worked() == 0 {
		time.Sleep(time.Millisecond)
	}
	s.putAll(madeFolders(1 << 20))
	if s.lib.Idle() {
		t.Error("all works are there before the pass is over")
	}
	close(over)
	idle()
	if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}

	worked := s.Worked()
	over, idle = s.beside()
	s.putAll(madeFolders(1<<20 + 1))
	if s.Worked() != worked {
		t.Error("works of a later pass are derived before it is over")
	}
	close(over)
	idle()
}

// The program that tells what a scan costs without works has none, and waits for none.
func TestWorksThatAreOmittedAreNotWaitedFor(t *testing.T) {
	if omitted != "" {
		t.Fatal("works are omitted where the linker was not asked to")
	}
	omitted = "yes"
	defer func() { omitted = "" }()
	s := newShelf(t)
	s.stock(1000)
	over, idle := s.beside()
	close(over)
	idle()
	if s.Worked() != 0 {
		t.Errorf("works are derived up to %d", s.Worked())
	}
}
