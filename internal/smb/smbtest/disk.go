package smbtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// diskShim stands between smbd and the disk. While the file named by SHIM_SHORT exists, reading a directory
// fails with EIO after as many entries as that file says; while the one named by SHIM_SLOW exists, reading a
// file of the share takes as many milliseconds as that one says.
const diskShim = `
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static ssize_t (*real_pread)(int, void *, size_t, off_t);

static int says(const char *name) { /* -1: nothing */
	char text[16];
	const char *file = getenv(name);
	if (!file || strcmp(program_invocation_short_name, "smbd")) return -1;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return -1;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0) return -1;
	text[n] = 0;
	return atoi(text);
}

static DIR *last;
static int n;

struct dirent *readdir(DIR *d) {
	static struct dirent *(*real)(DIR *);
	if (!real) real = dlsym(RTLD_NEXT, "readdir");
	if (d != last) { last = d; n = 0; }
	int most = says("SHIM_SHORT");
	if (++n > most + 2 && most >= 0) { errno = EIO; return NULL; } /* . and .. come too */
	return real(d);
}
struct dirent64 *readdir64(DIR *d) { return (struct dirent64 *)readdir(d); }

void rewinddir(DIR *d) {
	static void (*real)(DIR *);
	if (!real) real = dlsym(RTLD_NEXT, "rewinddir");
	if (d == last) n = 0;
	real(d);
}

int closedir(DIR *d) {
	static int (*real)(DIR *);
	if (!real) real = dlsym(RTLD_NEXT, "closedir");
	if (d == last) last = NULL;
	return real(d);
}

static void slow(int fd) {
	char link[64], path[4096];
	int ms = says("SHIM_SLOW");
	if (ms < 0) return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n < 0) return;
	path[n] = 0;
	if (strstr(path, "/media/")) usleep(1000 * ms);
}

ssize_t pread(int fd, void *b, size_t n, off_t at) {
	if (!real_pread) real_pread = dlsym(RTLD_NEXT, "pread");
	slow(fd);
	return real_pread(fd, b, n, at);
}
ssize_t pread64(int fd, void *b, size_t n, off_t at) { return pread(fd, b, n, at); }
`

// Disk is what lies below a server, and can be made bad.
type Disk struct {
	tb  testing.TB
	dir string
}

// StartOnBadDisk starts a server on a disk that can be made bad.
func StartOnBadDisk(tb testing.TB, env ...string) (*Server, *Disk) {
	tb.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		tb.Skip("no C compiler on this machine, to make a disk that fails")
	}
	d := &Disk{tb, publicDir(tb, "smb-shim-")}
	source, lib := filepath.Join(d.dir, "shim.c"), filepath.Join(d.dir, "shim.so")
	d.must(os.WriteFile(source, []byte(diskShim), 0o644))
	compile := exec.CommandContext(tb.Context(), cc, "-shared", "-fPIC", "-O1", "-w", "-o", lib, source, "-ldl")
	if out, err := compile.CombinedOutput(); err != nil {
		tb.Fatalf("compile the shim: %v\n%s", err, out)
	}
	return Start(tb, append(env, "LD_PRELOAD="+lib, "SHIM_SHORT="+d.file("short"), "SHIM_SLOW="+d.file("slow"))...), d
}

func (d *Disk) file(name string) string { return filepath.Join(d.dir, name) }

func (d *Disk) must(err error) {
	if err != nil {
		d.tb.Helper()
		d.tb.Fatal(err)
	}
}

// Short lets reading a directory fail after n entries.
func (d *Disk) Short(n int) { d.set("short", n) }

// Slow lets reading a file of the share take so long.
func (d *Disk) Slow(by time.Duration) { d.set("slow", int(by.Milliseconds())) }

// set writes a file at once: the shim reads it whole or not at all.
func (d *Disk) set(name string, n int) {
	d.tb.Helper()
	d.must(os.WriteFile(d.file(name+".new"), []byte(strconv.Itoa(n)), 0o644))
	d.must(os.Rename(d.file(name+".new"), d.file(name)))
}

// Mend makes the disk good again.
func (d *Disk) Mend() {
	d.tb.Helper()
	for _, name := range []string{"short", "slow"} {
		if err := os.Remove(d.file(name)); !os.IsNotExist(err) {
			d.must(err)
		}
	}
}
