package notify

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Catalog is what the notifier needs of the store.
type Catalog interface {
	Cursor(seq int64) media.Cursor
	Head() int64
	SeqAt(ctx context.Context, t time.Time) (int64, error)
	Subscribe() (<-chan struct{}, func())
	Target(ctx context.Context, name string) (store.Target, error)
	TargetNames(ctx context.Context) ([]string, error)
	Behind(t *store.Target, longAgo int64) bool
	Told(ctx context.Context, target string, after int64, most store.Bounds) ([]store.Told, int64, error)
	Update(ctx context.Context, fn func(*store.Tx) error) error
}

// Notifier tells programs of changes. Its methods are safe for concurrent use, but Set, which belongs to one goroutine.
type Notifier struct {
	store    Catalog
	instance func() media.Instance
	log      *zap.Logger
	sets     chan []*target // unbuffered: Run takes what Set gives

	mu  sync.Mutex // guards all
	all []*target
}

// New returns a notifier that tells nobody yet. instance says which daemon this is.
func New(catalog Catalog, instance func() media.Instance, log *zap.Logger) *Notifier {
	return &Notifier{store: catalog, instance: instance, log: log, sets: make(chan []*target)}
}

// running is a target with what ends it.
type running struct {
	*target
	stop context.CancelFunc
	done chan struct{}
}

// Run tells the targets that Set gives, until ctx ends.
func (n *Notifier) Run(ctx context.Context) error {
	g := run.NewGroup(ctx, n.log)
	defer func() { g.Stop(); _ = g.Wait() }()
	var now []running
	for {
		select {
		case <-ctx.Done():
			return nil
		case wanted := <-n.sets:
			now = slices.DeleteFunc(now, func(r running) bool {
				if slices.Contains(wanted, r.target) {
					return false
				}
				r.stop()
				<-r.done // a target of its name may follow
				return true
			})
			for _, t := range wanted {
				if slices.ContainsFunc(now, func(r running) bool { return r.target == t }) {
					continue
				}
				within, stop := context.WithCancel(g.Context())
				r := running{t, stop, make(chan struct{})}
				now = append(now, r)
				g.Go("notify "+t.cfg.Name, func(context.Context) error {
					defer close(r.done)
					return t.run(within)
				})
			}
		}
	}
}

// Set has these targets told from now on, and no others. Those that stay as they are go on; what was known of others
// is forgotten. roots says where each root lies.
func (n *Notifier) Set(ctx context.Context, targets []config.Notify, roots map[string]string) error {
	now := n.targets()
	wanted := make([]*target, 0, len(targets))
	for i := range targets {
		same := slices.IndexFunc(now, func(t *target) bool {
			return reflect.DeepEqual(t.cfg, targets[i]) && reflect.DeepEqual(t.roots, roots)
		})
		if same >= 0 {
			wanted = append(wanted, now[same])
		} else {
			wanted = append(wanted, n.newTarget(targets[i], roots))
			if _, err := n.store.Target(ctx, targets[i].Name); err != nil { // it is told of what comes from here on
				return err
			}
		}
	}
	select {
	case n.sets <- wanted:
	case <-ctx.Done():
		return ctx.Err()
	}
	n.keep(wanted)
	known, err := n.store.TargetNames(ctx)
	if err != nil {
		return err
	}
	known = slices.DeleteFunc(known, func(name string) bool {
		return slices.ContainsFunc(wanted, func(t *target) bool { return t.cfg.Name == name })
	})
	if len(known) == 0 {
		return nil
	}
	return n.store.Update(ctx, func(tx *store.Tx) error {
		for _, name := range known {
			if err := tx.DropTarget(name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (n *Notifier) newTarget(cfg config.Notify, roots map[string]string) *target {
	t := &target{cfg: cfg, roots: roots, n: n, client: newClient(), wake: make(chan struct{}, 1)}
	t.filter.Roots = cfg.Roots
	for _, k := range cfg.Kinds {
		t.filter.Kinds = append(t.filter.Kinds, media.Kind(k))
	}
	t.sender = senderOf(t)
	t.state = State{Target: media.Target{Name: cfg.Name, Type: cfg.Type, State: media.TargetOK}, seq: n.store.Head()}
	return t
}

func (n *Notifier) keep(targets []*target) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = targets
}

func (n *Notifier) targets() []*target {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all
}

// States are how the targets are, in the order of the configuration.
func (n *Notifier) States() []State {
	out := []State{}
	head := n.store.Head()
	for _, t := range n.targets() {
		s := t.is()
		s.Lag = max(head-s.seq, 0)
		out = append(out, s)
	}
	return out
}

// Targets are how they are to the outside.
func (n *Notifier) Targets() []media.Target {
	out := []media.Target{}
	for _, s := range n.States() {
		out = append(out, s.Target)
	}
	return out
}

// Test sends a target a message that tells of nothing; its error says why that was not taken.
func (n *Notifier) Test(ctx context.Context, name string) error {
	for _, t := range n.targets() {
		if t.cfg.Name == name {
			return t.test(ctx, n.instance())
		}
	}
	return media.ErrNoTarget
}
