package inotify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWatchLimitIsTheLowestThatCanBeRead(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "fs", "inotify"), 0o755))
	must(t, os.MkdirAll(filepath.Join(dir, "user"), 0o755))
	set := func(sysctl, value string) {
		write(t, filepath.Join(dir, filepath.FromSlash(strings.ReplaceAll(sysctl, ".", "/"))), value)
	}
	check := func(want Limit) {
		t.Helper()
		if got := lowest(dir, sysctlWatches, sysctlWatchesHere); got != want {
			t.Errorf("limit is %+v, want %+v", got, want)
		}
	}
	check(Limit{})
	set(sysctlWatches, "65536\n")
	check(Limit{sysctlWatches, 65536})
	set(sysctlWatchesHere, "1000\n")
	check(Limit{sysctlWatchesHere, 1000})
	set(sysctlWatchesHere, "2147483647\n")
	check(Limit{sysctlWatches, 65536})
	set(sysctlWatches, "not a number\n")
	check(Limit{sysctlWatchesHere, 2147483647})
}

func TestWatchBudgetLeavesRoomForOthers(t *testing.T) {
	for limit, want := range map[int]int{0: 0, 1: 0, 7: 5, 100: 80, 192536: 154028} {
		if got := WatchBudget(limit); got != want {
			t.Errorf("budget of %d is %d, want %d", limit, got, want)
		}
	}
}
