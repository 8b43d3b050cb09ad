package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What is promised of thumbnails of 256 pixels, of JPEGs of 12 megapixels.
const (
	leastThumbnails = 25        // made by a core in a second
	mostBeside      = 0.05      // by what part the CPU of a scan may change while they are made
	thumbnailMemory = 150 << 20 // of the daemon, at most, in bytes
	promisedFiles   = 20_000    // a scan of fewer is over too soon to be measured
)

const (
	pictureCount  = 48
	pictureWidth  = 4000
	pictureHeight = 3000
	askedAtOnce   = 3 // by a page
)

// thumbnailCost is what a daemon took while it made thumbnails, or none.
type thumbnailCost struct {
	served
	made int           // thumbnails
	low  time.Duration // CPU of the threads that make them
}

// rest is the CPU of all but those threads.
func (c thumbnailCost) rest() time.Duration { return c.cpu - c.low }

// measureThumbnails has thumbnails made of large JPEGs, alone, and while a tree of so many files is scanned for the
// first time: somebody looks at one root's photos while another is new.
func (b *bench) measureThumbnails(ctx context.Context, files int) error {
	count := pictureCount
	if files < promisedFiles {
		count /= 8 // they are not made for a look whether this works
	}
	pictures, err := b.pictures(ctx, count)
	if err != nil {
		return err
	}
	tree, err := b.tree(ctx, files)
	if err != nil {
		return err
	}
	data, err := os.MkdirTemp(b.dir, "thumbnails")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	// None is kept, so that each is made whenever it is asked for; and of all threads theirs alone have a low priority.
	b.env = append(b.env, "CATALOGIZERD_THUMBNAILS_CACHE_SIZE=0", "CATALOGIZERD_SCANNER_IDLE_PRIORITY=false")
	known := filepath.Join(data, "known")
	alone, own, err := b.thumbnailsAlone(ctx, known, pictures, 4*count)
	if err != nil {
		return err
	}
	rate := 1 / (alone.low.Seconds()/float64(alone.made) + own.Seconds())
	fmt.Fprintf(b.out, "alone: %d thumbnails of %d megapixels, %.1f a second of a core, peak %.1f MiB\n", alone.made,
		pictureWidth*pictureHeight/1_000_000, rate, mib(alone.memory))
	without, beside, err := b.scansBeside(ctx, data, known, pictures, tree)
	if err != nil {
		return err
	}
	scan := beside.rest() - time.Duration(beside.made)*own
	change := float64(scan)/float64(without.rest()) - 1
	fmt.Fprintf(b.out, "first scan of %d files: %.1f s, CPU %.2f s\n", files, without.wall.Seconds(),
		without.rest().Seconds())
	fmt.Fprintf(b.out, "beside %d thumbnails: %.1f s, CPU %.2f s (%+.1f %%), theirs %.2f s, peak %.1f MiB\n", beside.made,
		beside.wall.Seconds(), scan.Seconds(), 100*change, (beside.cpu - scan).Seconds(), mib(beside.memory))
	peak := max(alone.memory, beside.memory)
	if files < promisedFiles {
		return nil
	}
	return errors.Join(
		complain(rate < leastThumbnails, "a core makes %.1f thumbnails a second, want %d", rate, leastThumbnails),
		complain(peak > thumbnailMemory, "the daemon took %.0f MiB", mib(peak)),
		complain(math.Abs(change) > mostBeside, "the CPU of a scan changes by %.1f %% beside thumbnails", 100*change))
}

// thumbnailsAlone has a catalog made of the pictures, and thumbnails while nothing else is done. own is what each takes
// beside its making: to be asked for, and sent.
func (b *bench) thumbnailsAlone(
	ctx context.Context, data, pictures string, asked int,
) (alone thumbnailCost, own time.Duration, err error) {
	if _, err = b.serveRoots(ctx, data, []string{pictures}, 0); err != nil {
		return alone, 0, err
	}
	nothing, err := b.serveRoots(ctx, data, []string{pictures}, 0)
	if err != nil {
		return alone, 0, err
	}
	alone, err = b.serveRoots(ctx, data, []string{pictures}, asked)
	if err != nil {
		return alone, 0, err
	}
	return alone, max(0, alone.rest()-nothing.rest()) / time.Duration(alone.made), nil
}

// scansBeside scans a tree for the first time, by turns without and with somebody who looks at thumbnails. Of each the
// run counts that took the least CPU.
func (b *bench) scansBeside(
	ctx context.Context, data, known, pictures, tree string,
) (without, beside thumbnailCost, err error) {
	dir := filepath.Join(data, "scan")
	scan := func(asked int, best *thumbnailCost) error {
		if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, os.DirFS(known))); err != nil {
			return err
		}
		c, err := b.serveRoots(ctx, dir, []string{pictures, tree}, asked)
		if err == nil && (best.cpu == 0 || c.rest() < best.rest()) {
			*best = c
		}
		return err
	}
	for range b.rounds {
		if err := scan(0, &without); err != nil {
			return without, beside, err
		}
		if err := scan(untilIdle, &beside); err != nil {
			return without, beside, err
		}
	}
	return without, beside, nil
}

// untilIdle asks for thumbnails until the daemon has nothing else to do.
const untilIdle = -1

// serveRoots runs a daemon on roots until it is idle and has made so many thumbnails of the first one, or untilIdle.
func (b *bench) serveRoots(ctx context.Context, data string, roots []string, asked int) (c thumbnailCost, err error) {
	var text strings.Builder
	for _, r := range roots {
		fmt.Fprintf(&text, "[[root]]\nname = %q\npath = %q\n", filepath.Base(r), r)
	}
	file := filepath.Join(b.dir, "thumbnails.toml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return c, err
	}
	wait := func(d *daemon, ctx context.Context) error {
		if asked != untilIdle {
			if err := d.awaitIdle(ctx); err != nil || asked == 0 {
				return err
			}
		}
		var err error
		c.made, err = d.askThumbnails(ctx, filepath.Base(roots[0]), asked)
		return err
	}
	c.served, err = b.serveUntil(ctx, data, []string{"--config", file}, wait, func(d *daemon) error {
		var err error
		c.low, err = d.lowCPU()
		return err
	})
	return c, err
}

// askThumbnails asks for those of a root's pictures, a few at once as a page does, until so many are made, or
// untilIdle.
func (d *daemon) askThumbnails(ctx context.Context, root string, asked int) (made int, err error) {
	var answer struct{ Items []struct{ ID int64 } }
	body, err := d.get(ctx, "/api/v1/items?limit=1000&root="+root)
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil || len(answer.Items) == 0 {
		return 0, errors.Join(err, complain(err == nil, "no picture is catalogued"))
	}
	asking, done := context.WithCancel(ctx)
	defer done()
	var next, count atomic.Int64
	errs := make([]error, askedAtOnce)
	var all sync.WaitGroup
	for i := range askedAtOnce {
		all.Go(func() {
			for asking.Err() == nil {
				n := next.Add(1) - 1
				if asked != untilIdle && n >= int64(asked) {
					return
				}
				err := d.thumbnail(asking, answer.Items[n%int64(len(answer.Items))].ID)
				if asking.Err() != nil {
					return // it is idle
				}
				if err != nil {
					errs[i] = err
					return
				}
				count.Add(1)
			}
		})
	}
	if asked == untilIdle {
		err = d.awaitIdle(ctx)
		done()
	}
	all.Wait()
	return int(count.Load()), errors.Join(append(errs, err, ctx.Err())...)
}

// thumbnail asks for an item's until its turn has come.
func (d *daemon) thumbnail(ctx context.Context, id int64) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet,
			fmt.Sprintf("http://%s/api/v1/items/%d/thumbnail", d.addr, id), nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		if err := resp.Body.Close(); err != nil {
			return err
		}
		switch resp.StatusCode {
		case http.StatusOK:
			return nil
		case http.StatusServiceUnavailable: // as the page does
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		default:
			return fmt.Errorf("thumbnail of %d: %s", id, resp.Status)
		}
	}
}

// lowCPU is the CPU so far of the daemon's threads that gave up some priority: see schedstat in proc(5).
func (d *daemon) lowCPU() (total time.Duration, err error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", d.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for _, task := range tasks {
		stat, err := os.ReadFile(filepath.Join(task, "stat"))
		if errors.Is(err, os.ErrNotExist) {
			continue // it has just ended
		}
		if err != nil {
			return 0, err
		}
		_, behind, _ := strings.Cut(string(stat), ") ")
		const nice = 19 - 3 // its field, of those behind the name, from 0
		if fields := strings.Fields(behind); len(fields) <= nice || fields[nice] == "0" {
			continue
		}
		used, err := os.ReadFile(filepath.Join(task, "schedstat"))
		if err != nil {
			return 0, err
		}
		ns, err := strconv.ParseInt(strings.Fields(string(used))[0], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read what %s took: %w", task, err)
		}
		total += time.Duration(ns)
	}
	return total, nil
}

// pictures returns a directory of so many large JPEGs as a camera makes them, and makes it where there is none.
func (b *bench) pictures(ctx context.Context, count int) (string, error) {
	dir := filepath.Join(b.dir, fmt.Sprintf("pictures-%d", count))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	growing := dir + ".growing" // renamed once it is whole
	if err := errors.Join(os.RemoveAll(growing), os.MkdirAll(growing, 0o755)); err != nil {
		return "", err
	}
	var out strings.Builder
	if err := jpeg.Encode(&out, landscape(), &jpeg.Options{Quality: 92}); err != nil {
		return "", err
	}
	one := file{ext: ".jpg", data: []byte(out.String())}
	for i := range count {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(growing, fmt.Sprintf("IMG_%04d.jpg", i)), one.numbered(i), 0o644); err != nil {
			return "", err
		}
	}
	fmt.Fprintf(b.out, "made %d JPEGs of %.1f MiB in %s\n", count, mib(int64(len(one.data))), dir)
	return dir, os.Rename(growing, dir)
}

// landscape is a picture with large areas, edges and grain, so that its JPEG has about as many coefficients as a
// photo's.
func landscape() image.Image {
	m := image.NewYCbCr(image.Rect(0, 0, pictureWidth, pictureHeight), image.YCbCrSubsampleRatio420)
	random := rand.New(rand.NewPCG(1, 2))
	for y := range pictureHeight {
		for x := range pictureWidth {
			hills := 40 * math.Sin(float64(x)/310) * math.Cos(float64(y)/170+float64(x)/900)
			leaves := 25 * math.Sin(float64(x*y)/9000)
			m.Y[y*m.YStride+x] = uint8(120 + hills + leaves + 6*random.NormFloat64())
		}
	}
	for y := range pictureHeight / 2 {
		for x := range pictureWidth / 2 {
			m.Cb[y*m.CStride+x] = uint8(128 + 30*math.Sin(float64(y)/250) + 2*random.NormFloat64())
			m.Cr[y*m.CStride+x] = uint8(128 + 30*math.Sin(float64(x)/330) + 2*random.NormFloat64())
		}
	}
	return m
}
