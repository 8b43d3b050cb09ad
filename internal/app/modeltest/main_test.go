// Package modeltest proves that the catalog is never wrong: it does everything to files that people and
// programs do, kills and stops the daemon in the middle, and compares.
//
// A world holds the disk as it should be, file by file, and with it which item each file has to be: where
// the rules of identity determine an id, the catalog must have it. After each round of operations catalog,
// live replica and disk must be equal.
package modeltest

import (
	"flag"
	"os"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

var (
	seedFlag = flag.Uint64("seed", 0, "seed of the random operations; 0: a fixed one in tests, a new one each time in soaks")
	verbose  = flag.Bool("operations", false, "log every operation as it is done")
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }
