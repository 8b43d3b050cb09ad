package isobmff

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// kindsOf walks the top level of data.
func kindsOf(t *testing.T, data []byte) (kinds []string, last Box, err error) {
	t.Helper()
	w := window.New(context.Background(), bytes.NewReader(data), int64(len(data)))
	defer w.Release()
	walk := Boxes(w, 0, w.Size())
	for walk.Next() {
		kinds, last = append(kinds, walk.Box.Kind), walk.Box
		if len(kinds) > len(data) {
			t.Fatal("the walk stands still")
		}
	}
	return kinds, last, walk.Err
}

func TestBoxesAreWalkedOneBehindTheOther(t *testing.T) {
	data := slices.Concat(probetest.BoxOf("ftyp", []byte("isom")), probetest.HugeBox("mdat", 20, 1, 2, 3, 4), probetest.BoxOf("uuid", []byte("sixteen bytes id"), []byte("rest")))
	kinds, last, err := kindsOf(t, data)
	if err != nil || !slices.Equal(kinds, []string{"ftyp", "mdat", "uuid"}) {
		t.Errorf("walked %q, %v", kinds, err)
	}
	if last.User != "sixteen bytes id" || last.Size != 4 || last.End() != int64(len(data)) {
		t.Errorf("the user's box is %+v", last)
	}
}

func TestBoxesWithSizesThatLieEndTheWalk(t *testing.T) {
	first := probetest.BoxOf("free", make([]byte, 8))
	for name, c := range map[string]struct {
		second    []byte
		kinds     int
		cut       bool
		malformed bool
	}{
		"no size: up to the end":          {slices.Concat(probetest.U32(0), []byte("mdat"), make([]byte, 32)), 2, false, false},
		"a terminator of zeros":           {make([]byte, 16), 1, false, false},
		"smaller than its header":         {slices.Concat(probetest.U32(7), []byte("moov"), make([]byte, 32)), 1, false, true},
		"64 bits, smaller than a header":  {probetest.HugeBox("moov", 15, make([]byte, 32)...), 1, false, true},
		"2^63 bytes":                      {probetest.HugeBox("mdat", 1<<63, make([]byte, 32)...), 2, true, false},
		"2^64-1 bytes":                    {probetest.HugeBox("mdat", math.MaxUint64, make([]byte, 32)...), 2, true, false},
		"larger than the file":            {slices.Concat(probetest.U32(math.MaxUint32), []byte("mdat"), make([]byte, 32)), 2, true, false},
		"64 bits announced, then no more": {slices.Concat(probetest.U32(1), []byte("mdat")), 1, false, true},
		"less than a header":              {[]byte("mdat"), 1, false, false},
	} {
		kinds, last, err := kindsOf(t, slices.Concat(first, c.second))
		if len(kinds) != c.kinds || errors.Is(err, window.ErrMalformed) != c.malformed || last.Cut != c.cut {
			t.Errorf("%s: %q, cut %v, %v", name, kinds, last.Cut, err)
		}
	}
}

func TestAChildNeverLeavesItsParent(t *testing.T) {
	inner := slices.Concat(probetest.U32(1000), []byte("trak"), make([]byte, 8))
	data := slices.Concat(probetest.BoxOf("moov", inner), probetest.BoxOf("mdat", make([]byte, 64)))
	w := window.New(context.Background(), bytes.NewReader(data), int64(len(data)))
	defer w.Release()
	top := Boxes(w, 0, w.Size())
	if !top.Next() {
		t.Fatal(top.Err)
	}
	walk := Children(w, top.Box, 0)
	if !walk.Next() || !walk.Box.Cut || walk.Box.End() != top.Box.End() {
		t.Errorf("the child is %+v of %+v", walk.Box, top.Box)
	}
	if walk.Next() {
		t.Errorf("behind a child that was cut comes %+v", walk.Box)
	}
	if walk := Children(w, top.Box, 1<<40); walk.Next() {
		t.Error("fields that are larger than the box left children")
	}
}

func TestManyBoxesExhaustTheBudget(t *testing.T) {
	data := bytes.Repeat(probetest.BoxOf("free"), 100_000)
	if _, _, err := kindsOf(t, data); !errors.Is(err, window.ErrBudget) {
		t.Errorf("the walk ended with %v", err)
	}
}
