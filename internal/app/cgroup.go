package app

import (
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// hierarchy is a tree of control groups that may limit memory.
type hierarchy struct {
	fs         string   // its file system, as in proc_pid_mountinfo(5)
	controller string   // of version 1; of version 2 one hierarchy has them all
	files      []string // what limits a group
}

// What is over memory.max or memory.limit_in_bytes is killed; what is over memory.high is slowed down until it hardly
// runs. The kernels of many a NAS know version 1 alone.
var hierarchies = []hierarchy{
	{fs: "cgroup2", files: []string{"memory.max", "memory.high"}},
	{fs: "cgroup", controller: "memory", files: []string{"memory.limit_in_bytes"}},
}

// unlimited is what no machine has: version 1 says the largest number of whole pages where there is no limit.
const unlimited = 1 << 62

// cgroupLimit returns the lowest limit of memory that is set for a process, whose directory in /proc is given, or for
// any control group above it. root is where the paths that the process sees begin. See cgroups(7).
func cgroupLimit(proc, root string) (least int64, found bool) {
	for _, h := range hierarchies {
		for dir := range h.groups(proc) {
			for _, file := range h.files {
				limit, ok := readLimit(filepath.Join(root, dir, file))
				if ok && (!found || limit < least) {
					least, found = limit, true
				}
			}
		}
	}
	return least, found
}

// readLimit reads a number of bytes. The topmost group has no such file, nor has one without the controller.
func readLimit(file string) (bytes int64, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	bytes, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return bytes, err == nil && bytes > 0 && bytes < unlimited // else it says "max"
}

// groups yields the directories of a process's group and of those above it, as far up as it sees them.
func (h hierarchy) groups(proc string) iter.Seq[string] {
	return func(yield func(string) bool) {
		group := h.groupOf(proc)
		mount, top := h.mountOf(proc)
		if group == "" || mount == "" {
			return
		}
		// In a container the group may be named as the machine names it, and only its own part be mounted.
		below, err := filepath.Rel(top, group)
		if err != nil || below == ".." || strings.HasPrefix(below, "../") {
			below = "."
		}
		for yield(filepath.Join(mount, below)) && below != "." {
			below = filepath.Dir(below)
		}
	}
}

// groupOf returns a process's group, as proc_pid_cgroup(5) has it: of version 2 on the line without controllers.
func (h hierarchy) groupOf(proc string) string {
	text, err := os.ReadFile(filepath.Join(proc, "cgroup"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) == 3 && slices.Contains(strings.Split(f[1], ","), h.controller) && strings.HasPrefix(f[2], "/") {
			return filepath.Clean(f[2])
		}
	}
	return ""
}

// mountOf returns where the hierarchy is mounted, and which of its groups is there: see proc_pid_mountinfo(5).
func (h hierarchy) mountOf(proc string) (at, group string) {
	text, err := os.ReadFile(filepath.Join(proc, "mountinfo"))
	if err != nil {
		return "", ""
	}
	for line := range strings.Lines(string(text)) {
		mount, fs, ok := strings.Cut(line, " - ")
		m, f := strings.Fields(mount), strings.Fields(fs)
		if !ok || len(m) < 5 || len(f) < 3 || f[0] != h.fs {
			continue
		}
		if h.controller == "" || slices.Contains(strings.Split(f[2], ","), h.controller) {
			return m[4], m[3]
		}
	}
	return "", ""
}
