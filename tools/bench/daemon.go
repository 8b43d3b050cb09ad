package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// daemon is a `serve` that runs and is idle.
type daemon struct {
	cmd  *exec.Cmd
	addr string
	log  *serveLog
}

// served is what a `serve` took.
type served struct {
	sample            // until it was idle; the peak of memory is of its whole life
	collector float64 // the garbage collector's part of the CPU until it was idle
	watches   int     // directories that it watched then
	kernel    int64   // bytes by which the kernel's memory that nothing takes back grew: its watches, and all else
}

func (s served) String() string {
	return fmt.Sprintf("idle after %v, collector %.1f %%, peak %.1f MiB", s.sample, 100*s.collector, mib(s.memory))
}

// idlePatience is how long a daemon may take until it is idle.
const idlePatience = 2 * time.Hour

// serve runs a daemon until it is idle, does something with it and stops it.
func (b *bench) serve(ctx context.Context, data string, roots []string, do func(*daemon) error) (served, error) {
	return b.serveUntil(ctx, data, roots, (*daemon).awaitIdle, do)
}

// serveUntil runs a daemon, waits for something, does something with it and stops it.
func (b *bench) serveUntil(
	ctx context.Context, data string, args []string, wait func(*daemon, context.Context) error, do func(*daemon) error,
) (s served, err error) {
	args = append([]string{"serve", "--data-dir", data, "--listen", "127.0.0.1:0"}, args...)
	return b.serveCommand(ctx, args, wait, do)
}

// serveCommand runs what serves, as serveUntil does.
func (b *bench) serveCommand(
	ctx context.Context, args []string, wait func(*daemon, context.Context) error, do func(*daemon) error,
) (s served, err error) {
	ctx, cancel := context.WithTimeout(ctx, idlePatience)
	defer cancel()
	d := &daemon{log: &serveLog{found: make(chan string, 1)}} // the one address
	d.cmd = exec.Command(b.binary, args...)                   //nolint:noctx // it is told to stop
	d.cmd.Env = append(os.Environ(), b.env...)
	d.cmd.Stderr = d.log
	before, err := kernelMemory()
	if err != nil {
		return s, err
	}
	start := time.Now()
	if err := d.cmd.Start(); err != nil {
		return s, fmt.Errorf("start the daemon: %w", err)
	}
	defer func() {
		if err = errors.Join(err, d.stop()); err != nil {
			err = fmt.Errorf("%w; the daemon wrote:\n%s", err, d.log.text)
		}
	}()
	select {
	case d.addr = <-d.log.found:
	case <-ctx.Done():
		return s, fmt.Errorf("wait until the daemon serves: %w", ctx.Err())
	}
	if err := wait(d, ctx); err != nil {
		return s, err
	}
	s.wall = time.Since(start)
	if args[0] == "serve" { // others do not tell
		after, err := kernelMemory()
		if err = errors.Join(err, d.readMetrics(ctx, &s)); err != nil {
			return s, err
		}
		s.kernel = after - before
	}
	if err := do(d); err != nil {
		return s, err
	}
	s.memory, err = d.peakMemory()
	return s, err
}

func (d *daemon) stop() error {
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return errors.Join(err, d.cmd.Wait())
	}
	return d.cmd.Wait()
}

func (d *daemon) awaitIdle(ctx context.Context) error {
	for {
		if idle, err := d.isIdle(ctx); idle || err != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait until the daemon is idle: %w", ctx.Err())
		}
	}
}

func (d *daemon) isIdle(ctx context.Context) (bool, error) {
	var status struct{ Idle bool }
	body, err := d.get(ctx, "/api/v1/status")
	if err == nil {
		err = json.Unmarshal(body, &status)
	}
	return status.Idle, err
}

// get reads a whole answer, which has to be 200.
func (d *daemon) get(ctx context.Context, path string) (_ []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.addr+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("get %s: %s: %.300s", path, resp.Status, body)
	}
	return body, err
}

// metrics are those that have no labels.
func (d *daemon) metrics(ctx context.Context) (map[string]float64, error) {
	body, err := d.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	values := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(string(body)))
	for lines.Scan() {
		if name, text, ok := strings.Cut(lines.Text(), " "); ok && name != "#" {
			if v, err := strconv.ParseFloat(text, 64); err == nil {
				values[name] = v
			}
		}
	}
	return values, lines.Err()
}

// readMetrics notes the CPU seconds so far and the collector's part of them. Go counts its classes of CPU at the end
// of each collection, by the time that its threads may run.
func (d *daemon) readMetrics(ctx context.Context, s *served) error {
	values, err := d.metrics(ctx)
	if err != nil {
		return err
	}
	s.cpu = time.Duration(values["process_cpu_seconds_total"] * float64(time.Second))
	const classes = "go_cpu_classes_"
	busy := values[classes+"total_cpu_seconds_total"] - values[classes+"idle_cpu_seconds_total"]
	if busy > 0 { // else it has not collected yet
		s.collector = values[classes+"gc_total_cpu_seconds_total"] / busy
	}
	s.watches = int(values["catalogizerd_watches"])
	_, told := values[classes+"total_cpu_seconds_total"]
	return complain(s.cpu == 0 || !told, "/metrics tells no CPU seconds")
}

// peakMemory is the largest resident set so far, in bytes.
func (d *daemon) peakMemory() (int64, error) {
	return bytesIn(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid), "VmHWM")
}

// kernelMemory is what the kernel has for itself and does not give back when memory is short, in bytes.
func kernelMemory() (int64, error) { return bytesIn("/proc/meminfo", "SUnreclaim") }

// bytesIn is a value of a file of /proc that tells in kB.
func bytesIn(file, name string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, name+": %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("%s has no %s", file, name)
}

// serveLog finds the address in what a daemon logs, and keeps the beginning.
type serveLog struct {
	head
	found chan string
	done  bool
}

var address = regexp.MustCompile(`127\.0\.0\.1:[1-9]\d*`)

func (l *serveLog) Write(p []byte) (int, error) {
	n, err := l.head.Write(p)
	if at := address.Find(l.text); at != nil && !l.done {
		l.done = true
		l.found <- string(at)
	}
	return n, err
}

// sizeOf is the length of all files of a directory.
func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}
