package store

/*
#include <malloc.h>
#include <stdlib.h>

#ifdef __GLIBC__ // others keep one heap anyway
// glibc keeps a heap for each of up to eight threads a CPU, and a goroutine meets SQLite on any thread: what one
// connection frees stayed with that thread's heap while the next filled another. What is small each thread has at hand
// without a lock. It has to be said before there is a second thread, so before Go begins; what the environment says goes
// before it. mallopt(3)
__attribute__((constructor)) static void catalogizerd_keep_one_heap(void) {
	if (getenv("MALLOC_ARENA_MAX") || getenv("GLIBC_TUNABLES")) return;
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, 1 << 20); // bytes that are free at its end before they are given back
}

static int catalogizerd_trim(void) { return malloc_trim(0); }
#else
static int catalogizerd_trim(void) { return 0; }
#endif

// SQLite counts what it allocates, which nobody asks for, under a lock of its own: a fiftieth of a first scan. It has to
// be said before SQLite is first used. The package that SQLite is in is linked with the program, and not yet where this
// is compiled: hence weak. https://sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus
extern int sqlite3_config(int, ...) __attribute__((weak));
enum { config_memstatus = 9 }; // SQLITE_CONFIG_MEMSTATUS

__attribute__((constructor)) static void catalogizerd_count_no_memory(void) {
	if (sqlite3_config) sqlite3_config(config_memstatus, 0);
}

extern long long sqlite3_memory_used(void) __attribute__((weak));
static long long catalogizerd_counted(void) { return sqlite3_memory_used ? sqlite3_memory_used() : -1; }
*/
import "C"

// trimHeap gives back what SQLite has freed, in whole pages and wherever it lies: a large transaction leaves a third of
// its heap in holes, which glibc by itself gives back only at the end. Others that want memory of it wait meanwhile, for a
// millisecond, or a few where the machine is busy.
func trimHeap() { C.catalogizerd_trim() }

// counted is how much SQLite has counted of its memory, in bytes: none.
func counted() int64 { return int64(C.catalogizerd_counted()) }
