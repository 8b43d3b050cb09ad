package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// TestTheReadingOfFilesGivesWay: all bytes of a first scan's files are read by threads that every other one goes before.
func TestTheReadingOfFilesGivesWay(t *testing.T) {
	root := t.TempDir()
	const files, size = 200, 40 << 10
	for i := range files {
		write(t, root, fmt.Sprintf("%d/%d.mkv", i/10, i), strings.Repeat(strconv.Itoa(i), size)[:size])
	}
	for _, gives := range []bool{true, false} {
		t.Run(fmt.Sprintf("idle_priority = %v", gives), func(t *testing.T) {
			d := apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: []apptest.Root{{Name: "films", Path: root}},
				More: fmt.Sprintf("[scanner]\nidle_priority = %v\n", gives)})
			d.WaitIdle(t, 5*time.Minute)
			lowered := int64(0)
			for nice, read := range readByNice(t, d.Pid()) {
				if nice > 0 {
					lowered += read
				}
			}
			switch {
			case gives && lowered < files*size:
				t.Errorf("threads of low priority read %d bytes, of %d", lowered, files*size)
			case !gives && lowered > 0:
				t.Errorf("threads of low priority read %d bytes, and there are to be none", lowered)
			}
		})
	}
}

// readByNice is how much the threads of a process have read, of files and all else, by their nice values.
func readByNice(t *testing.T, pid int) map[int]int64 {
	t.Helper()
	all, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil || len(all) == 0 {
		t.Fatalf("%d threads, %v", len(all), err)
	}
	out := map[int]int64{}
	for _, task := range all {
		stat, err := os.ReadFile(filepath.Join(task, "stat"))
		if err != nil {
			continue // it has ended
		}
		io, err := os.ReadFile(filepath.Join(task, "io"))
		if err != nil {
			continue
		}
		const niceAt = 16 // behind the name, which ends with the last bracket: proc_pid_stat(5)
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		nice, err := strconv.Atoi(fields[niceAt])
		if err != nil {
			t.Fatal(err)
		}
		var read int64
		if _, err := fmt.Sscanf(string(io), "rchar: %d", &read); err != nil {
			t.Fatal(err)
		}
		out[nice] += read
	}
	return out
}
