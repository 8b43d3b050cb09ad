package smb

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// told is what the library makes of a time in units of 100 ns since 1601 (MS-DTYP, 2.3.3).
func told(filetime int64) int64 { return (filetime - 116444736000000000) * 100 }

func TestATimeThatCannotBeToldIsTheNearestThatCan(t *testing.T) {
	const year = 365.2425 * 24 * 3600 * 1e7
	for what, test := range map[string]struct{ filetime, want int64 }{
		"none":       {0, tree.Earliest},
		"1650":       {49 * year, tree.Earliest},
		"1970":       {116444736000000000, 0},
		"2020":       {132223104000000000, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()},
		"2300":       {700 * year, tree.Latest},
		"9999":       {8400 * year, tree.Latest},
		"an odd one": {132223104000000001, time.Date(2020, 1, 1, 0, 0, 0, 100, time.UTC).UnixNano()},
	} {
		if got := clamped(told(test.filetime)); got != test.want {
			t.Errorf("%s: %s, want %s", what, tree.Time(got), tree.Time(test.want))
		}
	}
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	at := time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, srv.Media("d/f"), []unix.Timespec{{Sec: at}, {Sec: at}}, 0); err != nil {
		t.Fatal(err)
	}
	l, err := srv.share().List(t.Context(), "d")
	if err != nil || l.Entries[0].MTime != tree.Latest {
		t.Errorf("a file of 2400: %+v, %v", l, err)
	}
}
