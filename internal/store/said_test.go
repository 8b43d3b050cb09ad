package store

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// unsaid are what an item's document holds beside what works are made of, by the types of it.
var unsaid = map[reflect.Type][]string{
	reflect.TypeFor[media.Description](): {"OriginalDate", "Composer", "Grouping", "Narrator", "Publisher", "Plot", "Regions",
		"Revision", "Dump", "ReleaseGroup", "Forced", "HearingAid", "Lens", "Exposure", "Latitude", "Longitude", "Warnings"},
	reflect.TypeFor[media.Companion](): {"Forced", "HearingAid"},
	reflect.TypeFor[media.Media](): {"Container", "BitRate", "Chapters", "Attachments", "Width", "Orientation", "Pages",
		"Entries", "Encrypted", "Truncated", "Lyrics", "ReplayGain"},
	reflect.TypeFor[media.Video](): {"Codec", "Profile", "Width", "FrameRate", "BitDepth", "BitRate", "Title", "Default", "Forced"},
	reflect.TypeFor[media.Audio](): {"Codec", "Profile", "Channels", "SampleRate", "BitDepth", "BitRate", "Title", "Default",
		"Forced"},
	reflect.TypeFor[media.Subtitle](): {"Codec", "Title", "Default", "Forced"},
	reflect.TypeFor[media.Artwork]():  {"Offset", "Length", "MIME", "Encoding"},
}

// fillAtRandom sets about three quarters of all that a value holds.
func fillAtRandom(v reflect.Value, r *rand.Rand) {
	texts := []string{"Moth & Flame", `a "quoted" \ one`, "Ünïcode ☃", "{[:,]}", "line\nbreak", "plain", "<b>", `\`, `"`}
	switch v.Kind() { //nolint:exhaustive // those that a description has
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAtRandom(v.Elem(), r)
	case reflect.Struct:
		for i := range v.NumField() {
			if r.IntN(4) > 0 {
				fillAtRandom(v.Field(i), r)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 3))
		for i := range v.Len() {
			fillAtRandom(v.Index(i), r)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"imdb": "tt1", "odd & \"one\"": texts[r.IntN(len(texts))]}))
	case reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.IntN(4000) - 5))
	case reflect.Float64:
		v.SetFloat(float64(r.IntN(4000)) / 8)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic(v.Kind())
	}
}

// leaveUnsaid takes out of a value what is not read of it.
func leaveUnsaid(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // what holds others
	case reflect.Pointer:
		if !v.IsNil() {
			leaveUnsaid(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if slices.Contains(unsaid[v.Type()], v.Type().Field(i).Name) {
				v.Field(i).SetZero()
			}
			leaveUnsaid(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaveUnsaid(v.Index(i))
		}
	}
}

func TestWhatWorksAreMadeOfIsReadAsItWasSaid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // any will do
	for range 2000 {
		var d, want media.Description
		var got Said
		fillAtRandom(reflect.ValueOf(&d).Elem(), r)
		b, err := json.Marshal(&d)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		leaveUnsaid(reflect.ValueOf(&want))
		if got.read(b[1 : len(b)-1]); !reflect.DeepEqual(got.Description, want) {
			is, _ := json.Marshal(&got.Description)
			should, _ := json.Marshal(&want)
			t.Fatalf("of %s\nis read   %s\ninstead of %s", b, is, should)
		}
	}
}

// Wherever a document is cut, it is read to its end, and as far as it is one, as it was said.
func TestDocumentThatIsCutIsReadAsFarAsItIsOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // any will do
	var d media.Description
	fillAtRandom(reflect.ValueOf(&d).Elem(), r)
	b, err := json.Marshal(&d)
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for n := range len(b) - 1 {
		var want media.Description
		var got Said
		got.read(b[1 : n+1])
		if json.Unmarshal(slices.Concat(b[:n+1], []byte("}")), &want) != nil {
			continue
		}
		whole++
		if leaveUnsaid(reflect.ValueOf(&want)); !reflect.DeepEqual(got.Description, want) {
			t.Fatalf("of %s\nis read %+v\ninstead of %+v", b[1:n+1], got.Description, want)
		}
	}
	if whole < 20 {
		t.Errorf("%d of the pieces are documents", whole)
	}
}

// A rule that asks for what is not read would get nothing, whatever the item says.
func TestRulesAskForNothingThatIsNotRead(t *testing.T) {
	files, err := filepath.Glob("../media/works/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of rules: %v", len(files), err)
	}
	missing := map[string]bool{}
	for _, names := range unsaid {
		for _, name := range names {
			missing[name] = name != "Title" // of a stream; items have one that is read
		}
	}
	fset := token.NewFileSet()
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && missing[s.Sel.Name] {
				t.Errorf("%s: %s is not read of items: see said", fset.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
	}
}
