package charset

import (
	"strings"
	"testing"
)

func TestDecodeFollowsMarkThenLabel(t *testing.T) {
	for _, c := range []struct {
		in, label, want string
		ok              bool
	}{
		{"plain", "", "plain", true},
		{"\xef\xbb\xbfmark", "windows-1251", "mark", true},
		{"\xff\xfeH\x00\x3d\xd8\x00\xde", "", "H😀", true},
		{"\xfe\xff\x00H", "utf-8", "H", true},
		{"\xcf\xf0\xe8\xe2\xe5\xf2", "Windows-1251", "Привет", true},
		{"\xf0\xd2\xc9", "KOI8-R", "При", true},
		{"\x93quoted\x94", "ISO-8859-1", "“quoted”", true},
		{"\x82\xb1", "Shift_JIS", "こ", true},
		{"\xa4\xa4", "big5", "中", true},
		{"\xc4\xe3", "GB2312", "你", true},
		{"\xff\xff", "x-unknown", "\xff\xff", false},
	} {
		got, ok := Decode([]byte(c.in), c.label)
		if string(got) != c.want || ok != c.ok {
			t.Errorf("Decode(%q, %q) = %q, %v, want %q, %v", c.in, c.label, got, ok, c.want, c.ok)
		}
	}
}

func TestUnicodeIsProvenByItsBytes(t *testing.T) {
	for in, want := range map[string]bool{
		"héllo":                                true,
		strings.Repeat("text ", 60) + "\xd0":   true, // an excerpt, cut off
		"caf\xe9":                              false,
		"caf\xe9 au lait":                      false,
		"1\x00\n\x000\x000\x00:\x00":           true, // UTF-16 without a mark
		"\x001\x00\n\x000\x000\x00:":           true,
		"\xd0\xd1\xd2 legacy in the beginning": false,
	} {
		if _, ok := Unicode([]byte(in)); ok != want {
			t.Errorf("Unicode(%q) = %v, want %v", in, ok, want)
		}
	}
}

func FuzzUnicode(f *testing.F) {
	f.Add([]byte("\xff\xfeH\x00"), "utf-16")
	f.Add([]byte("\x82\xb1"), "shift_jis")
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		if out, _ := Decode(b, label); len(out) > 4*len(b)+4 {
			t.Fatalf("%d bytes became %d", len(b), len(out))
		}
	})
}
