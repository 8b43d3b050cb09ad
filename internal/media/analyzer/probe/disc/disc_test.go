package disc

import (
	"errors"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestDiscsSayTheirLabelAndKind(t *testing.T) {
	data := probetest.ISOSample(t)
	check := func(what string, data []byte, ext string) {
		r, err := probeBytes(data, ext)
		if err != nil || r.Kind != media.KindDisc || r.Description.Title != "Some_Film_Disc" || r.Description.Source != "DVD" {
			t.Errorf("%s: %s %+v, %v", what, r.Kind, r.Description, err)
		}
	}
	check("sectors of 2048 bytes", data, ".iso")
	var raw []byte
	for ; len(data) >= isoSector; data = data[isoSector:] {
		raw = append(append(raw, isoRawSync+"\x00\x02\x00\x01"...), data[:isoSector]...)
		raw = append(raw, make([]byte, isoRawSector-16-isoSector)...)
	}
	check("raw sectors", raw, ".bin")
	if _, err := probeBytes(make([]byte, 100<<10), ".img"); !errors.Is(err, window.ErrUnknown) {
		t.Errorf("zeros: %v", err)
	}
}

func TestUDFDiscsSayTheirLabelAndKind(t *testing.T) {
	for _, metadata := range []bool{false, true} {
		r, err := probeBytes(probetest.UDFOf("My Film", "BDMV", metadata), ".iso")
		if err != nil || r.Description.Title != "My Film" || r.Description.Source != "Blu-ray" || r.Description.Media.Container != "udf" {
			t.Errorf("metadata partition %v: %+v, %v", metadata, r.Description, err)
		}
	}
}

// FuzzISO fuzzes the sectors from 16 on, behind the system area that no fuzzer should lose its time in.
func FuzzISO(f *testing.F) {
	f.Add(probetest.ISOSample(f)[isoFirst*isoSector:][:24<<10])
	f.Fuzz(func(t *testing.T, data []byte) {
		image := append(make([]byte, isoFirst*isoSector), data...)
		_, err := probeBytes(image, ".iso")
		var p *format.PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v\n%s", p, p.Stack)
		}
	})
}

// FuzzUDF fuzzes the descriptors and the root directory of an otherwise whole image.
func FuzzUDF(f *testing.F) {
	const from, to = 32 * isoSector, 35 * isoSector
	image := probetest.UDFOf("My Film", "BDMV", true)
	f.Add(image[from:to], image[260*isoSector:284*isoSector])
	f.Fuzz(func(t *testing.T, descriptors, partition []byte) {
		m := probetest.UDFOf("My Film", "BDMV", true)
		copy(m[from:to], descriptors)
		copy(m[260*isoSector:], partition)
		_, err := probeBytes(m, ".iso")
		var p *format.PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v\n%s", p, p.Stack)
		}
	})
}
