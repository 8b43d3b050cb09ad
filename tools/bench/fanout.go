package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// fanout measures how the daemon tells many clients of what changes: this program is all of them. One more client, the
// witness, has no window, so that what it was told, and when, is what the others are judged by.
type fanout struct {
	*bench
	clients int
	deaf    int // of them, who never read
	time    time.Duration
	dir     string
	d       *daemon
}

// What is promised of `make bench-feed`, on two processors with this program.
const (
	fanoutWindow   = 100 * time.Millisecond
	fanoutRate     = 200            // changes a second
	fanoutWrites   = fanoutRate / 2 // a file that is written anew changes twice: it is found so, and read
	fanoutChecked  = 50             // clients of which every change is looked at
	maxFanoutCores = 1.5
	maxFanoutLate  = fanoutWindow * 5 / 2
	maxFanoutEach  = 24 << 10 // bytes of heap and stacks that a client takes
	fanoutDebounce = 20 * time.Millisecond
	maxFanoutSeen  = fanoutDebounce + 100*time.Millisecond // from a write until the witness is told
)

// fanoutJudged is from how many clients on cores, delays and memory are judged.
const fanoutJudged = 5000

// fanoutRests is how long the witness is alone, and how long clients have then to come to stand alike.
const fanoutRests = 2 * time.Second

func (b *bench) measureFanout(ctx context.Context, clients int, lasts time.Duration) error {
	if err := raiseDescriptors(2*clients + 1000); err != nil {
		return err
	}
	b.env = []string{"CATALOGIZERD_WATCHER_DEBOUNCE=" + fanoutDebounce.String()}
	var wrong []error
	for _, deaf := range []int{0, clients / 5} {
		f := &fanout{bench: b, clients: clients, deaf: deaf, time: lasts}
		if err := f.run(ctx); err != nil {
			wrong = append(wrong, fmt.Errorf("%d clients, %d of which never read: %w", clients, deaf, err))
		}
	}
	return errors.Join(wrong...)
}

// raiseDescriptors has this process, and the daemon that it starts, open so many files at once.
func raiseDescriptors(want int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	if l.Cur >= uint64(want) {
		return nil
	}
	if l.Max < uint64(want) {
		return fmt.Errorf("%d open files are needed, and %d may be raised to: ulimit -Hn", want, l.Max)
	}
	l.Cur = uint64(want)
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
}

func (f *fanout) run(ctx context.Context) (err error) {
	if err := os.MkdirAll(f.bench.dir, 0o755); err != nil {
		return err
	}
	if f.dir, err = os.MkdirTemp(f.bench.dir, "feed"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(f.dir)) }()
	w := &fanoutWriter{dir: filepath.Join(f.dir, "library")}
	if err := w.make(); err != nil {
		return err
	}
	config, hung, err := f.configure(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hung.Close()) }()
	_, err = f.serve(ctx, filepath.Join(f.dir, "data"), []string{"--config", config}, func(d *daemon) error {
		f.d = d
		return f.measure(ctx, w)
	})
	return err
}

// configure writes a configuration: beside the clients two programs are told of changes, of which one is not there and
// one takes connections and never answers.
func (f *fanout) configure(ctx context.Context, w *fanoutWriter) (file string, hung net.Listener, err error) {
	var lc net.ListenConfig
	if hung, err = lc.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return "", nil, err
	}
	text := fmt.Sprintf("[[root]]\nname = \"library\"\npath = %q\n", w.dir)
	for name, at := range map[string]string{"dead": "127.0.0.1:1", "hung": hung.Addr().String()} {
		text += fmt.Sprintf("[[notify]]\nname = %q\ntype = \"json\"\nurl = \"http://%s\"\nsettle = \"0s\"\n", name, at)
	}
	file = filepath.Join(f.dir, "catalogizerd.toml")
	return file, hung, os.WriteFile(file, []byte(text), 0o600)
}

// measure has the files change, first with the witness alone and then with everybody.
func (f *fanout) measure(ctx context.Context, w *fanoutWriter) (err error) {
	witness, err := f.d.witness(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, witness.close()) }()
	stopWriting := w.start(ctx)
	defer func() { err = errors.Join(err, stopWriting()) }()
	aloneFrom := time.Now()
	if err := sleep(ctx, fanoutRests); err != nil {
		return err
	}
	seen := witness.seen(aloneFrom, time.Now())
	alone, err := f.d.held(ctx)
	if err != nil {
		return err
	}
	crowd, err := newCrowd(f.d.addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, crowd.close()) }()
	began := time.Now()
	for i := range f.clients {
		if err := errors.Join(ctx.Err(), crowd.join(i < f.deaf, i-f.deaf < fanoutChecked)); err != nil {
			return fmt.Errorf("client %d: %w", i, err)
		}
	}
	joined := time.Since(began)
	if err := sleep(ctx, fanoutRests); err != nil {
		return err
	}
	r, err := f.watch(ctx, crowd, witness)
	if err != nil {
		return err
	}
	r.joined, r.alone, r.seen = joined, alone, seen
	if err := stopWriting(); err != nil {
		return err
	}
	if err := crowd.settle(ctx, witness); err != nil {
		return err
	}
	return f.report(r, crowd, witness)
}

// fanoutResult is what a run showed.
type fanoutResult struct {
	from, to     time.Time
	cores, ours  float64 // that the daemon and this program used
	bytes        int64   // that came
	joined       time.Duration
	seen         []time.Duration // from each write until the witness alone was told
	alone, crowd int64           // bytes of heap and stacks that the daemon held with the witness alone, and at the most
}

// watch measures for the time of a run.
func (f *fanout) watch(ctx context.Context, c *crowd, w *witness) (r fanoutResult, err error) {
	before, err := f.d.metrics(ctx)
	if err != nil {
		return r, err
	}
	oursBefore, received := cpuOfThis(), c.bytes.Load()
	r.from = time.Now()
	for time.Since(r.from) < f.time {
		if err := errors.Join(sleep(ctx, min(time.Second, f.time)), c.failed(), w.failed()); err != nil {
			return r, err
		}
		held, err := f.d.held(ctx)
		if err != nil {
			return r, err
		}
		r.crowd = max(r.crowd, held)
	}
	after, err := f.d.metrics(ctx)
	r.to, r.bytes = time.Now(), c.bytes.Load()-received
	took := r.to.Sub(r.from).Seconds()
	const spent = "process_cpu_seconds_total"
	r.cores, r.ours = (after[spent]-before[spent])/took, (cpuOfThis()-oursBefore).Seconds()/took
	return r, err
}

// held is what lives in the daemon's heap, and its stacks, in bytes.
func (d *daemon) held(ctx context.Context) (int64, error) {
	values, err := d.metrics(ctx)
	if err != nil {
		return 0, err
	}
	live, told := values["go_gc_heap_live_bytes"]
	return int64(live + values["go_memstats_stack_inuse_bytes"]), complain(!told, "/metrics tells nothing of the heap")
}

func cpuOfThis() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for nobody
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (f *fanout) report(r fanoutResult, c *crowd, w *witness) error {
	verified, err := c.verify(w)
	late := c.delays(w, r.from, r.to)
	took := r.to.Sub(r.from).Seconds()
	changes := w.between(r.from, r.to)
	each := (r.crowd - r.alone) / int64(f.clients)
	p50, p99, worst := quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1)
	fmt.Fprintf(f.out, "\n%s clients, %s of which never read; window %v; %.0f changes a second for %.0f s\n",
		thousands(f.clients), thousands(f.deaf), fanoutWindow, float64(changes)/took, took)
	fmt.Fprintf(f.out, "  joined in %.1f s; %.0f messages a second, %.1f MB/s; %s messages of %d clients compared\n",
		r.joined.Seconds(), float64(len(late))/took, float64(r.bytes)/1e6/took,
		thousands(verified), min(fanoutChecked, f.clients-f.deaf))
	fmt.Fprintf(f.out, "  behind the witness: half within %v, 99 %% within %v, all within %v (at most %v for 99 %%)\n",
		p50.Round(time.Millisecond), p99.Round(time.Millisecond), worst.Round(time.Millisecond), maxFanoutLate)
	seen99 := quantile(r.seen, 0.99)
	fmt.Fprintf(f.out, "  without them, beside a [[notify]] that is dead and one that hangs, a write is told of: "+
		"half within %v, 99 %% within %v (at most %v)\n",
		quantile(r.seen, 0.5).Round(time.Millisecond), seen99.Round(time.Millisecond), maxFanoutSeen)
	fmt.Fprintf(f.out, "  cores: the daemon %.2f (at most %.1f), this program %.2f\n", r.cores, maxFanoutCores, r.ours)
	fmt.Fprintf(f.out, "  heap and stacks: %.1f MiB, %.1f KiB a client (at most %d)\n",
		mib(r.crowd), float64(each)/1024, maxFanoutEach>>10)
	if f.deaf > 0 {
		fmt.Fprintf(f.out, "  those who never read were disconnected %d times, and came back\n", c.returned)
	}
	judged := f.clients >= fanoutJudged
	return errors.Join(err,
		complain(len(late) == 0, "no client was told of a change"),
		complain(judged && float64(changes) < 0.9*fanoutRate*took, "the catalog changed only %d times", changes),
		complain(len(r.seen) == 0, "the witness was told of no file"),
		complain(judged && seen99 > maxFanoutSeen, "99 %% of the writes were told of within %v", seen99),
		complain(judged && p99 > maxFanoutLate, "99 %% of the messages came within %v", p99),
		complain(judged && r.cores > maxFanoutCores, "the daemon used %.2f cores", r.cores),
		complain(judged && each > maxFanoutEach, "a client takes %d bytes", each),
	)
}

// quantile gives the value below which that part of some sorted ones lies.
func quantile(sorted []time.Duration, part float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

// fanoutWriter changes files of a tree, in many small directories: none is worth a long listing.
type fanoutWriter struct {
	dir string
	n   int
}

const (
	fanoutDirs  = 200
	fanoutFiles = 5 // in each
)

// path is that of the file that is written at a turn.
func (w *fanoutWriter) path(turn int) string {
	n := turn % (fanoutDirs * fanoutFiles)
	return filepath.Join(w.dir, fmt.Sprintf("folder %03d", n%fanoutDirs), fmt.Sprintf("note %d.txt", n/fanoutDirs))
}

func (w *fanoutWriter) make() error {
	for i := range fanoutDirs * fanoutFiles {
		err := os.MkdirAll(filepath.Dir(w.path(i)), 0o755)
		if err = errors.Join(err, os.WriteFile(w.path(i), []byte("a"), 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// start writes files at their rate until stop is called, which may be done twice.
func (w *fanoutWriter) start(ctx context.Context) (stop func() error) {
	stopped, done := make(chan struct{}), make(chan error, 1)
	//concurrencylint:allow a tool's: stop ends it and waits for it
	go func() { done <- w.write(ctx, stopped) }()
	ended := false
	return func() error {
		if ended {
			return nil
		}
		ended = true
		close(stopped)
		return <-done
	}
}

func (w *fanoutWriter) write(ctx context.Context, stopped <-chan struct{}) error {
	every := time.NewTicker(time.Second / fanoutWrites)
	defer every.Stop()
	began, from := time.Now(), w.n
	for {
		for due := int(time.Since(began).Seconds() * fanoutWrites); w.n-from < due; w.n++ {
			text := fmt.Appendf(nil, "turn %d", w.n)
			if err := os.WriteFile(w.path(w.n), text, 0o644); err != nil {
				return err
			}
		}
		select {
		case <-stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-every.C:
		}
	}
}

// sortedDurations sorts and returns them.
func sortedDurations(d []time.Duration) []time.Duration {
	slices.Sort(d)
	return d
}
