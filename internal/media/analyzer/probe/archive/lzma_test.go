package archive

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestLZMAStreamsThatLieEnd(t *testing.T) {
	w := window.New(context.Background(), strings.NewReader(""), 0)
	defer w.Release()
	props := []byte{0x5D, 0, 0, 1, 0}
	for name, in := range map[string][]byte{"empty": nil, "zeros": make([]byte, 64), "ones": bytes.Repeat([]byte{0xFF}, 64)} {
		if out, err := decodeLZMA(w, props, in, 1<<16, 1<<16); err == nil && len(out) != 1<<16 {
			t.Errorf("%s: %d bytes without an error", name, len(out))
		}
	}
	if _, err := decodeLZMA(w, []byte{225, 0, 0, 0, 0}, nil, 10, 10); !errors.Is(err, window.ErrMalformed) {
		t.Errorf("properties: %v", err)
	}
	if _, err := decodeLZMA(w, props, nil, 1<<30, 1<<30); !errors.Is(err, window.ErrBudget) {
		t.Errorf("a gigabyte: %v", err)
	}
}

func TestLZMATakesWhatIsWantedNotWhatIsStated(t *testing.T) {
	w := window.New(t.Context(), strings.NewReader(""), 0)
	defer w.Release()
	gigabyte := []byte{0x5D, 0, 0, 0, 0x40}
	begins := append(make([]byte, 5), "\x26\xB1\x5C\x8F"...)
	allocated := probetest.Allocated(func() {
		if _, err := decodeLZMA(w, gigabyte, begins, 1<<40, 4096); !errors.Is(err, window.ErrTruncated) {
			t.Errorf("a stream that breaks off: %v", err)
		}
	})
	if allocated > 128<<10 {
		t.Errorf("14 bytes that state a dictionary of 1 GB cost %d", allocated)
	}
}

func TestChunksOfLZMA2CannotMakeTablesWithoutEnd(t *testing.T) {
	w := window.New(t.Context(), strings.NewReader(""), 0)
	defer w.Release()
	chunk := []byte{0xE0, 0, 0, 0, 5, 0x5D, 0, 0, 0, 0, 0, 0} // resets all, and gives one byte
	if _, err := decodeLZMA2(w, bytes.Repeat(chunk, 10_000), 1<<20); !errors.Is(err, window.ErrBudget) {
		t.Errorf("got %v", err)
	}
}

func Fuzz7z(f *testing.F)  { fuzzProbe(f, ".cb7", "document/*.7z", "document/*.cb7") }
func FuzzTar(f *testing.F) { fuzzProbe(f, ".tar", "document/*.cbt", "document/*.gz", "document/*.xz") }
