package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
	"github.com/catalogizer/catalogizerd/internal/tree/treetest"
)

func TestMain(m *testing.M) { runtest.Main(m) }

func TestLocalKeepsTheContract(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture { return localFixture(t, local.Options{}) })
}

func localFixture(t *testing.T, opts local.Options) treetest.Fixture {
	dir := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := local.New(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return treetest.Fixture{
		Tree:  l,
		Files: treetest.Directory(dir),
		TakeAway: func(t *testing.T) func() {
			away := dir + ".away"
			if err := os.Rename(dir, away); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.Rename(away, dir); err != nil {
					t.Fatal(err)
				}
			}
		},
	}
}

func TestLocalKeepsTheContractWithoutOpenat2(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		f := localFixture(t, local.Options{})
		f.Tree.(*local.Tree).WithoutOpenat2()
		return f
	})
}

func TestLocalKeepsTheContractOnAnOldKernel(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		f := localFixture(t, local.Options{})
		f.Tree.(*local.Tree).OnOldKernel()
		return f
	})
}

// With faults that never come, the wrapper must be the tree itself.
func TestFaultyLocalKeepsTheContract(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		f := localFixture(t, local.Options{})
		f.Tree = faketree.NewFaulty(f.Tree, 1)
		return f
	})
}

func TestLocalThatCrossesMountsKeepsTheContract(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		return localFixture(t, local.Options{CrossMounts: true})
	})
}
