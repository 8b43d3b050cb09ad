// A disk that fails now and then, for a process that is started with this library in LD_PRELOAD: calls of libc on files
// below FAULTY_DIR fail as the rules say that lie in the file FAULTY_RULES, which whoever started the process maps too.
// SQLite goes through libc; the Go runtime does not.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

// Kinds of calls, as bits.
enum { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, TRUNCATE = 16, MAP = 32 };

// A rule names calls, and which of them fail. The rule of faulty.go has the same fields.
struct rule {
	_Atomic int64_t active; // 0: it is not looked at
	int64_t kinds;
	int64_t error;          // errno
	int64_t first, count;   // of the calls that match, the first one that fails, and how many from there on; 0: all
	int64_t every;          // of these, each so many; 0: each
	int64_t torn;           // 1: half of what was to be written is, before it fails; 2: half is written, and said so first
	_Atomic int64_t seen;   // calls that matched
	_Atomic int64_t failed; // and failed
	char name[56];          // how the path of the file ends
};

enum { RULES = 4, FILES = 4096 };

static struct rule *rules;
static const char *dir;
static char *_Atomic paths[FILES]; // of the files below dir that libc has open, by descriptor

static int (*real_open)(const char *, int, ...);
static ssize_t (*real_pread)(int, void *, size_t, off64_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);
static void *(*real_mmap)(void *, size_t, int, int, int, off64_t);
static int (*real_close)(int);

static void find(void) {
	if (real_close != NULL)
		return;
	real_open = dlsym(RTLD_NEXT, "open64");
	if (real_open == NULL)
		real_open = dlsym(RTLD_NEXT, "open");
	real_pread = dlsym(RTLD_NEXT, "pread");
	real_pwrite = dlsym(RTLD_NEXT, "pwrite");
	real_read = dlsym(RTLD_NEXT, "read");
	real_write = dlsym(RTLD_NEXT, "write");
	real_fsync = dlsym(RTLD_NEXT, "fsync");
	real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
	real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
	real_mmap = dlsym(RTLD_NEXT, "mmap");
	real_close = dlsym(RTLD_NEXT, "close");
}

__attribute__((constructor)) static void begin(void) {
	find();
	const char *file = getenv("FAULTY_RULES");
	dir = getenv("FAULTY_DIR");
	if (file == NULL || dir == NULL)
		return;
	int fd = real_open(file, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	void *at = real_mmap(NULL, RULES * sizeof(struct rule), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	real_close(fd);
	if (at == MAP_FAILED)
		abort();
	rules = at;
}

// fault is the rule by which a call on a file fails; NULL: it does not. begins says whether it is the first one that does.
static struct rule *fault(const char *path, int64_t kind, int *begins) {
	if (rules == NULL || path == NULL)
		return NULL;
	size_t len = strlen(path);
	for (int i = 0; i < RULES; i++) {
		struct rule *r = &rules[i];
		if (!atomic_load(&r->active) || !(r->kinds & kind))
			continue;
		size_t end = strnlen(r->name, sizeof r->name);
		if (end > len || memcmp(path + len - end, r->name, end) != 0)
			continue;
		int64_t n = atomic_fetch_add(&r->seen, 1) + 1 - r->first;
		if (n < 0 || (r->count > 0 && n >= r->count) || (r->every > 1 && n % r->every != 0))
			continue;
		atomic_fetch_add(&r->failed, 1);
		*begins = n == 0;
		return r;
	}
	return NULL;
}

static char *path_of(int fd) { return fd >= 0 && fd < FILES ? atomic_load(&paths[fd]) : NULL; }

// fails reports whether a call on an open file does, and sets errno.
static int fails(int fd, int64_t kind) {
	int begins;
	struct rule *r = fault(path_of(fd), kind, &begins);
	if (r == NULL)
		return 0;
	errno = (int)r->error;
	return 1;
}

static int open_any(const char *path, int flags, mode_t mode) {
	find();
	if (dir == NULL || strncmp(path, dir, strlen(dir)) != 0)
		return real_open(path, flags, mode);
	int begins;
	struct rule *r = fault(path, OPEN, &begins);
	if (r != NULL) {
		errno = (int)r->error;
		return -1;
	}
	int fd = real_open(path, flags, mode);
	if (fd >= 0 && fd < FILES)
		free(atomic_exchange(&paths[fd], strdup(path)));
	return fd;
}

int open(const char *path, int flags, ...) {
	mode_t mode = 0;
	if (flags & (O_CREAT | O_TMPFILE)) {
		va_list args;
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int fd) {
	find();
	if (fd >= 0 && fd < FILES)
		free(atomic_exchange(&paths[fd], NULL));
	return real_close(fd);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at) {
	find();
	return fails(fd, READ) ? -1 : real_pread(fd, to, n, at);
}

ssize_t pread(int fd, void *to, size_t n, off_t at) { return pread64(fd, to, n, at); }

ssize_t read(int fd, void *to, size_t n) {
	find();
	return fails(fd, READ) ? -1 : real_read(fd, to, n);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) {
	find();
	int begins;
	struct rule *r = fault(path_of(fd), WRITE, &begins);
	if (r == NULL)
		return real_pwrite(fd, from, n, at);
	if (r->torn != 0 && begins) {
		ssize_t wrote = real_pwrite(fd, from, n / 2, at);
		if (r->torn == 2)
			return wrote;
	}
	errno = (int)r->error;
	return -1;
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at) { return pwrite64(fd, from, n, at); }

ssize_t write(int fd, const void *from, size_t n) {
	find();
	return fails(fd, WRITE) ? -1 : real_write(fd, from, n);
}

int fsync(int fd) {
	find();
	return fails(fd, SYNC) ? -1 : real_fsync(fd);
}

int fdatasync(int fd) {
	find();
	return fails(fd, SYNC) ? -1 : real_fdatasync(fd);
}

int ftruncate64(int fd, off64_t n) {
	find();
	return fails(fd, TRUNCATE) ? -1 : real_ftruncate(fd, n);
}

int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }

void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t from) {
	find();
	return fails(fd, MAP) ? MAP_FAILED : real_mmap(at, n, prot, flags, fd, from);
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t from) { return mmap64(at, n, prot, flags, fd, from); }
