package matroska

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
)

func TestProResInMatroskaSaysItsProfile(t *testing.T) {
	if f, ok := codec.ParseConfig("prores", []byte("apch")); !ok || f.Profile != "HQ" {
		t.Errorf("%+v, %v", f, ok)
	}
	if f, ok := codec.ParseConfig("prores", []byte("??")); ok {
		t.Errorf("%+v of nothing known", f)
	}
}
