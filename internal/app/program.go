package app

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// letGoOfStart gives back what of the program itself only its start needed: a third of it. It is read from memory that
// the system keeps of the file anyway, a page at a time as it is used, and would count as the process's until it ends.
func letGoOfStart() error {
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return err
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range unwritten(maps, program) {
		_, _, e := unix.Syscall(unix.SYS_MADVISE, p.from, p.to-p.from, unix.MADV_DONTNEED)
		if e != 0 {
			errs = append(errs, fmt.Errorf("give back %#x to %#x of %s: %w", p.from, p.to, filepath.Base(program), e))
		}
	}
	return errors.Join(errs...)
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// unwritten are the mappings of a program, as /proc/PID/smaps tells of them (proc_pid_smaps(5)), that can be read from
// its file again: nothing can be written there, and nothing was when they were made, as the loader writes addresses.
func unwritten(smaps []byte, program string) (out []mapping) {
	var at mapping
	of := false // at is of the program
	lines := bufio.NewScanner(bytes.NewReader(smaps))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		var from, to uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &from, &to); n == 2 && len(fields) >= 5 {
			at, of = mapping{from, to}, false
			if len(fields) >= 6 && fields[1][1] == '-' && fields[1][3] == 'p' {
				_, name, _ := strings.Cut(lines.Text(), fields[4])
				of = strings.TrimSpace(name) == program
			}
			continue
		}
		if of && len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0" {
			out = append(out, at)
		}
	}
	return out
}
