package brotli

import (
	"bytes"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func never() error { return nil }

// The files were packed by the encoder that defined the format, with several qualities, windows and distance codes.
func TestWhatOthersPackedIsUnpacked(t *testing.T) {
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
		in, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(append(make([]byte, 0, 64<<10), "before"...), in, never)
		if err != nil || !bytes.HasPrefix(got, []byte("before")) || len(got) != 6+want.size || crc32.ChecksumIEEE(got[6:]) != want.sum {
			t.Errorf("%s: %d bytes, %v", name, len(got)-6, err)
		}
		if _, err := Decode(make([]byte, 0, want.size), in, never); err != nil {
			t.Errorf("%s into just as much as it needs: %v", name, err)
		}
		if want.size > 0 {
			if _, err := Decode(make([]byte, 0, want.size-1), in, never); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s into less: %v", name, err)
			}
		}
		for cut := 0; cut < len(in); cut += 1 + len(in)/100 {
			if got, err := Decode(make([]byte, 0, 64<<10), in[:cut], never); err == nil && len(got) >= want.size && want.size > 0 {
				t.Errorf("%s cut at %d is whole", name, cut)
			}
		}
	}
}

func TestTheDictionaryIsThatOfTheRFC(t *testing.T) {
	if sum := crc32.ChecksumIEEE([]byte(dictionary)); sum != 0x5136CB04 { // RFC 7932, appendix A
		t.Errorf("its sum is %08x", sum)
	}
}

func TestUnpackingEndsWithItsCallersPatience(t *testing.T) {
	in, err := os.ReadFile("testdata/numbers.br")
	if err != nil {
		t.Fatal(err)
	}
	tired := errors.New("tired")
	if _, err := Decode(make([]byte, 0, 64<<10), in, func() error { return tired }); !errors.Is(err, tired) {
		t.Errorf("got %v", err)
	}
}

// Every byte of the beginnings, where the codes stand, is changed: nothing may panic, hang, or be larger than asked for.
func TestWhatIsCorruptEndsSoon(t *testing.T) {
	files, err := filepath.Glob("testdata/*.br")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	dst := make([]byte, 0, 64<<10)
	for _, name := range files {
		in, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in = in[:min(len(in), 250)]
		for i := range in {
			for _, flip := range []byte{1, 0x10, 0xFF} {
				in[i] ^= flip
				if got, err := Decode(dst, in, never); err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTooLarge) || cap(got) != cap(dst) {
					t.Fatalf("%s with byte %d changed: %d bytes, %v", name, i, len(got), err)
				}
				in[i] ^= flip
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.br")
	for _, name := range files {
		in, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(in)
	}
	dst := make([]byte, 0, 256<<10)
	f.Fuzz(func(t *testing.T, in []byte) {
		began := time.Now()
		got, err := Decode(dst, in, func() error {
			if time.Since(began) > 5*time.Second {
				return errors.New("too slow")
			}
			return nil
		})
		if err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTooLarge) || cap(got) != cap(dst) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	})
}
