package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// writerDir names, in the environment of a child of these tests, the catalog that it is to write into
// until it is killed.
const writerDir = "CATALOG_TO_WRITE"

// writeUntilKilled says on stdout, once they are durable, the id and number of each item that it wrote.
func writeUntilKilled(dir string) {
	ctx := context.Background()
	st, err := Open(ctx, dir, Options{WALLimit: 1 << 20})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	go func() { _ = st.Run(ctx) }()
	go func() { _ = st.Index(ctx, FirstPass{}) }()
	var root Root
	roots, err := st.Roots(ctx)
	if err == nil && len(roots) == 0 {
		root = Root{Name: "films", Kind: "local", Location: "/films"}
		err = st.Update(ctx, func(tx *Tx) error { return tx.AddRoot(&root) })
	} else if err == nil {
		root = roots[0]
	}
	for n := 0; err == nil; n++ {
		var its []Item
		err = st.Update(ctx, func(tx *Tx) error {
			for i := range 20 {
				it, err := putIn(tx, root.ID, fmt.Sprintf("%d/%d/%d", os.Getpid(), n, i), func(it *Item) {
					it.Kind, it.Doc = media.KindMovie, doc(media.Description{Title: fmt.Sprint("Film ", n)})
				})
				if err != nil {
					return err
				}
				its = append(its, it)
			}
			if n%3 == 2 {
				return tx.Remove(&its[0])
			}
			return nil
		})
		if last := len(its) - 1; err == nil {
			fmt.Println("durable", its[last].ID, its[last].Seq)
		}
	}
	fmt.Println("error", err)
	os.Exit(1)
}

// TestAKilledWriterLeavesAWholeCatalog kills a writer again and again, at random moments: the file is
// sound, what was said to be durable is there, and the counters are those of the rows.
func TestAKilledWriterLeavesAWholeCatalog(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var durable []int64
	var head int64
	for range 8 {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), writerDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		after := time.Duration(-1)
		for lines.Scan() {
			f := strings.Fields(lines.Text())
			if len(f) != 3 || f[0] != "durable" {
				t.Fatalf("the writer said: %s", lines.Text())
			}
			id, _ := strconv.ParseInt(f[1], 10, 64)
			durable = append(durable, id)
			head, _ = strconv.ParseInt(f[2], 10, 64)
			if after < 0 { // counted from its first write
				after = time.Duration(rand.Int64N(int64(200 * time.Millisecond)))
				time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			}
		}
		_ = cmd.Wait() // killed
		head = checkWhole(t, dir, durable, head)
	}
	if len(durable) < 8 {
		t.Fatalf("only %d writes between the kills", len(durable))
	}
}

func checkWhole(t *testing.T, dir string, durable []int64, head int64) int64 {
	t.Helper()
	r := runAt(t, dir, Options{})
	defer r.stop()
	if err := r.Integrity(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.Head() < head {
		t.Fatalf("the head is %d, and %d was durable", r.Head(), head)
	}
	max := r.numbers("SELECT max(seq) FROM (SELECT seq FROM items UNION ALL SELECT seq FROM tombstones)")[0]
	if max != r.Head() {
		t.Fatalf("the head is %d, the newest change %d", r.Head(), max)
	}
	all := r.contents(nil)
	for _, id := range durable {
		if _, ok := all[id]; !ok {
			t.Fatalf("item %d was durable and is gone", id)
		}
	}
	if n := len(all); r.ItemCounts().Items != int64(n) {
		t.Fatalf("%d items counted, %d there", r.ItemCounts().Items, n)
	}
	r.indexAll() // what the search had seen of it is taken up where it was
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != int64(len(all)) {
		t.Fatalf("%d items indexed of %d", n, len(all))
	}
	return r.Head()
}
