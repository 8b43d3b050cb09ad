package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

const brotliSamples = "testdata/brotli"

func brotliFiles(t testing.TB) []string {
	files, err := filepath.Glob(filepath.Join(brotliSamples, "*.br"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return files
}

func unpackBytes(t testing.TB, in []byte) ([]byte, error) {
	w := window.New(t.Context(), strings.NewReader(""), 0)
	defer w.Release()
	out, err := unpackBrotli(w, in)
	return slices.Clone(out), err
}

// The files were packed by the encoder that defined the format, with several qualities, windows and distance codes.
func TestWhatOthersPackedByBrotliIsUnpacked(t *testing.T) {
	for name, want := range map[string]struct {
		size int
		sum  uint32
	}{
		"words.br":   {3159, 0xc967d15f},
		"xmp.br":     {3023, 0xedd8f3},
		"exif.br":    {444, 0x53452c46},
		"numbers.br": {20502, 0xa716a1ce},
		"quick.br":   {3000, 0xc9ddc409},
		"noise.br":   {700, 0x8ec5d7e1},
		"mixed.br":   {14559, 0xdbd5cc0},
		"empty.br":   {0, 0x0},
	} {
		in, err := os.ReadFile(filepath.Join(brotliSamples, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpackBytes(t, in)
		if err != nil || len(got) != want.size || crc32.ChecksumIEEE(got) != want.sum {
			t.Errorf("%s: %d bytes, %v, want %d", name, len(got), err, want.size)
		}
		for cut := 0; cut < len(in); cut += 1 + len(in)/100 {
			if got, err := unpackBytes(t, in[:cut]); err == nil {
				t.Errorf("%s cut at %d gives %d bytes", name, cut, len(got))
			}
		}
	}
}

// stored is a stream that states a window of 2^exponent bytes and one part of size bytes that are not compressed, of
// which data are there.
func stored(exponent, size uint32, data []byte) []byte {
	header := 1 | (exponent-17)<<1
	if size > 1<<20 {
		header |= 2<<5 | (size-1)<<7 | 1<<31 // six nibbles
		return append(binary.LittleEndian.AppendUint32(nil, header), data...)
	}
	header |= 1<<5 | (size-1)<<7 | 1<<27 // five
	return append(binary.LittleEndian.AppendUint32(nil, header), data...)
}

func TestBrotliTakesWhatIsWantedNotWhatIsStated(t *testing.T) {
	hostile := stored(24, 1<<24, make([]byte, 1000))
	packed := probetest.BoxOf("brob", []byte("xml "), hostile)
	file := slices.Concat([]byte(jxlSignature), packed)
	if allocated, _, _ := family.Measure(file, ".jxl"); allocated > 1<<20 {
		t.Errorf("%d bytes that state 16 MB cost %d", len(hostile), allocated)
	}
}

func TestBrotliUnpacksNoMoreThanAPacketMayHave(t *testing.T) {
	last := []byte{3} // an empty part that is the last
	most := bytes.Repeat([]byte("x"), xmpMax)
	if got, err := unpackBytes(t, append(stored(24, xmpMax, most), last...)); err != nil || !bytes.Equal(got, most) {
		t.Errorf("as much as there may be: %d bytes, %v", len(got), err)
	}
	more := append(most, 'x')
	if got, err := unpackBytes(t, append(stored(24, xmpMax+1, more), last...)); !errors.Is(err, window.ErrMalformed) {
		t.Errorf("more than there may be: %d bytes, %v", len(got), err)
	}
}

// Every byte of the beginnings, where the codes stand, is changed: nothing may panic, hang, or be larger than asked
// for.
func TestBrotliThatIsCorruptEndsSoon(t *testing.T) {
	for _, name := range brotliFiles(t) {
		in, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in = in[:min(len(in), 250)]
		for i := range in {
			for _, flip := range []byte{1, 0x10, 0xFF} {
				in[i] ^= flip
				checkUnpacked(t, in)
				in[i] ^= flip
			}
		}
	}
}

func checkUnpacked(t *testing.T, in []byte) {
	t.Helper()
	got, err := unpackBytes(t, in)
	if err != nil && window.Forgive(err) != nil || len(got) > xmpMax {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
}

func FuzzBrotli(f *testing.F) {
	for _, name := range brotliFiles(f) {
		in, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(in)
	}
	f.Add(stored(24, 1<<24, make([]byte, 1000)))
	f.Fuzz(checkUnpacked)
}
