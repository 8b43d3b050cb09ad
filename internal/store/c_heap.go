package store

/*
#include <malloc.h>
#include <stdlib.h>

#ifdef __GLIBC__ // others keep one heap anyway
// glibc keeps a heap for each of up to eight threads a CPU, and a goroutine meets SQLite on any thread: what one
// connection frees stayed with that thread's heap while the next filled another. Nobody waits for anybody more than
// before: SQLite counts what it allocates under a lock of its own. It has to be said before there is a second thread,
// so before Go begins; what the environment says goes before it. mallopt(3)
__attribute__((constructor)) static void catalogizerd_keep_one_heap(void) {
	if (getenv("MALLOC_ARENA_MAX") || getenv("GLIBC_TUNABLES")) return;
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, 1 << 20); // bytes that are free at its end before they are given back
}

static int catalogizerd_trim(void) { return malloc_trim(0); }
#else
static int catalogizerd_trim(void) { return 0; }
#endif
*/
import "C"

// trimHeap gives back what SQLite has freed, in whole pages and wherever it lies: a large transaction leaves a third of
// its heap in holes, which glibc by itself gives back only at the end. Others that want memory of it wait meanwhile, for a
// millisecond, or a few where the machine is busy.
func trimHeap() { C.catalogizerd_trim() }
