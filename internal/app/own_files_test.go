package app_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// sweep has calls of a disk fail, alone or with all behind them, under a command that begins anew each time: of all calls
// one with EIO, and of those that write one with another errno, both at random; or by FAULTS each how many-th with each. What
// the command said, and what it left, is for check.
func sweep(t *testing.T, disk *apptest.Failing, begin func(), run func() (code int, said string),
	check func(code int, said, of string),
) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	each, _ := strconv.Atoi(os.Getenv("FAULTS")) // 0: one of each kind
	// fails has the nth call fail, and reports whether there were so many.
	fails := func(fault apptest.DiskFault) (failed bool, calls int) {
		begin()
		disk.Fail(fault)
		code, said := run()
		calls, of := disk.Seen()
		disk.Heal()
		if of == "" {
			if fault.First <= calls || code != 0 {
				t.Errorf("no call failed, the %dth of %d: %d, %s", fault.First, calls, code, said)
			}
			return false, calls
		}
		where := fmt.Sprintf("%v from call %d of %s, %d of them", fault.Errno, fault.First, of, fault.Count)
		if each == 1 {
			t.Logf("%s: %d, %s", where, code, said)
		}
		if code != 0 && !tellsWhatToDo.MatchString(said) {
			t.Errorf("%s: exit code %d, and no word of what to do: %s", where, code, said)
		}
		check(code, said, where)
		return true, calls
	}
	calls := map[apptest.Asked]int{} // of a run that nothing fails
	errnos := []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS}
	if each == 0 {
		errnos = []syscall.Errno{errnos[0], errnos[1+rnd.IntN(3)]}
	}
	for _, errno := range errnos {
		fault := apptest.DiskFault{Asked: apptest.Writing, Errno: errno, First: math.MaxInt}
		if errno == syscall.EIO {
			fault.Asked |= apptest.Reading
		}
		if each == 0 && calls[fault.Asked] == 0 {
			_, calls[fault.Asked] = fails(fault)
		}
		if each == 0 {
			fault.First, fault.Count = 1+rnd.IntN(calls[fault.Asked]), rnd.IntN(2)
			fault.Short = fault.First%2 == 0
			fails(fault) // or it is a call fewer this time
			continue
		}
		for _, fault.Count = range []int{1, 0} {
			for n, more := 1+rnd.IntN(each), true; more && !t.Failed(); n += 1 + rnd.IntN(2*each-1) {
				fault.First, fault.Short = n, n%2 == 0
				more, _ = fails(fault)
			}
		}
	}
}

// tellsWhatToDo finds the mend in what is said of a disk.
var tellsWhatToDo = regexp.MustCompile(`look after (the|its) disk|free some|make it.* writable|directory writable|make room|name another|--data-dir`)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exported is the whole of a catalog.
func exported(t *testing.T, data string) string {
	t.Helper()
	code, out, errOut := command(t, nil, data, "export")
	if code != 0 {
		t.Fatalf("export: %s", errOut)
	}
	return out
}

// A backup that its disk fails, or that of the catalog, leaves what was there, or is whole; and says which, and why.
func TestABackupIsWholeOrNoneWhateverItsDiskFailsAt(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	disk := apptest.MountFailing(t, base, base+"/disk")
	data, target := base+"/disk/data", base+"/bk/copy"
	scan(t, data)
	want := exported(t, data)
	begin := func() {
		must(t, os.RemoveAll(base+"/bk"))
		must(t, os.Mkdir(base+"/bk", 0o700))
	}
	run := func() (int, string) {
		code, _, errOut := command(t, nil, data, "backup", base+"/disk/bk/copy")
		return code, errOut
	}
	sweep(t, disk, begin, run, func(code int, said, where string) {
		_, none := os.Stat(target)
		if code == 0 && none != nil || strings.Contains(said, "catalog.db: no space") {
			t.Errorf("%s: %d, %v, %s", where, code, none, said)
		}
		if none == nil {
			must(t, os.RemoveAll(base+"/r"))
			if code, _, errOut := command(t, nil, base+"/r", "restore", target); code != 0 {
				t.Errorf("%s: what is there is not whole: %s", where, errOut)
			} else if exported(t, base+"/r") != want {
				t.Errorf("%s: another catalog is there", where)
			}
		}
	})
}

func scan(t *testing.T, data string, more ...string) {
	t.Helper()
	if code, _, errOut := command(t, nil, data, append([]string{"scan", "../../testdata/library"}, more...)...); code != 0 {
		t.Fatal(errOut)
	}
}

// A restore that its disk fails leaves the one catalog or the other, and loses neither.
func TestARestoreLosesNothingWhateverItsDiskFailsAt(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	disk := apptest.MountFailing(t, base, base+"/disk")
	scan(t, base+"/first")
	was := exported(t, base+"/first")
	if code, _, errOut := command(t, nil, base+"/first", "backup", base+"/copy"); code != 0 {
		t.Fatal(errOut)
	}
	must(t, os.Mkdir(base+"/few", 0o700))
	must(t, os.WriteFile(base+"/few/one.mkv", []byte("one"), 0o600))
	if code, _, errOut := command(t, nil, base+"/second", "scan", base+"/few"); code != 0 {
		t.Fatal(errOut)
	}
	second := exported(t, base+"/second")
	begin := func() {
		must(t, os.RemoveAll(base+"/data"))
		must(t, os.CopyFS(base+"/data", os.DirFS(base+"/second")))
		must(t, os.WriteFile(base+"/data/catalog.db.replaced", []byte("kept before"), 0o600))
	}
	run := func() (int, string) {
		code, _, errOut := command(t, nil, base+"/disk/data", "restore", base+"/disk/copy")
		return code, errOut
	}
	sweep(t, disk, begin, run, func(code int, said, where string) {
		now := exported(t, base+"/data")
		kept, err := os.ReadFile(base + "/data/catalog.db.replaced")
		switch {
		case code == 0 && now != was, now != was && now != second:
			t.Errorf("%s: exit code %d, and another catalog is there", where, code)
		case err != nil:
			t.Errorf("%s: what was kept of an earlier one is gone: %v", where, err)
		case now == second && !bytes.Equal(kept, []byte("kept before")), now == was && bytes.Equal(kept, []byte("kept before")):
			if read := readable(t, base, "/data/catalog.db.replaced"); read != second {
				t.Errorf("%s: exit code %d, what is kept is not what was there: %s", where, code, said)
			}
		}
	})
}

// readable is what a catalog holds that lies under another name; "" where it is none.
func readable(t *testing.T, base, name string) string {
	t.Helper()
	must(t, os.RemoveAll(base+"/read"))
	if code, _, _ := command(t, nil, base+"/read", "restore", base+name); code != 0 {
		return ""
	}
	return exported(t, base+"/read")
}

// No passing fault of a disk has a catalog be brought up to date without a copy of it.
func TestNothingIsBroughtUpToDateWithoutACopyWhateverTheDiskFailsAt(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	disk := apptest.MountFailing(t, base, base+"/disk")
	must(t, os.Mkdir(base+"/few", 0o700))
	must(t, os.Mkdir(base+"/old", 0o700))
	olderCatalog(t, base+"/old")
	old, err := os.ReadFile(base + "/old/catalog.db")
	must(t, err)
	begin := func() {
		must(t, os.RemoveAll(base+"/data"))
		must(t, os.CopyFS(base+"/data", os.DirFS(base+"/old")))
	}
	run := func() (int, string) {
		code, _, errOut := command(t, nil, base+"/disk/data", "scan", base+"/few")
		return code, errOut
	}
	sweep(t, disk, begin, run, func(code int, said, where string) {
		now, err := os.ReadFile(base + "/data/catalog.db")
		copies, _ := filepath.Glob(base + "/data/catalog.db.schema-4")
		if err != nil || !bytes.Equal(now, old) && len(copies) == 0 || len(aside(t, base+"/data")) > 0 {
			left, _ := filepath.Glob(base + "/data/*")
			t.Errorf("%s: exit code %d, no copy was made: %v %v\n%s", where, code, err, left, said)
		}
	})
}

// Of a damaged catalog whose backup cannot be read or copied now, no new one takes the place.
func TestNoWholeBackupIsPassedOverWhateverItsDiskFailsAt(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	disk := apptest.MountFailing(t, base, base+"/disk")
	scan(t, base+"/damaged")
	was := exported(t, base+"/damaged")
	must(t, os.Mkdir(base+"/damaged/backups", 0o700))
	code, _, errOut := command(t, nil, base+"/damaged", "backup", base+"/damaged/backups/catalog-20260101T000000Z.db")
	if code != 0 {
		t.Fatal(errOut)
	}
	must(t, os.Truncate(base+"/damaged/catalog.db", 4096))
	begin := func() {
		must(t, os.RemoveAll(base+"/data"))
		must(t, os.CopyFS(base+"/data", os.DirFS(base+"/damaged")))
	}
	run := func() (int, string) {
		code, _, errOut := command(t, nil, base+"/disk/data", "scan", "../../testdata/library")
		return code, errOut
	}
	check := func(code int, said, where string) {
		scan(t, base+"/data")
		if now := exported(t, base+"/data"); now != was {
			t.Errorf("%s: exit code %d, the backup did not take its place\n%s", where, code, said)
		}
	}
	sweep(t, disk, begin, run, check)
	for _, last := range []string{".replacement-", ".damaged-", "catalog.db"} { // the steps that a next start goes on with
		begin()
		disk.Fail(apptest.DiskFault{
			Asked: apptest.ToRename, Errno: syscall.EDQUOT, Count: 1,
			About: func(path string) bool { return strings.Contains(path, last) },
		})
		code, said := run()
		disk.Heal()
		check(code, said, "a rename of "+last)
	}
}

// A check of the whole file goes on behind a page that the disk does not give, and calls lost what that one leads to.
func TestACheckOfWhichOneReadFailsFindsNoDamage(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	disk := apptest.MountFailing(t, base, base+"/disk")
	scan(t, base+"/data")
	failed, each := 0, 3
	if os.Getenv("FAULTS") != "" {
		each = 1
	}
	for n := 1; ; n += each {
		disk.Fail(apptest.DiskFault{Asked: apptest.ToRead, Errno: syscall.EIO, First: n, Count: 1})
		code, _, errOut := command(t, nil, base+"/disk/data", "backup", base+"/copy")
		_, of := disk.Seen()
		disk.Heal()
		if of == "" {
			break
		}
		failed++
		if code == 0 || strings.Contains(errOut, "corrupt") || !tellsWhatToDo.MatchString(errOut) {
			t.Fatalf("read %d, of %s: %d, %s", n, of, code, errOut)
		}
	}
	if failed < 20/each {
		t.Errorf("only %d reads were seen to fail", failed)
	}
}
