package local_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// TestListKeepsUpWithFind walks 10,000 files, warm, by List and by find(1) printing what List yields. An
// unchanged rescan may take twice what find takes in all, so listing alone must take clearly less. The
// best of five counts: the machine does other things too.
func TestListKeepsUpWithFind(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	find, err := exec.LookPath("find")
	if err != nil {
		t.Skip("no find(1) to compare with")
	}
	root := os.Getenv("CATALOGIZERD_TEST_TREE") // a larger tree that is there already
	if root == "" {
		root = t.TempDir()
		for d := range 100 {
			fillDir(t, filepath.Join(root, fmt.Sprint(d%10), fmt.Sprint(d)), 100)
		}
	}
	l, err := local.New(root, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	entries := 0
	byList := best(5, func() {
		entries = 0
		if err := walk(ctx, l, "", func(tree.Entry) { entries++ }); err != nil {
			t.Fatal(err)
		}
	})
	byFind := best(5, func() {
		if err := exec.Command(find, root, "-printf", `%p %s %T@ %i\n`).Run(); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%d entries: List %s (%d ns each), find %s: ratio %.2f", entries, byList, int(byList)/entries, byFind,
		float64(byList)/float64(byFind))
	if limit := 3 * byFind / 2; byList > limit && !raceDetector {
		t.Errorf("listing took %s, want at most %s, 1.5 times what find takes", byList, limit)
	}
}

func best(n int, f func()) time.Duration {
	shortest := time.Duration(1<<63 - 1)
	for range n {
		began := time.Now()
		f()
		shortest = min(shortest, time.Since(began))
	}
	return shortest
}

func walk(ctx context.Context, t tree.Tree, dir string, see func(tree.Entry)) error {
	l, err := t.List(ctx, dir)
	if err != nil {
		return err
	}
	for _, e := range l.Entries {
		see(e)
		if e.Type == tree.Dir && !e.Mount {
			if err := walk(ctx, t, tree.Join(dir, e.Name), see); err != nil {
				return err
			}
		}
	}
	return nil
}
