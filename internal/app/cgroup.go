package app

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cgroupLimit returns the lowest limit of memory that cgroup v2 sets for a process, whose directory in /proc is given,
// or for any group above it: what is over memory.max is killed, what is over memory.high is slowed down until it
// hardly runs. root is where the paths that the process sees begin.
func cgroupLimit(proc, root string) (least int64, found bool) {
	group, mounted := cgroupOf(proc), cgroupMount(proc)
	if group == "" || mounted == "" {
		return 0, false
	}
	for {
		for _, file := range []string{"memory.max", "memory.high"} {
			text, err := os.ReadFile(filepath.Join(root, mounted, group, file))
			if err != nil {
				continue // the topmost group has neither, nor has one without the controller
			}
			limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			if err == nil && limit > 0 && (!found || limit < least) { // else it says "max"
				least, found = limit, true
			}
		}
		if group == "/" {
			return least, found
		}
		group = filepath.Dir(group)
	}
}

// cgroupOf returns a process's group in the hierarchy of version 2: the line without controllers, see cgroups(7).
func cgroupOf(proc string) string {
	text, err := os.ReadFile(filepath.Join(proc, "cgroup"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok && strings.HasPrefix(group, "/") {
			return filepath.Clean(group)
		}
	}
	return ""
}

// cgroupMount returns where that hierarchy is mounted, see proc_pid_mountinfo(5).
func cgroupMount(proc string) string {
	text, err := os.ReadFile(filepath.Join(proc, "mountinfo"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		mount, fs, ok := strings.Cut(line, " - ")
		if fields := strings.Fields(mount); ok && len(fields) > 4 && strings.HasPrefix(fs, "cgroup2 ") {
			return fields[4]
		}
	}
	return ""
}
