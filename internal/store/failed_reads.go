package store

/*
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

// As far as they are needed here, SQLite's own:
// https://sqlite.org/c3ref/io_methods.html, https://sqlite.org/c3ref/vfs.html
typedef struct file file;
typedef struct vfs vfs;
typedef struct methods {
	int version;
	int (*close)(file *);
	int (*read)(file *, void *, int, long long);
	void *others[16];
} methods;
struct file { const methods *methods; };
struct vfs {
	int version, file_size, longest_path;
	vfs *next;
	const char *name;
	void *data;
	int (*open)(vfs *, const char *, file *, int, int *);
};

// The package that SQLite is in is linked with the program, and not yet where this is compiled: hence weak.
extern vfs *sqlite3_vfs_find(const char *) __attribute__((weak));
// SQLITE_IOERR_READ, SQLITE_IOERR_CORRUPTFS
enum { ioerr_read = 10 | 1 << 8, ioerr_corruptfs = 10 | 33 << 8 };

enum { kinds = 8 };
static struct kind { methods own; const methods *real; } kind_of[kinds]; // of files: SQLite has few
static pthread_mutex_t kinds_lock = PTHREAD_MUTEX_INITIALIZER;
static int (*real_open)(vfs *, const char *, file *, int, int *);

static atomic_llong failed_reads;

static int honest_read(file *f, void *to, int n, long long at) {
	const struct kind *k = (const struct kind *)f->methods; // own is its first field
	int rc = k->real->read(f, to, n, at);
	if (rc == ioerr_corruptfs) rc = ioerr_read;
	if (rc == ioerr_read) failed_reads++;
	return rc;
}

static int honest_open(vfs *v, const char *name, file *f, int flags, int *out) {
	int rc = real_open(v, name, f, flags, out);
	if (rc != 0 || f->methods == NULL) return rc;
	pthread_mutex_lock(&kinds_lock);
	for (int i = 0; i < kinds; i++) {
		struct kind *k = &kind_of[i];
		if (k->real == NULL) {
			k->own = *f->methods;
			k->own.read = honest_read;
			k->real = f->methods;
		}
		if (k->real == f->methods) {
			f->methods = &k->own;
			break;
		}
	}
	pthread_mutex_unlock(&kinds_lock);
	return rc;
}

static long long catalogizerd_failed_reads(void) { return failed_reads; }

static void catalogizerd_honest_reads(void) {
	vfs *v = sqlite3_vfs_find ? sqlite3_vfs_find(NULL) : NULL;
	pthread_mutex_lock(&kinds_lock);
	if (v != NULL && v->open != honest_open) {
		real_open = v->open;
		v->open = honest_open;
	}
	pthread_mutex_unlock(&kinds_lock);
}
*/
import "C"

import (
	"errors"
	"time"

	"github.com/mattn/go-sqlite3"
	"go.uber.org/zap"
)

// honestReads has reads that fail told as what they are, a failure of the disk, by all files that are opened from now on.
// SQLite takes a page that the disk could not read (EIO) for one that is broken, and says the same of both: "database
// disk image is malformed". But a cable, a controller or a share comes back, and what it holds is whole; a catalog that
// is taken for damaged is put aside.
func honestReads() { C.catalogizerd_honest_reads() }

// failedReads counts the reads that the disk has failed in this process.
func failedReads() int64 { return int64(C.catalogizerd_failed_reads()) }

// unreadFor is how long a read that failed is told of: others may succeed all the while, of other pages.
const unreadFor = 15 * time.Second

// unread is a read that failed.
type unread struct {
	why error
	at  time.Time
}

// noteUnread notes a read that failed since the disk does, and gives its error with file and mend. Every other error is
// given as it is.
func (s *Store) noteUnread(err error) error {
	var se sqlite3.Error
	if !errors.As(err, &se) || !failsNow(&se) {
		return err
	}
	err = explain(s.path, err)
	s.unread.Store(&unread{err, time.Now()})
	s.log.Error("catalog not read", zap.Error(err))
	return err
}

// notRead is why something could not be read a moment ago; nil: all could.
func (s *Store) notRead() error {
	if u := s.unread.Load(); u != nil && time.Since(u.at) < unreadFor {
		return u.why
	}
	return nil
}
