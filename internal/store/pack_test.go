package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// documentText is like what documents hold: words of the vocabulary, others, and what is no text.
func documentText() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		parts := rapid.SliceOfN(rapid.OneOf(
			rapid.Custom(func(t *rapid.T) []byte {
				from := rapid.IntRange(0, len(vocabulary)).Draw(t, "from")
				return []byte(vocabulary[from:rapid.IntRange(from, len(vocabulary)).Draw(t, "to")])
			}),
			rapid.SliceOfN(rapid.Byte(), 0, 40),
			rapid.SampledFrom([][]byte{[]byte(`"title":"`), []byte(`"}`), {packedFormat}, []byte("aaaaaaaaaaaa")}),
		), 0, 12).Draw(t, "parts")
		return bytes.Join(parts, nil)
	})
}

func TestWhatIsPackedIsTheSameAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documentText().Draw(t, "doc")
		beside := documentText().Draw(t, "beside")
		if rapid.Bool().Draw(t, "alike") {
			doc = append(doc, beside...)
		}
		b := pack(doc, beside)
		got, err := unpack(b, beside)
		if err != nil || !bytes.Equal(got, doc) {
			t.Fatalf("%q beside %q came back as %q, %v", doc, beside, got, err)
		}
		if len(b) > len(doc)+12 {
			t.Fatalf("%d bytes took %d", len(doc), len(b))
		}
	})
}

func TestBothDocumentsOfAnItemAreTheSameAgainWhateverIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc, probed := documentText().Draw(t, "doc"), documentText().Draw(t, "probed")
		d, p, err := unpackItem(pack(doc, nil), pack(probed, doc))
		if err != nil || !bytes.Equal(d, doc) || !bytes.Equal(p, probed) {
			t.Fatalf("%q and %q came back as %q and %q, %v", doc, probed, d, p, err)
		}
	})
}

func TestADocumentOfAnOlderCatalogIsReadAsItIs(t *testing.T) {
	const doc, probed = `"title":"Tidewater"`, `{"kind":"movie","title":"Tidewater"}`
	d, p, err := unpackItem([]byte(doc), []byte(probed))
	if err != nil || string(d) != doc || string(p) != probed {
		t.Errorf("read %q, %q, %v", d, p, err)
	}
}

func TestABrokenDocumentIsCalledSo(t *testing.T) {
	doc := []byte(strings.Repeat(`"title":"Tidewater","year":2021,`, 3))
	whole := pack(doc, nil)
	for i := 1; i < len(whole); i++ {
		if got, err := unpack(whole[:i], nil); err == nil {
			t.Errorf("of %d of %d bytes: %q", i, len(whole), got)
		} else if !errors.Is(err, ErrCorrupt) {
			t.Errorf("error: %v", err)
		}
	}
	for name, b := range map[string]string{
		"longer than any":   "\x01\xff\xff\xff\xff\x7f\x02a",
		"a place behind it": "\x01\x05\x0b\xff\xff\x7f",
		"too many bytes":    "\x01\x02\x06abc",
		"a run of nothing":  "\x01\x00\x00",
		"no number":         "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		if got, err := unpack([]byte(b), nil); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack([]byte(`"title":"Tidewater","media":{}`), nil), []byte(`"media":{}`))
	f.Fuzz(func(t *testing.T, b, beside []byte) {
		doc, err := unpack(b, beside)
		if err != nil {
			return
		}
		if again, err := unpack(pack(doc, beside), beside); err != nil || !bytes.Equal(again, doc) {
			t.Errorf("%q came back as %q, %v", doc, again, err)
		}
	})
}

// Documents that are packed refer to the vocabulary, in catalogs that are kept.
func TestTheVocabularyStaysAsItIs(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "vocabulary.txt"))
	if err != nil || string(want) != vocabulary {
		t.Errorf("%v: another vocabulary needs another format: catalogs are kept that refer to this one", err)
	}
}

var typicalDoc = []byte(`"title":"Second Signal","year":2011,"date":"2011","artist":"Lumen & Sons","artists":["Lumen & Sons"],` +
	`"album_artist":"Various Artists","album":"Slow Machines","track":2,"disc":2,"disc_total":2,"media":{"container":"mp3",` +
	`"duration_seconds":1.0448979591836736,"bit_rate":34721,"audio":[{"codec":"mp3","channels":1,"sample_rate":44100,` +
	`"bit_rate":33458}]}`)

func BenchmarkPack(b *testing.B) {
	probed := append(append([]byte(`{"kind":"track",`), typicalDoc...), '}')
	b.ReportMetric(float64(len(pack(typicalDoc, nil))), "doc-bytes")
	b.ReportMetric(float64(len(pack(probed, typicalDoc))), "probed-bytes")
	b.ReportAllocs()
	for b.Loop() {
		pack(typicalDoc, nil)
		pack(probed, typicalDoc)
	}
}

func BenchmarkUnpack(b *testing.B) {
	p := pack(typicalDoc, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := unpack(p, nil); err != nil {
			b.Fatal(err)
		}
	}
}
