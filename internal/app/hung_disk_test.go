package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Who reads a file of a disk that hangs waits in the kernel, on a thread of the daemon's: with more threads than its
// control group lets it have the daemon would end. Nor may a stop, a start or a reload wait for such a disk.
func TestADiskThatHangsTakesNothingElseWithIt(t *testing.T) {
	const most, readers = 128, 600
	under := apptest.ControlGroup(t, "pids", most) // where there can be none, that is why it is skipped
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	sound := base + "/sound"
	paths := fill(t, base+"/shown", 100)
	fill(t, sound, 100)
	disk := apptest.MountHanging(t, base+"/shown", base+"/disk")
	roots := []apptest.Root{
		{Name: "disk", Path: base + "/disk", More: `poll_interval = "1s"`}, {Name: "sound", Path: sound},
	}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick,
		Under: under, Roots: roots})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	id := r.Find("disk", paths[0]).ID

	disk.Hang()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var read sync.WaitGroup
	var told atomic.Int64
	for range readers {
		read.Go(func() {
			if contentOf(ctx, d, id) == http.StatusGatewayTimeout {
				told.Add(1)
			}
		})
	}
	tasks := 0
	if !apptest.Within(time.Minute, func() bool {
		tasks = max(tasks, countTasks(t, d))
		return told.Load() > readers/2
	}) {
		t.Errorf("only %d of %d readers were told that the disk does not answer\n%s", told.Load(), readers, d.Log())
	}
	write(t, sound, "new.bin", "new")
	sees(t, d, r, "sound", "new.bin")
	t.Logf("%d who read of a disk that hangs: %d tasks at most, %d were told so", readers, tasks, told.Load())

	stop()
	read.Wait()
	began := time.Now()
	d.Stop(t)
	ended := time.Since(began)
	d.Start(t)
	d.WaitRoot(t, "sound", time.Minute, func(s apptest.RootStatus) bool { return s.State == "online" && !s.Scanning })
	write(t, sound, "newer.bin", "newer")
	sees(t, d, r, "sound", "newer.bin")
	d.Configure(t, roots[1], roots[0]) // a reload, which looks where the roots lie
	d.Signal(t, syscall.SIGHUP)
	write(t, sound, "newest.bin", "newest")
	sees(t, d, r, "sound", "newest.bin")
	t.Logf("stopped beside it in %v, started and right about the other disk in %v", ended, time.Since(began)-ended)

	disk.Answer()
	write(t, base+"/shown", "back.bin", "back")
	sees(t, d, r, "disk", "back.bin")
	if got := contentOf(t.Context(), d, id); got != http.StatusOK {
		t.Errorf("a file of the disk that answers again: %d", got)
	}
	d.Stop(t)
}

// contentOf asks for the content of an item and returns the status, 0 without an answer.
func contentOf(ctx context.Context, d *apptest.Daemon, id int64) int {
	url := fmt.Sprintf("http://%s/api/v1/items/%d/content", d.Addr(), id)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0
	}
	return answer.StatusCode
}

func countTasks(t *testing.T, d *apptest.Daemon) int {
	t.Helper()
	tasks, err := os.ReadDir(filepath.Join("/proc", fmt.Sprint(d.Pid()), "task"))
	if err != nil {
		t.Fatalf("the daemon is gone: %v\n%s", err, d.Log())
	}
	return len(tasks)
}
