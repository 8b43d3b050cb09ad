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

// TestTheReadingOfFilesGivesWay: all bytes of a first scan's files are read by threads that every other one goes
// before.
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
			by, all := readByNice(t, d.Pid())
			switch others := all - by[0]; { // of those that have ended too
			case gives && others < files*size:
				t.Errorf("threads of low priority read %d bytes, of %d", others, files*size)
			case !gives && len(by) > 1:
				t.Errorf("bytes read by nice values: %v, and all threads are to have the same", by)
			}
		})
	}
}

// readByNice is how much the threads of a process have read, of files and all else, by their nice values, and how much
// it has read by all threads that it ever had.
func readByNice(t *testing.T, pid int) (by map[int]int64, all int64) {
	t.Helper()
	process := fmt.Sprintf("/proc/%d", pid)
	tasks, err := filepath.Glob(process + "/task/*")
	if err != nil || len(tasks) == 0 {
		t.Fatalf("%d threads, %v", len(tasks), err)
	}
	by = map[int]int64{}
	for _, task := range tasks {
		stat, err := os.ReadFile(filepath.Join(task, "stat"))
		if err != nil {
			continue // it has ended
		}
		const niceAt = 16 // behind the name, which ends with the last bracket: proc_pid_stat(5)
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		nice, err := strconv.Atoi(fields[niceAt])
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := charsRead(task); ok {
			by[nice] += n
		}
	}
	all, ok := charsRead(process)
	if !ok {
		t.Fatal("the process does not say what it read")
	}
	return by, all
}

// charsRead is what /proc says that a thread, or a process, has read; false: it has ended.
func charsRead(of string) (n int64, ok bool) {
	io, err := os.ReadFile(filepath.Join(of, "io"))
	if err != nil {
		return 0, false
	}
	_, err = fmt.Sscanf(string(io), "rchar: %d", &n)
	return n, err == nil
}
