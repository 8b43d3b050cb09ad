package faketree

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Op is a set of operations of a tree.
type Op uint8

// Operations. Read is ReadAt of an open file, and its Stat.
const (
	Identify Op = 1 << iota
	List
	Stat
	Open
	Read
	Total
	AnyOp Op = 1<<iota - 1
)

// Fault is one way to fail. Of a fault's effects all that are set take place, in the order of its fields.
type Fault struct {
	// Ops are the operations concerned; 0 means all.
	Ops Op
	// At says which paths are concerned; nil means all. Identify has the path "".
	At func(path string) bool
	// Chance is the probability that a call concerned fails; 0 means that it does.
	Chance float64
	// Times is how many calls fail, after which the fault is gone; 0 means all.
	Times int

	// Latency passes before anything else, or the context ends.
	Latency time.Duration
	// Before is called before the operation, with its path: the place for changes in the middle.
	Before func(path string)
	// Hang waits until the context ends, like a disk that does not answer.
	Hang bool
	// Err is the call's error. The operation does not take place, unless Halfway.
	Err error
	// Halfway lets the operation take place first, and then fails all the same: a listing whose last
	// piece is lost, a read that stops in the middle.
	Halfway bool
	// Drop leaves names out of a listing, which is then provisional.
	Drop func(name string) bool
	// Break moves names of a listing to those that could not be looked at.
	Break func(name string) bool
	// Volume is what the tree and its listings say that they are on.
	Volume *tree.Volume
}

// Exactly concerns one path.
func Exactly(path string) func(string) bool { return func(p string) bool { return p == path } }

// Under concerns a path and everything below it.
func Under(dir string) func(string) bool {
	return func(p string) bool { return dir == "" || p == dir || strings.HasPrefix(p, dir+"/") }
}

// Faulty is a tree, any tree, with faults. Without one it is the tree itself. All methods are safe for
// concurrent use.
type Faulty struct {
	tree tree.Tree

	mu       sync.Mutex
	random   *rand.Rand
	faults   []*Fault
	hits     int64
	expected tree.Volume
}

var _ tree.Tree = (*Faulty)(nil)

// NewFaulty wraps a tree. The seed decides what Chance decides.
func NewFaulty(t tree.Tree, seed uint64) *Faulty {
	return &Faulty{tree: t, random: rand.New(rand.NewPCG(seed, 0))}
}

// Inject adds a fault, and returns how to take it back. The first fault that concerns a call is the
// only one that it meets.
func (f *Faulty) Inject(fault Fault) (mend func()) {
	if fault.Ops == 0 {
		fault.Ops = AnyOp
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &fault)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.remove(&fault)
	}
}

func (f *Faulty) remove(fault *Fault) {
	f.faults = slices.DeleteFunc(f.faults, func(other *Fault) bool { return other == fault })
}

// Mend takes all faults back.
func (f *Faulty) Mend() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// Hits returns how many calls have met a fault.
func (f *Faulty) Hits() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hits
}

// meet returns the fault that a call meets; the zero Fault does nothing.
func (f *Faulty) meet(op Op, path string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.faults {
		if fault.Ops&op == 0 || fault.At != nil && !fault.At(path) ||
			fault.Chance > 0 && f.random.Float64() >= fault.Chance {
			continue
		}
		f.hits++
		met := *fault
		if fault.Times > 0 {
			if fault.Times--; fault.Times == 0 {
				f.remove(fault)
			}
		}
		return met
	}
	return Fault{}
}

// errNoAnswer is the error of a call that hung, beside its context's.
var errNoAnswer = errors.New("no answer")

// before does what a fault does before the operation.
func (f *Fault) before(ctx context.Context, path string) error {
	if f.Latency > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.Latency):
		}
	}
	if f.Before != nil {
		f.Before(path)
	}
	if f.Hang {
		<-ctx.Done()
		return fmt.Errorf("%w: %w", errNoAnswer, ctx.Err())
	}
	if !f.Halfway {
		return f.Err
	}
	return nil
}

// after does what a fault does once the operation has succeeded.
func (f *Fault) after() error {
	if f.Halfway {
		return f.Err
	}
	return nil
}

// faulty runs an operation through the fault that it meets.
func faulty[T any](ctx context.Context, f *Faulty, op Op, what, path string, do func() (T, error)) (T, Fault, error) {
	var zero T
	fault := f.meet(op, path)
	if err := fault.before(ctx, path); err != nil {
		return zero, fault, fmt.Errorf("%s %q: %w", what, path, err)
	}
	v, err := do()
	if err != nil {
		return zero, fault, err
	}
	return v, fault, nil
}

// Identify implements tree.Tree.
func (f *Faulty) Identify(ctx context.Context) (tree.Volume, error) {
	v, fault, err := faulty(ctx, f, Identify, "identify", "",
		func() (tree.Volume, error) { return f.tree.Identify(ctx) })
	if err == nil {
		err = fault.after()
	}
	if err != nil {
		return tree.Volume{}, err
	}
	if fault.Volume != nil {
		return *fault.Volume, nil
	}
	return v, nil
}

// Expect implements tree.Tree.
func (f *Faulty) Expect(v tree.Volume) {
	f.tree.Expect(v)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expected = v
}

// wrongVolume is the error of a call for which the root is another volume.
func (f *Faulty) wrongVolume(fault *Fault) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.Volume != nil && f.expected != (tree.Volume{}) && f.expected.ID != fault.Volume.ID {
		return fmt.Errorf("%w: it is %s, not %s", tree.ErrAway, fault.Volume.ID, f.expected.ID)
	}
	return fault.after()
}

// List implements tree.Tree.
func (f *Faulty) List(ctx context.Context, dir string) (*tree.Listing, error) {
	l, fault, err := faulty(ctx, f, List, "list", dir, func() (*tree.Listing, error) { return f.tree.List(ctx, dir) })
	if err == nil {
		err = f.wrongVolume(&fault)
	}
	if err != nil {
		return nil, err
	}
	if fault.Volume != nil {
		l.Volume = *fault.Volume
	}
	l.Entries = slices.DeleteFunc(l.Entries, func(e tree.Entry) bool {
		if fault.Break != nil && fault.Break(e.Name) {
			l.Broken = append(l.Broken, e.Name)
			return true
		}
		return fault.Drop != nil && fault.Drop(e.Name)
	})
	l.Provisional = l.Provisional || fault.Drop != nil
	return l, nil
}

// Total implements tree.Tree.
func (f *Faulty) Total(ctx context.Context, dir string) (int64, error) {
	n, fault, err := faulty(ctx, f, Total, "measure", dir, func() (int64, error) { return f.tree.Total(ctx, dir) })
	if err == nil {
		err = f.wrongVolume(&fault)
	}
	return n, err
}

// Stat implements tree.Tree.
func (f *Faulty) Stat(ctx context.Context, path string) (tree.Entry, error) {
	e, fault, err := faulty(ctx, f, Stat, "look at", path, func() (tree.Entry, error) { return f.tree.Stat(ctx, path) })
	if err == nil {
		err = f.wrongVolume(&fault)
	}
	if err != nil {
		return tree.Entry{}, err
	}
	return e, nil
}

// Open implements tree.Tree.
func (f *Faulty) Open(ctx context.Context, path string) (tree.ReadFile, error) {
	file, fault, err := faulty(ctx, f, Open, "open", path,
		func() (tree.ReadFile, error) { return f.tree.Open(ctx, path) })
	if err != nil {
		return nil, err
	}
	if err := f.wrongVolume(&fault); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &faultyFile{ReadFile: file, ctx: ctx, faults: f, path: path}, nil
}

// faultyFile is an open file of a Faulty.
type faultyFile struct {
	tree.ReadFile
	ctx    context.Context
	faults *Faulty
	path   string
}

// ReadAt implements io.ReaderAt.
func (f *faultyFile) ReadAt(p []byte, off int64) (int, error) {
	fault := f.faults.meet(Read, f.path)
	if err := fault.before(f.ctx, f.path); err != nil {
		return 0, fmt.Errorf("read %q at %d: %w", f.path, off, err)
	}
	if fault.Halfway {
		n, err := f.ReadFile.ReadAt(p[:len(p)/2], off)
		return n, errors.Join(fault.Err, err)
	}
	return f.ReadFile.ReadAt(p, off)
}

// Stat implements tree.ReadFile.
func (f *faultyFile) Stat() (tree.Entry, error) {
	fault := f.faults.meet(Read, f.path)
	err := fault.before(f.ctx, f.path)
	if err == nil {
		err = fault.after()
	}
	if err != nil {
		return tree.Entry{}, fmt.Errorf("look at open file %q: %w", f.path, err)
	}
	return f.ReadFile.Stat()
}
