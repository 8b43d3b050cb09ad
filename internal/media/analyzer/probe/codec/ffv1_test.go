package codec

import (
	"encoding/hex"
	"testing"
)

// Configuration records as FFmpeg writes them. They begin with the same table of states.
const ffv1States = "56061e2ffdb846d7709730018601eee11ce6bd454db5382774d82e107d75c5aae33d602cd88683fe5b47b10fc55ef17bff8178b57dc1212221be19c6" +
	"51d9310f08b67f7ab2c9dcca599ec7ddfde33307c787ddee7487e265c4fbfcd4c01ccd25e4684ad70edf1a5235be5667fe306fbe96c56002384c2e17" +
	"c2334d3d63a079d1300a50489dbab46ddf204ce365a7a2219de799321b"

func TestFFV1SaysItsDepthInItsConfiguration(t *testing.T) {
	for what, c := range map[string]struct {
		record string
		depth  int
	}{
		"4:2:0 of 10 bits": {"ddca3f32a98d63b76e664b8c6eac777120fadc697bb162b84f4f7e73097e2dcd10829eef5b4c7a07d1d383e3d8c226dc22abbb", 10},
		"4:4:4 of 12 bits": {"ddcc8fc637c99c874a085b973489bba35d60f39e6df9f3c55c3ec563e8853a85d56a3632277db7f09633b86640833fb7699603", 12},
		"grey of 16 bits":  {"ddcef58e2e80d366dc403f9b2a93615bde3083b3333e7cea1958833213191985f9ccb8a8a80054f8e6e87ceffe31362c9e803b", 16},
		"RGB of 8 bits":    {"dc9e856ad7d2d162be8d7fdb44ca067dfb137af5f82485bee425e078772163f2437a5c5ad9bbcaf642", 8},
	} {
		b, err := hex.DecodeString(ffv1States + c.record)
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := ParseConfig("ffv1", b); !ok || f.Depth != c.depth {
			t.Errorf("%s: %d, %v", what, f.Depth, ok)
		}
		for n := range len(ffv1States)/2 - 2 {
			if f, ok := parseFFV1(b[:n]); ok {
				t.Errorf("%s cut at %d: %d", what, n, f.Depth)
			}
		}
		for i := range b { // whatever it reads, it ends, and says a depth that there is
			for _, flip := range []byte{1, 0x80, 0xFF} {
				b[i] ^= flip
				if f, ok := parseFFV1(b); ok && (f.Depth < 8 || f.Depth > 16) {
					t.Fatalf("%s with byte %d changed: %d", what, i, f.Depth)
				}
				b[i] ^= flip
			}
		}
	}
}
