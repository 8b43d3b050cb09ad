package apptest

import (
	"context"
	_ "embed" // the library that makes calls fail
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

//go:embed testdata/faulty_disk.c
var faultySource []byte

// Calls are kinds of what a process asks of a file, as bits.
type Calls int64

// Kinds of calls.
const (
	Opens Calls = 1 << iota
	Reads
	Writes
	Syncs
	Truncates
	Maps
)

// Fault says which calls of SQLite on which files fail. The zero value of a field is good.
type Fault struct {
	Calls Calls
	Name  string        // how the path of the file ends; "": any
	Errno syscall.Errno // what the call fails with
	First int64         // the first of the calls that fails, from 1
	Count int64         // how many from there on; 0: all
	Every int64         // of these, each so many; 0: each
	Torn  Torn
}

// Torn says what becomes of the first write that fails.
type Torn int64

// What is written of it.
const (
	Nothing    Torn = iota
	Half            // and it fails
	ShortWrite      // half, and it says so: the rest fails where the fault has further calls
)

// rule is a fault as the library reads it.
type rule struct {
	active, calls, errno, first, count, every, torn, seen, failed int64
	name                                                          [56]byte
}

const rules = 4 // that the library looks at; one is used here

// FaultyDisk fails calls of processes that are started with its environment, on files of one directory. Its methods may
// be called from any goroutine while these run.
type FaultyDisk struct {
	Env  []string
	rule *rule
}

// NewFaultyDisk prepares a disk whose calls all succeed, until it is told otherwise. What the Go runtime asks for
// itself is out of its reach: it is SQLite's calls, of C, that fail.
func NewFaultyDisk(tb testing.TB, dir string) *FaultyDisk {
	tb.Helper()
	at := tb.TempDir()
	source, library := filepath.Join(at, "faulty_disk.c"), filepath.Join(at, "faulty_disk.so")
	file := filepath.Join(at, "rules")
	size := binary.Size(rule{}) * rules
	for path, b := range map[string][]byte{source: faultySource, file: make([]byte, size)} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	// There is a compiler: the program under test is made with it.
	cmd := exec.CommandContext(context.Background(), "cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("build the library that makes calls fail: %v\n%s", err, out)
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	shared, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = unix.Munmap(shared) })
	return &FaultyDisk{
		Env:  []string{"LD_PRELOAD=" + library, "FAULTY_RULES=" + file, "FAULTY_DIR=" + dir},
		rule: (*rule)(unsafe.Pointer(&shared[0])), //nolint:gosec // the beginning of a page
	}
}

// Fail has calls fail from now on. Their numbers begin at 1.
func (d *FaultyDisk) Fail(f Fault) {
	d.Heal()
	r := d.rule
	r.calls, r.errno, r.torn = int64(f.Calls), int64(f.Errno), int64(f.Torn)
	r.first, r.count, r.every = max(f.First, 1), f.Count, f.Every
	r.name = [56]byte{}
	copy(r.name[:], f.Name)
	atomic.StoreInt64(&r.seen, 0)
	atomic.StoreInt64(&r.failed, 0)
	atomic.StoreInt64(&r.active, 1)
}

// Heal has all calls succeed again.
func (d *FaultyDisk) Heal() { atomic.StoreInt64(&d.rule.active, 0) }

// Seen is how many calls the last fault was about, and how many of them have failed.
func (d *FaultyDisk) Seen() (calls, failed int64) {
	return atomic.LoadInt64(&d.rule.seen), atomic.LoadInt64(&d.rule.failed)
}
