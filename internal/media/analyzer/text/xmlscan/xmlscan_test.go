package xmlscan

import (
	"strings"
	"testing"
	"time"
)

// leaves walks a document and returns "path=text" of every element, with attributes as "path@name=value".
func leaves(data []byte) []string {
	var out, path []string
	for s := New(data); s.Next(); {
		switch s.Kind {
		case Start:
			path = append(path, string(s.Name))
			for _, a := range s.Attrs() {
				out = append(out, strings.Join(path, "/")+"@"+string(a.Name)+"="+s.Value(a))
			}
		case End:
			path = path[:max(0, len(path)-1)]
		case Text:
			if t := strings.TrimSpace(s.Text()); t != "" {
				out = append(out, strings.Join(path, "/")+"="+t)
			}
		}
	}
	return out
}

func TestWalkGivesEveryTextAndAttribute(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nested", `<?xml version="1.0"?><a x="1"><b>t</b><c y='2'/>u</a>`, "a@x=1 a/b=t a/c@y=2 a=u"},
		{"entities", `<a>B&amp;W &#233;&#xe9; &unknown; A&B &lt;</a>`, "a=B&W éé &unknown; A&B <"},
		{"cdata", `<a><![CDATA[<b>&amp;</b>]]></a>`, "a=<b>&amp;</b>"},
		{"comment and doctype", `<!DOCTYPE a [<!ENTITY x "<y>">]><!-- <z> --><a>t</a>`, "a=t"},
		{"namespaces", `<p:a xmlns:p="u"><p:b>t</p:b></p:a>`, "a@p=u a/b=t"},
		{"text after the root", "<a>t</a>\nhttps://example.invalid/1", "a=t =https://example.invalid/1"},
		{"text before the root", "junk <a>t</a>", "=junk a=t"},
		{"bare less-than", `<a>1 < 2</a>`, "a=1 a=< 2"},
		{"unquoted attribute", `<a x=1 y>t</a>`, "a@x=1 a@y= a=t"},
		{"stray end", `</b><a>t</a></a></a><c>u</c>`, "a=t c=u"},
		{"cut off in a tag", `<a x="1`, "a@x=1"},
		{"cut off in text", `<a>t`, "a=t"},
		{"declared legacy encoding", "<?xml version='1.0' encoding='windows-1251'?><a>\xcf\xf0</a>", "a=Пр"},
		{"no declaration and not UTF-8", "<a>caf\xe9</a>", "a=café"},
		{"UTF-16", "\xff\xfe<\x00a\x00>\x00\x1f\x04<\x00/\x00a\x00>\x00", "a=П"},
	} {
		if got := strings.Join(leaves([]byte(c.in)), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestInnerGathersAllTextOfAnElementAndStandsOnItsEnd(t *testing.T) {
	s := New([]byte(`<r><a>one <i>two</i> three</a><b/><c>x</c></r>`))
	var got []string
	for s.Next() {
		if s.Kind == Start && string(s.Name) != "r" {
			name := string(s.Name)
			got = append(got, name+"="+s.Inner())
			if s.Kind != End || string(s.Name) != name && name != "b" {
				t.Errorf("after Inner of %s: kind %v name %s", name, s.Kind, s.Name)
			}
		}
	}
	if want := "a=one two three b= c=x"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHostileDocumentsEndSoon(t *testing.T) {
	for name, in := range map[string]string{
		"deep":              strings.Repeat("<a>", 1<<18),
		"wide":              strings.Repeat("<a/>", 1<<18),
		"bare":              strings.Repeat("<", 1<<19),
		"open comment":      strings.Repeat("<!--", 1<<18),
		"many attributes":   "<a" + strings.Repeat(" b=''", 1<<17),
		"many entities":     "<a>" + strings.Repeat("&", 1<<19),
		"many namespaces":   "<a" + strings.Repeat(" xmlns:b='c'", 1<<16),
		"text in fragments": "<a>" + strings.Repeat("t<![CDATA[u]]>", 1<<16),
	} {
		begin, tokens, deepest := time.Now(), 0, 0
		for s := New([]byte(in)); s.Next(); tokens++ {
			deepest = max(deepest, s.Depth)
		}
		New([]byte(in)).Inner()
		if d := time.Since(begin); d > time.Minute || tokens > 2*MaxTokens || deepest > MaxDepth {
			t.Errorf("%s: took %v, %d tokens, depth %d", name, d, tokens, deepest)
		}
	}
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="koi8-r"?><a x="1"><b>t&amp;&#x20;</b><c y='2'/><![CDATA[q]]></a>`))
	f.Add([]byte("\xff\xfe<\x00a\x00/\x00>\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := New(data)
		for s.Next() {
			for _, a := range s.Attrs() {
				s.Value(a)
			}
			if s.Kind == Text {
				_ = s.Text()
			}
			if s.Kind == Start && len(s.Name) > 0 && s.Name[0] == 'i' {
				s.Inner()
			}
		}
	})
}

func BenchmarkScanner(b *testing.B) {
	doc := []byte("<r>" + strings.Repeat(`<item id="1"><name>Some text here</name></item>`, 200) + "</r>")
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		for s := New(doc); s.Next(); {
		}
	}
}
