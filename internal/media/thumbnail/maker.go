package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/zap"
)

// ErrBusy says that a thumbnail's turn has not come in time: ask again in some seconds.
var ErrBusy = errors.New("too many thumbnails are asked for at once")

const (
	// turn is how long a thumbnail may wait for a worker.
	turnTime = 2 * time.Second
	// queued is how many may wait at once.
	queued = 1024
)

// Source is a picture to be read.
type Source interface {
	io.ReadSeeker
	io.Closer
}

// Maker makes thumbnails when they are asked for, never ahead. It is safe for concurrent use.
type Maker struct {
	cache   *Cache
	workers int
	log     *zap.Logger
	// lower lowers the priority of the calling thread.
	lower func()

	queue chan *job
	full  chan struct{} // held while a picture is decoded in full

	mu   sync.Mutex
	jobs map[string]*job // by key: those that wait or are made
}

// job is one thumbnail that somebody waits for.
type job struct {
	key     string
	edge    int
	open    func(context.Context) (Source, error)
	started chan struct{}
	done    chan struct{}

	waiting int // of Maker.mu: who would take it

	// thumbnail and err stand once done is closed.
	thumbnail Thumbnail
	err       error
}

// NewMaker returns a maker with some workers; 0: half as many as there are processors. lower lowers the priority of the
// thread that calls it. They work while Run does.
func NewMaker(cache *Cache, workers int, lower func(), log *zap.Logger) *Maker {
	if workers <= 0 {
		workers = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &Maker{
		cache: cache, workers: workers, log: log, lower: lower,
		queue: make(chan *job, queued), full: make(chan struct{}, 1), jobs: make(map[string]*job),
	}
}

// Run makes what is asked for until ctx ends. What is being made then is finished first.
func (m *Maker) Run(ctx context.Context) error {
	var workers sync.WaitGroup
	for range m.workers {
		workers.Go(func() { m.work(ctx) })
	}
	workers.Wait()
	return nil
}

func (m *Maker) work(ctx context.Context) {
	lowered := false // a thread of its own is taken once there is something to do
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-m.queue:
			if m.begin(j) {
				if !lowered { // the thread ends with its goroutine, so that its low priority passes to nobody
					runtime.LockOSThread()
					m.lower()
					lowered = true
				}
				j.thumbnail, j.err = m.make(ctx, j)
				m.finish(j)
			}
		}
	}
}

// begin says whether anybody still waits for a job.
func (m *Maker) begin(j *job) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if j.waiting == 0 {
		delete(m.jobs, j.key)
		return false
	}
	close(j.started)
	return true
}

func (m *Maker) finish(j *job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.jobs, j.key)
	close(j.done)
}

// make makes a job's thumbnail and keeps it. A panic over what a file says is that file's alone.
func (m *Maker) make(ctx context.Context, j *job) (t Thumbnail, err error) {
	defer func() {
		if v := recover(); v != nil {
			m.log.Error("making a thumbnail panicked", zap.String("key", j.key), zap.Any("panic", v),
				zap.ByteString("stack", debug.Stack()))
			t, err = Thumbnail{}, fmt.Errorf("%w: its decoder gave up", ErrNoPicture)
		}
	}()
	src, err := j.open(ctx)
	if err != nil {
		return t, err
	}
	defer src.Close()
	t, err = Make(ctx, src, j.edge, m.full)
	if err == nil || errors.Is(err, ErrNoPicture) {
		m.cache.Put(j.key, t) // that there is none is worth keeping too
	}
	return t, err
}

// Wanted is a thumbnail that somebody asks for.
type Wanted struct {
	Key  string // stands for the picture as it is now, and Edge
	Edge int    // pixels of the longer edge, at most
	Item int64  // the id of the item that it shows, of which the colour is remembered
}

// Thumbnail gives a thumbnail of what open opens. ErrBusy: its turn has not come in two seconds. ErrNoPicture: none can
// be made of it.
func (m *Maker) Thumbnail(
	ctx context.Context, wanted Wanted, open func(context.Context) (Source, error),
) ([]byte, error) {
	t, ok := m.cache.Get(wanted.Key)
	if !ok {
		var err error
		if t, err = m.made(ctx, wanted, open); err != nil {
			return nil, err
		}
	}
	if len(t.JPEG) == 0 {
		return nil, ErrNoPicture
	}
	m.cache.SetColour(wanted.Item, t.Colour)
	return t.JPEG, nil
}

// Colours gives the colours that are remembered of items' pictures, by the items' ids.
func (m *Maker) Colours(items []int64) map[int64]Colour { return m.cache.Colours(items) }

// ColoursSet counts the colours that were remembered since the start.
func (m *Maker) ColoursSet() int64 { return m.cache.ColoursSet() }

// made waits until a thumbnail is made.
func (m *Maker) made(
	ctx context.Context, wanted Wanted, open func(context.Context) (Source, error),
) (Thumbnail, error) {
	j, err := m.join(wanted.Key, wanted.Edge, open)
	if err != nil {
		return Thumbnail{}, err
	}
	defer m.leave(j)
	patience := time.NewTimer(turnTime)
	defer patience.Stop()
	select {
	case <-j.started:
	case <-patience.C:
		return Thumbnail{}, ErrBusy
	case <-ctx.Done():
		return Thumbnail{}, ctx.Err()
	}
	select {
	case <-j.done:
		return j.thumbnail, j.err
	case <-ctx.Done():
		return Thumbnail{}, ctx.Err()
	}
}

// join queues a job, or waits with those who have.
func (m *Maker) join(key string, edge int, open func(context.Context) (Source, error)) (*job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if j := m.jobs[key]; j != nil {
		j.waiting++
		return j, nil
	}
	j := &job{key: key, edge: edge, open: open, waiting: 1, started: make(chan struct{}), done: make(chan struct{})}
	select {
	case m.queue <- j:
		m.jobs[key] = j
		return j, nil
	default:
		return nil, ErrBusy
	}
}

func (m *Maker) leave(j *job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j.waiting--
}
