package probe

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// held is a source that has its first bytes in memory, as the analyzer's has.
type held struct {
	*bytes.Reader
	head []byte
}

func (h held) Held() []byte { return h.head }

// TestWhatASourceHoldsStaysAsItIs: a prober looks at the first bytes where the source has them, and what it makes of them
// it makes elsewhere: the next that reads them would be given them changed.
func TestWhatASourceHoldsStaysAsItIs(t *testing.T) {
	tried := 0
	for _, root := range []string{"testdata", "../../../../testdata/library", probetest.Beside} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			tried++
			head := bytes.Clone(data[:min(len(data), 64<<10)])
			before := bytes.Clone(head)
			_, of := Probe(t.Context(), held{bytes.NewReader(data), head}, int64(len(data)), filepath.Ext(name))
			_, plain := Probe(t.Context(), bytes.NewReader(data), int64(len(data)), filepath.Ext(name))
			if !bytes.Equal(head, before) {
				t.Errorf("%s: its first bytes are others after it was probed", name)
			}
			if (of == nil) != (plain == nil) {
				t.Errorf("%s: %v where the source holds its head, else %v", name, of, plain)
			}
			return nil
		})
		if err != nil && root != probetest.Beside { // which users do not have
			t.Error(err)
		}
	}
	if tried < 100 {
		t.Errorf("only %d files were tried", tried)
	}
}
