package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
)

func TestMain(m *testing.M) { runtest.Main(m) }

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// picture opens a picture of its own, and counts how often.
func picture(t *testing.T, opened *atomic.Int64) func(context.Context) (Source, error) {
	file := jpegOf(t, quarters(64, 48))
	return func(context.Context) (Source, error) {
		opened.Add(1)
		return memory{bytes.NewReader(file)}, nil
	}
}

func openCache(t *testing.T, dir string, size int64) *Cache {
	t.Helper()
	c, err := OpenCache(dir, size, zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// running is a maker with one worker, that works until the test ends.
func running(t *testing.T, c *Cache) *Maker {
	m := NewMaker(c, 1, func() {}, zaptest.NewLogger(t, zaptest.Level(zap.FatalLevel)))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return m
}

func TestAThumbnailIsMadeOnceAndKeptOverARestart(t *testing.T) {
	dir := t.TempDir()
	var opened atomic.Int64
	open := picture(t, &opened)
	var first []byte
	for range 2 {
		m := running(t, openCache(t, dir, 1<<20))
		for range 3 {
			b, err := m.Thumbnail(t.Context(), Wanted{Key: "7", Edge: 32}, open)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = b
			}
			if !bytes.Equal(b, first) {
				t.Error("another thumbnail of the same picture")
			}
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("the picture was read %d times, want once", n)
	}
}

func TestWhoAsksForTheSameThumbnailAtOnceWaitsForOneMaking(t *testing.T) {
	var opened atomic.Int64
	inner, release := picture(t, &opened), make(chan struct{})
	m := running(t, openCache(t, t.TempDir(), 0)) // nothing is kept
	var all sync.WaitGroup
	var joined sync.WaitGroup
	for range 20 {
		joined.Add(1)
		all.Go(func() {
			joined.Done()
			if _, err := m.Thumbnail(t.Context(), Wanted{Key: "7", Edge: 32}, func(ctx context.Context) (Source, error) {
				<-release
				return inner(ctx)
			}); err != nil {
				t.Error(err)
			}
		})
	}
	joined.Wait()
	for waiting(m, "7") < 20 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	all.Wait()
	if n := opened.Load(); n != 1 {
		t.Errorf("the picture was read %d times, want once", n)
	}
}

func waiting(m *Maker, key string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if j := m.jobs[key]; j != nil {
		return j.waiting
	}
	return 0
}

func TestWhoseTurnDoesNotComeIsToldSoAndWhoHasLeftIsPassedOver(t *testing.T) {
	cache := openCache(t, t.TempDir(), 0)
	synctest.Test(t, func(t *testing.T) {
		m := NewMaker(cache, 1, func() {}, zap.NewNop())
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _ = m.Run(ctx) })
		release := make(chan struct{})
		all.Go(func() { // holds the only worker
			_, _ = m.Thumbnail(ctx, Wanted{Key: "slow", Edge: 32}, func(context.Context) (Source, error) {
				<-release
				return nil, fs.ErrNotExist
			})
		})
		synctest.Wait()
		began := time.Now()
		_, err := m.Thumbnail(ctx, Wanted{Key: "other", Edge: 32}, func(context.Context) (Source, error) {
			t.Error("a picture is read for whom nobody waits")
			return nil, fs.ErrNotExist
		})
		if !errors.Is(err, ErrBusy) || time.Since(began) != turnTime {
			t.Errorf("after %v: %v, want ErrBusy after %v", time.Since(began), err, turnTime)
		}
		close(release)
		synctest.Wait()
		stop()
		all.Wait()
		if len(m.jobs) != 0 {
			t.Errorf("%d jobs are left", len(m.jobs))
		}
	})
}

func TestAPanicOverAPictureIsThatPicturesAlone(t *testing.T) {
	m := running(t, openCache(t, t.TempDir(), 1<<20))
	gives := func(context.Context) (Source, error) { panic("of a decoder") }
	_, err := m.Thumbnail(t.Context(), Wanted{Key: "bad", Edge: 32}, gives)
	if !errors.Is(err, ErrNoPicture) {
		t.Errorf("%v, want ErrNoPicture", err)
	}
	var opened atomic.Int64
	if _, err := m.Thumbnail(t.Context(), Wanted{Key: "good", Edge: 32}, picture(t, &opened)); err != nil {
		t.Errorf("the next: %v", err)
	}
}

func TestThatNoneCanBeMadeIsKeptButAnErrorOfReadingIsNot(t *testing.T) {
	m := running(t, openCache(t, t.TempDir(), 1<<20))
	for _, c := range []struct {
		key  string
		src  func() (Source, error)
		want error
		read int
	}{
		{"text", func() (Source, error) { return memory{bytes.NewReader([]byte("text"))}, nil }, ErrNoPicture, 1},
		{"away", func() (Source, error) { return nil, os.ErrDeadlineExceeded }, os.ErrDeadlineExceeded, 2},
	} {
		read := 0
		for range 2 {
			open := func(context.Context) (Source, error) { read++; return c.src() }
			_, err := m.Thumbnail(t.Context(), Wanted{Key: c.key, Edge: 32}, open)
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.key, err, c.want)
			}
		}
		if read != c.read {
			t.Errorf("%s was read %d times, want %d", c.key, read, c.read)
		}
	}
}

func TestTheCacheStaysWithinItsSizeAndKeepsWhatIsAskedFor(t *testing.T) {
	const size, each = 1 << 20, 10_000
	dir := t.TempDir()
	c := openCache(t, dir, size)
	thumbnail := Thumbnail{JPEG: bytes.Repeat([]byte{1}, each)}
	c.Put("loved", thumbnail)
	for i := range 500 {
		c.Put(fmt.Sprint(i), thumbnail)
		if _, ok := c.Get("loved"); !ok {
			t.Fatalf("what is asked for again and again was forgotten after %d others", i)
		}
		if i%100 == 99 {
			if used := sizeOf(t, dir); used > size {
				t.Fatalf("%d bytes are kept, want at most %d", used, size)
			}
			c = openCache(t, dir, size) // counts what is there
		}
	}
	if _, ok := c.Get("0"); ok {
		t.Error("what nobody asked for since is still kept")
	}
}

// What was broken off while thumbnails were forgotten, or cannot be done, has the cache grow no further.
func TestTheCacheStaysWithinItsSizeWhateverItsDiskFailsAt(t *testing.T) {
	const size, each = 1 << 20, 10_000
	for name, fault := range map[string]func(dir string) error{
		"the older generation is gone":     func(dir string) error { return os.RemoveAll(filepath.Join(dir, older)) },
		"nothing can be forgotten or kept": func(dir string) error { return os.Chmod(dir, 0o500) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := openCache(t, dir, size)
			if err := fault(dir); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
			for i := range 500 {
				c.Put(fmt.Sprint(i), Thumbnail{JPEG: bytes.Repeat([]byte{1}, each)})
			}
			if used := sizeOf(t, dir); used > size || used == 0 {
				t.Errorf("%d bytes are kept, want at most %d", used, size)
			}
			if err := os.Chmod(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			c.Put("newest", Thumbnail{JPEG: []byte{1}})
			if _, ok := c.Get("newest"); !ok {
				t.Error("nothing is kept any more")
			}
		})
	}
}

// Where the younger generation had become the older one, and no other one could be made, the next file makes it.
func TestTheCacheGoesOnWhereItsYoungerGenerationCouldNotBeMade(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir, 1<<20)
	if err := os.RemoveAll(filepath.Join(dir, younger)); err != nil {
		t.Fatal(err)
	}
	c.used = c.half // as after any fault
	for range 2 {
		c.Put("newest", Thumbnail{JPEG: []byte{1}})
	}
	if _, ok := c.Get("newest"); !ok {
		t.Error("nothing is kept any more")
	}
}

func sizeOf(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func TestAFileThatWasCutShortIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir, 1<<20)
	c.Put("7", Thumbnail{JPEG: []byte("thumbnail")})
	if err := os.Truncate(c.path(younger, "7"), 5); err != nil {
		t.Fatal(err)
	}
	if b, ok := c.Get("7"); ok {
		t.Errorf("%q is taken for a thumbnail", b.JPEG)
	}
}

func TestACacheOfNothingRemovesWhatWasKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "thumbnails")
	openCache(t, dir, 1<<20).Put("7", Thumbnail{JPEG: []byte("thumbnail")})
	if c := openCache(t, dir, 0); c == nil {
		t.Fatal("no cache")
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is still there: %v", err)
	}
}
