package media

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

var wide = Bounds{Text: 1 << 20, List: 1 << 20, Whole: 1 << 30}

// standard gives the members as encoding/json writes them.
func standard(t testing.TB, d *Description) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	s := bytes.TrimSpace(b.Bytes())
	return string(s[1 : len(s)-1])
}

func sameAsStandard(t testing.TB, d *Description) {
	t.Helper()
	got, whole := d.AppendMembers(nil, wide)
	if want := standard(t, d); string(got) != want || !whole {
		t.Errorf("members are\n%s\nencoding/json says\n%s", got, want)
	}
}

// Each field by itself, set to what is not its zero value: one that was forgotten, or called otherwise, shows.
func TestEveryFieldIsEncodedAsTheStandardLibraryDoes(t *testing.T) {
	var each func(of reflect.Type, with func(reflect.Value))
	each = func(of reflect.Type, with func(reflect.Value)) {
		switch of.Kind() {
		case reflect.Struct:
			with(reflect.New(of).Elem())
			for i := range of.NumField() {
				each(of.Field(i).Type, func(v reflect.Value) {
					s := reflect.New(of).Elem()
					s.Field(i).Set(v)
					with(s)
				})
			}
		case reflect.Pointer:
			each(of.Elem(), func(v reflect.Value) {
				p := reflect.New(of.Elem())
				p.Elem().Set(v)
				with(p)
			})
		case reflect.Slice:
			each(of.Elem(), func(v reflect.Value) {
				with(reflect.Append(reflect.MakeSlice(of, 0, 2), v, v))
			})
		default:
			for range 20 {
				with(some(of))
			}
		}
	}
	n := 0
	each(reflect.TypeFor[Description](), func(v reflect.Value) {
		d, _ := v.Interface().(Description)
		n++
		sameAsStandard(t, &d)
	})
	if n < 1000 {
		t.Errorf("%d descriptions were compared", n)
	}
}

// some is a value of a simple type: now and then its zero value.
func some(of reflect.Type) reflect.Value {
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Bool:
		v.SetBool(rand.IntN(4) > 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(rand.Int64() >> rand.IntN(64) * int64(1-2*rand.IntN(2)))
	case reflect.Float64:
		v.SetFloat((rand.Float64() - 0.5) * math.Pow(10, float64(rand.IntN(60)-30)))
	case reflect.String:
		v.SetString(someText())
	case reflect.Map:
		v.Set(reflect.MakeMap(of))
		for range rand.IntN(4) {
			v.SetMapIndex(reflect.ValueOf(someText()), reflect.ValueOf(someText()))
		}
	default:
		panic("a field of a kind that has no encoding: " + of.String())
	}
	return v
}

func someText() string {
	parts := []string{
		"a", "Ä", "京", "\x00", "\x1f", "\x7f", "\n\r\t\b\f", `"`,
		`\`, "<&>", "\xff", "\xe4\xba", "\u2028", "\u2029", "\ufffd", "😀",
	}
	s := ""
	for range rand.IntN(6) {
		s += parts[rand.IntN(len(parts))]
	}
	return s
}

func TestNumbersAreEncodedAsTheStandardLibraryDoes(t *testing.T) {
	for _, f := range []float64{
		1, 0.1, 1e-6, 9.99e-7, 1e-7, 1e-10, 1.5e-100, 1e20, 1e21, 1.5e22, 1e100, -1e-9,
		math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1),
	} {
		m := &Media{DurationSeconds: f, Chapters: []Chapter{{StartSeconds: f}}}
		sameAsStandard(t, &Description{Latitude: &f, Revision: f, Media: m})
	}
}

func TestWhatIsBeyondTheBoundsIsNotEncoded(t *testing.T) {
	most := Bounds{Text: 4, List: 2, Whole: 40}
	nan := math.NaN()
	for name, c := range map[string]struct {
		d     Description
		whole bool
	}{
		"nothing":             {Description{}, true},
		"as long as may be":   {Description{Title: "abcd", Artists: []string{"a", "b"}}, true},
		"a text too long":     {Description{Title: "abcde"}, false},
		"a list too long":     {Description{Artists: []string{"a", "b", "c"}}, false},
		"in a list":           {Description{Artists: []string{"abcde"}}, false},
		"numbers":             {Description{Episodes: []int{1, 2, 3}}, false},
		"a key":               {Description{IDs: map[string]string{"abcde": "a"}}, false},
		"a value":             {Description{IDs: map[string]string{"a": "abcde"}}, false},
		"a map":               {Description{IDs: map[string]string{"a": "a", "b": "b", "c": "c"}}, false},
		"in a stream":         {Description{Media: &Media{Audio: []Audio{{Codec: "abcde"}}}}, false},
		"whole":               {Description{Title: "abcd", Artist: "abcd", Album: "abcd"}, false},
		"a number that is no": {Description{Latitude: &nan}, false},
	} {
		if b, whole := c.d.AppendMembers([]byte("before"), most); whole != c.whole {
			t.Errorf("%s: %s: whole %v, want %v", name, b, whole, c.whole)
		}
	}
}

func TestMembersAreAppended(t *testing.T) {
	d := Description{Title: "A", Year: 1999}
	if b, _ := d.AppendMembers([]byte("{"), wide); string(b) != `{"title":"A","year":1999` {
		t.Errorf("%s", b)
	}
}

func BenchmarkMembers(b *testing.B) {
	sound := []Audio{{Codec: "flac", Channels: 2, SampleRate: 44100, BitDepth: 16}}
	d := Description{
		Title: "Lanterns", Artist: "The Rivers", Album: "Winter", Track: 3, Genres: []string{"Jazz"}, Year: 1994,
		Media: &Media{Container: "flac", DurationSeconds: 213.4, BitRate: 900_000, Audio: sound},
	}
	b.Run("here", func(b *testing.B) {
		b.ReportAllocs()
		var out []byte
		for b.Loop() {
			out, _ = d.AppendMembers(out[:0], wide)
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			standard(b, &d)
		}
	})
}
