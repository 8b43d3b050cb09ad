package store

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// inCHeap is how much of glibc's heap is in memory, in KiB.
func inCHeap(t *testing.T) (kib int) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, heap, found := strings.Cut(string(maps), "[heap]")
	_, resident, _ := strings.Cut(heap, "Rss:")
	if _, err := fmt.Sscanf(resident, "%d kB", &kib); !found || err != nil {
		t.Skip("glibc's heap is not found here")
	}
	return kib
}

// What a connection frees lies below what another holds, so that the heap does not end earlier.
func TestWhatSQLiteHasFreedIsGivenBackWhereverItLies(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("glibc's heap is not found here")
	}
	open := func(kib int) *sqlite3.SQLiteConn {
		c, err := (&sqlite3.SQLiteDriver{}).Open(":memory:")
		if err != nil {
			t.Fatal(err)
		}
		sql := fmt.Sprintf("CREATE TABLE filled (page BLOB); "+
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "+
			"INSERT INTO filled SELECT randomblob(900) FROM n", kib)
		if _, err := c.(*sqlite3.SQLiteConn).Exec(sql, nil); err != nil {
			t.Fatal(err)
		}
		return c.(*sqlite3.SQLiteConn)
	}
	below, above := open(16<<10), open(64)
	defer func() {
		if err := above.Close(); err != nil {
			t.Error(err)
		}
	}()
	before := inCHeap(t)
	if err := below.Close(); err != nil {
		t.Fatal(err)
	}
	trimHeap()
	if given := before - inCHeap(t); given < 12<<10 {
		t.Errorf("%d KiB were given back of 16 MiB that are free", given)
	}
}
