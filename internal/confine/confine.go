// Package confine takes rights from this process that it does not need: whatever goes wrong in it, the library is only
// ever read. It does so by Landlock (landlock(7)), which holds for file systems that are mounted later too, where those
// of a service's sandbox do not.
package confine

import (
	"errors"
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// ErrNoLandlock says that the kernel has none, or that a filter of system calls keeps it away.
var ErrNoLandlock = errors.New("there is no Landlock here")

// writes are all rights to change a file system. Reading is not handled, so that a directory may be named later.
const writes landlock.AccessFSSet = ll.AccessFSWriteFile | ll.AccessFSTruncate | ll.AccessFSRefer |
	ll.AccessFSRemoveDir | ll.AccessFSRemoveFile | ll.AccessFSMakeChar | ll.AccessFSMakeDir | ll.AccessFSMakeReg |
	ll.AccessFSMakeSock | ll.AccessFSMakeFifo | ll.AccessFSMakeBlock | ll.AccessFSMakeSym

// Writing lets this process, all its threads and its children write below some directories only, from now on and for
// good, and gives the version of Landlock's interface by which they are held. Files that are open stay so. The
// directories must be there. ErrNoLandlock: nothing is confined.
func Writing(dirs ...string) (abi int, err error) {
	if abi, err = ll.LandlockGetABIVersion(); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNoLandlock, err)
	}
	cfg, err := landlock.NewConfig(writes)
	if err != nil {
		return 0, fmt.Errorf("confine writing: %w", err)
	}
	rules := []landlock.Rule{landlock.RWFiles("/dev/null").IgnoreIfMissing(), landlock.RWDirs(dirs...).WithRefer()}
	if err := cfg.BestEffort().RestrictPaths(rules...); err != nil {
		return 0, fmt.Errorf("confine writing to %q: %w", dirs, err)
	}
	return abi, nil
}
