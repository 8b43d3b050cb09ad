package language

import "testing"

func TestWhatIsTakenForATagIsOne(t *testing.T) {
	t.Parallel()
	n := 0
	var code [5]byte
	for i := range 26 * 26 {
		code = [5]byte{'a' + byte(i/26), 'a' + byte(i%26), '-'}
		if s := string(code[:2]); isPlain(s) != (read(s) == s) {
			t.Errorf("%q is %q", s, read(s))
		}
		for j := range 26 * 26 {
			code[3], code[4] = 'A'+byte(j/26), 'A'+byte(j%26)
			if s := string(code[:]); isPlain(s) {
				if n++; read(s) != s {
					t.Errorf("%q is %q", s, read(s))
				}
			}
		}
	}
	if n < 20000 {
		t.Errorf("only %d tags are known", n)
	}
	for _, s := range []string{"DE", "d", "de-at", "de_AT", "", "xx", "{|", "zh-Ha"} {
		if isPlain(s) {
			t.Errorf("%q is taken for a tag", s)
		}
	}
}

func BenchmarkTag(b *testing.B) {
	for _, text := range []string{"de", "pt-BR", "ger"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Tag(text)
			}
		})
	}
}
