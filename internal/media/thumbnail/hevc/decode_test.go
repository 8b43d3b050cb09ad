package hevc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// picture reads a picture of testdata: NAL units behind start codes there, behind their lengths here.
func picture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".hevc"))
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, nal := range bytes.Split(b, []byte{0, 0, 1})[1:] {
		nal = bytes.TrimRight(nal, "\x00")
		out = binary.BigEndian.AppendUint32(out, uint32(len(nal)))
		out = append(out, nal...)
	}
	return out
}

// record is a configuration record without parameter sets, which the pictures of testdata bring along.
func record() []byte {
	b := make([]byte, 23)
	b[0], b[21] = 1, 3
	return b
}

func decode(data []byte) (*Picture, error) {
	d, err := NewDecoder(record())
	if err != nil {
		return nil, err
	}
	return d.Decode(context.Background(), data)
}

// samples are a picture's, as testdata/make.sh has them hashed.
func samples(p *Picture) []byte {
	var out []byte
	for _, plane := range []Plane{p.Y, p.Cb, p.Cr} {
		for y := range plane.Height {
			for _, v := range plane.Pix[y*plane.Stride:][:plane.Width] {
				if out = append(out, byte(v)); plane.Depth > 8 {
					out = append(out, byte(v>>8))
				}
			}
		}
	}
	return out
}

func names(t testing.TB) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "samples.sha256"))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(b)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	return sums
}

func TestEverySampleIsWhatAnotherDecoderSays(t *testing.T) {
	for name, want := range names(t) {
		t.Run(name, func(t *testing.T) {
			p, err := decode(picture(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if p.Y.Width != 200 || p.Y.Height != 120 {
				t.Errorf("%v, want 200 by 120", p)
			}
			if sum := sha256.Sum256(samples(p)); hex.EncodeToString(sum[:]) != want {
				t.Errorf("%v: its samples are others", p)
			}
		})
	}
}

func TestADecoderTakesOnePictureAfterAnother(t *testing.T) {
	d, err := NewDecoder(record())
	if err != nil {
		t.Fatal(err)
	}
	sums := names(t)
	for _, name := range []string{"coarse", "plain", "slices", "grey", "plain"} {
		p, err := d.Decode(t.Context(), picture(t, name))
		if err != nil {
			t.Fatal(name, err)
		}
		if sum := sha256.Sum256(samples(p)); hex.EncodeToString(sum[:]) != sums[name] {
			t.Errorf("%s: its samples are others", name)
		}
	}
}

func TestTheConfigurationRecordBringsParameterSets(t *testing.T) {
	data := picture(t, "plain")
	b := record()
	var rest []byte
	for len(data) > 0 {
		n := int(binary.BigEndian.Uint32(data))
		nal := data[4 : 4+n]
		if kind := nal[0] >> 1; kind >= nalVPS && kind <= nalPPS {
			b[22]++
			b = append(b, kind, 0, 1, byte(n>>8), byte(n))
			b = append(b, nal...)
		} else {
			rest = append(rest, data[:4+n]...)
		}
		data = data[4+n:]
	}
	d, err := NewDecoder(b)
	if err != nil {
		t.Fatal(err)
	}
	if w, h := d.Size(); w != 200 || h != 120 {
		t.Errorf("%d by %d", w, h)
	}
	p, err := d.Decode(t.Context(), rest)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(samples(p)); hex.EncodeToString(sum[:]) != names(t)["plain"] {
		t.Error("its samples are others")
	}
	for n := range len(b) - 1 {
		if _, err := NewDecoder(b[:n]); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
			t.Fatalf("of %d bytes: %v", n, err)
		}
	}
}

func TestDecodingEndsWithItsContext(t *testing.T) {
	d, err := NewDecoder(record())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Decode(ctx, picture(t, "plain")); !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

func TestWhatIsCutIsDamaged(t *testing.T) {
	data := picture(t, "slices")
	for n := 0; n < len(data)-1; n += 7 {
		if _, err := decode(data[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("of %d bytes of %d: %v", n, len(data), err)
		}
	}
}

// Coding tree blocks are decoded tile by tile, in each row by row (6.5.1).
func TestBlocksAreDecodedTileByTile(t *testing.T) {
	if _, err := newLayout(&sps{ctbW: 4, ctbH: 3}, &pps{columns: []int{4, 0}, rows: []int{1, 0}}); err == nil {
		t.Error("a column of no width was taken")
	}
	l, err := newLayout(&sps{ctbW: 4, ctbH: 3}, &pps{columns: []int{3, 0}, rows: []int{1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	want := []int{0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 7, 11}
	for i, at := range want {
		if l.order[i] != at || l.place[at] != i {
			t.Errorf("%d. is %d, want %d", i, l.order[i], at)
		}
	}
	if l.tile[2] != 0 || l.tile[3] != 1 || l.tile[9] != 2 || l.tile[11] != 3 ||
		!l.first[7] || l.first[11] || l.startX[11] != 3 {
		t.Errorf("%+v", l)
	}
}

func FuzzDecode(f *testing.F) {
	for name := range names(f) {
		f.Add(picture(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode(data)
		switch {
		case err == nil && (p.Y.Width < 1 || p.Y.Height < 1 || len(p.Y.Pix) < (p.Y.Height-1)*p.Y.Stride+p.Y.Width):
			t.Errorf("%v of %d samples", p, len(p.Y.Pix))
		case err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported):
			t.Error(err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"plain", "small-blocks", "ten-bits"} {
		b.Run(name, func(b *testing.B) {
			data := picture(b, name)
			b.SetBytes(200 * 120)
			for b.Loop() {
				if _, err := decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
