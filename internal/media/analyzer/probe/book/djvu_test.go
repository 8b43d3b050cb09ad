package book

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestDjVuPagesAreCountedByTheirForms(t *testing.T) {
	b := binary.BigEndian
	form := func(kind string) string { return "FORM\x00\x00\x00\x04" + kind }
	files := []string{form("DJVI"), form("DJVU"), form("DJVU"), form("THUM")}
	head := append([]byte("AT&TFORM\x00\x00\x01\x00DJVMDIRM\x00\x00\x00\x20"), 0x81, 0, byte(len(files)))
	at := len(head) + 4*len(files)
	for _, f := range files {
		head = b.AppendUint32(head, uint32(at))
		at += len(f)
	}
	r, err := probeBytes(append(head, strings.Join(files, "")...), ".djvu")
	if err != nil || r.Description.Media.Pages != 2 || r.Kind != media.KindBook {
		t.Errorf("%+v, %v", r.Description.Media, err)
	}
}
