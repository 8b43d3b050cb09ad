package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestPDFsThatLieEnd(t *testing.T) {
	plain, err := os.ReadFile("../testdata/document/plain.pdf")
	if err != nil {
		t.Fatal(err)
	}
	xref := bytes.LastIndex(plain, []byte("startxref"))
	replace := func(old, with string) []byte { return bytes.ReplaceAll(plain, []byte(old), []byte(with)) }
	for name, data := range map[string][]byte{
		"table that follows itself": replace("/Size", fmt.Sprintf("/Prev %d /Size", bytes.Index(plain, []byte("xref\n")))),
		"pages that are themselves": replace("/Count 3", "/Count 2 0 R"),
		"no end":                    plain[:xref],
		"half":                      plain[:len(plain)/2],
		"offset beyond":             append(bytes.Clone(plain[:xref]), "startxref\n99999999999999999999\n%%EOF"...),
		"nested":                    []byte("%PDF-1.4\n1 0 obj" + strings.Repeat("[", 100000)),
		"nested dictionaries":       []byte("%PDF-1.4\n1 0 obj" + strings.Repeat("<</A", 100000) + "/Catalog"),
		"only a header":             []byte("%PDF-1.7\n"),
		"huge object number":        replace("1 0 R", "99999999999999999 0 R"),
		"many objects":              append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("1 0 obj\n"), 100000)...),
	} {
		allocated, took, err := measureProbe(data, ".pdf")
		if took > probetest.MutationTime { // once may be the machine
			_, took, _ = measureProbe(data, ".pdf")
		}
		var p *format.PanicError
		if errors.As(err, &p) || allocated > probetest.MutationAlloc || took > probetest.MutationTime {
			t.Errorf("%s: %d bytes in %v, %v", name, allocated, took, err)
		}
	}
}

func TestPDFTextIsDecodedByItsMark(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "\xFE\xFF\x00T\x00\xEF": "Tï", "\xFF\xFET\x00": "T", "\xEF\xBB\xBFT\xC3\xAF": "Tï", "\x8D\x93\xA0": "“ﬁ€",
		"\xFE\xFF\x00\x1B\x00e\x00n\x00\x1B\x00T": "T",
	} {
		if got := pdfText([]byte(in)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// lockedAway lays out a PDF whose catalog stands in an object stream that no password opens: its security handler asks
// for a certificate.
func lockedAway() []byte {
	b := []byte("%PDF-1.5\n")
	var at [4]int
	add := func(i int, object string) {
		at[i] = len(b)
		b = append(b, fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i, object)...)
	}
	add(1, "<</Type/ObjStm/N 1/First 4/Length 16/Filter/FlateDecode>>\nstream\n"+"\xC3\x01\x97\x22\x11\x08\xFE\x10\xC3\x01\x97\x22\x11\x08\xFE\x10"+"\nendstream")
	add(2, "<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/CF<</DefaultCryptFilter<</CFM/AESV2>>>>/StmF/DefaultCryptFilter/StrF/DefaultCryptFilter>>")
	at[3] = len(b)
	table := []byte{0, 0, 0, 255}
	for i := 1; i < len(at); i++ {
		table = append(table, 1, byte(at[i]>>8), byte(at[i]), 0)
	}
	table = append(table, 2, 0, 1, 0)
	add(3, fmt.Sprintf("<</Type/XRef/Size 5/W[1 2 1]/Root 4 0 R/Encrypt 2 0 R/Length %d>>\nstream\n%s\nendstream", len(table), table))
	return append(b, fmt.Sprintf("startxref\n%d\n%%%%EOF\n", at[3])...)
}

func TestAPDFThatIsLockedIsNoBrokenOne(t *testing.T) {
	r, err := probeBytes(lockedAway(), ".pdf")
	if m := r.Description.Media; err != nil || m == nil || !m.Encrypted || m.Truncated {
		t.Errorf("%v, %+v", err, m)
	}
}

func TestAnArrayLeftOpenEndsWithItsDictionary(t *testing.T) {
	data := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/PageLabels<</Nums[0<</P(x)>>>>/Pages 2 0 R>>endobj\n" +
		"2 0 obj<</Type/Pages/Count 3/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n")
	r, err := probeBytes(data, ".pdf")
	if m := r.Description.Media; err != nil || m.Pages != 3 {
		t.Errorf("%v, %+v", err, m)
	}
}

func FuzzPDF(f *testing.F) { fuzzProbe(f, ".pdf", "document/*.pdf", "book/*.pdf") }

// manySubsections lays out a PDF whose cross-reference has a subsection for each object, as an editor leaves it that
// changes single pages.
func manySubsections(sections int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := map[int]int{}
	object := func(n int, body string) {
		at[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, body)
	}
	object(1, "<</Type/Catalog/Pages 3 0 R>>")
	object(3, "<</Type/Pages/Count 1/Kids[5 0 R]>>")
	object(5, "<</Type/Page/Parent 3 0 R>>")
	object(2*sections-1, "<</Title(Many subsections)>>")
	start := b.Len()
	b.WriteString("xref\n")
	for n := 1; n < 2*sections; n += 2 {
		if at[n] == 0 {
			fmt.Fprintf(&b, "%d 1\n%010d %05d f \n", n, 0, 1)
			continue
		}
		fmt.Fprintf(&b, "%d 1\n%010d %05d n \n", n, at[n], 0)
	}
	fmt.Fprintf(&b, "trailer\n<</Root 1 0 R/Info %d 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", 2*sections-1, 2*sections, start)
	return b.Bytes()
}

func TestPDFOfManySubsectionsIsReadByItsTables(t *testing.T) {
	for _, n := range []int{20, 125, 1500} {
		r, err := probeBytes(append(bytes.Clone(manySubsections(n)), '\n'), ".pdf")
		if err != nil || r.Description.Title != "Many subsections" || r.Description.Media.Pages != 1 {
			t.Errorf("%d subsections: %+v, %v", n, r.Description, err)
		}
	}
}

func TestALargePDFWhoseTablesAreBrokenIsSearchedAtBothEnds(t *testing.T) {
	whole := manySubsections(20)
	objects := bytes.TrimPrefix(whole[:bytes.Index(whole, []byte("xref\n"))], []byte("%PDF-1.4\n"))
	stream := append([]byte("90 0 obj\n<</Length 2000000>>\nstream\n"), make([]byte, 2_000_000)...)
	data := slices.Concat([]byte("%PDF-1.4\n"), stream, []byte("\nendstream\nendobj\n"), objects,
		[]byte("trailer\n<</Root 1 0 R/Info 39 0 R>>\nstartxref\n7\n%%EOF\n"))
	r, err := probeBytes(data, ".pdf")
	if err != nil || r.Description.Title != "Many subsections" || r.Description.Media.Pages != 1 {
		t.Errorf("%+v, %v", r.Description, err)
	}
}
