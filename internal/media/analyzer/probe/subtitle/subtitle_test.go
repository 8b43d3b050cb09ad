package subtitle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

func assOf(text string) string {
	var b strings.Builder
	b.WriteString("[Script Info]\r\nTitle: A Film\r\nScriptType: v4.00+\r\n\r\n[Events]\r\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r\n")
	for _, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}%s{\\i0}\r\n", strings.Replace(line, " ", `\N`, 1))
	}
	return b.String()
}

func languageFound(t *testing.T, what, ext string, data []byte) string {
	t.Helper()
	r, err := probeBytes(data, ext)
	if err != nil || r.Kind != media.KindSubtitle || len(r.Description.Media.Subtitles) != 1 {
		t.Errorf("%s: %s %+v, %v", what, r.Kind, r.Description.Media, err)
		return ""
	}
	return r.Description.Media.Subtitles[0].Language
}

func TestTheLanguageIsToldByTheText(t *testing.T) {
	for code, text := range probetest.Spoken {
		if got := languageFound(t, code, ".srt", []byte(probetest.SRTOf(text))); got != code {
			t.Errorf("SubRip in %s: %q", code, got)
		}
		if got := languageFound(t, code, ".ass", []byte(assOf(text))); got != code {
			t.Errorf("ASS in %s: %q", code, got)
		}
		if got := languageFound(t, code, ".vtt", []byte("WEBVTT\n\nSTYLE\n::cue { color: white }\n\n"+strings.ReplaceAll(probetest.SRTOf(text), ",", "."))); got != code {
			t.Errorf("WebVTT in %s: %q", code, got)
		}
	}
}

func TestTheLanguageIsToldInLegacyEncodings(t *testing.T) {
	for _, c := range []struct {
		codes string
		e     encoding.Encoding
	}{
		{"fr de es pt it nl sv da no fi en", charmap.Windows1252}, {"pl cs hu", charmap.Windows1250}, {"ru uk bg", charmap.Windows1251},
		{"el", charmap.Windows1253}, {"tr", charmap.Windows1254}, {"he", charmap.Windows1255}, {"ar", charmap.Windows1256}, {"ru", charmap.KOI8R},
		{"th", charmap.Windows874}, {"ja", japanese.ShiftJIS}, {"ko", korean.EUCKR}, {"zh", simplifiedchinese.GBK},
		{"en ru ja", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)}, {"en ru", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	} {
		for code := range strings.FieldsSeq(c.codes) {
			data, err := c.e.NewEncoder().String(probetest.SRTOf(probetest.Spoken[code]))
			if err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			if got := languageFound(t, code, ".srt", []byte(data)); got != code {
				t.Errorf("%s in %v: %q", code, c.e, got)
			}
		}
	}
	traditional, _ := traditionalchinese.Big5.NewEncoder().String(probetest.SRTOf("我不知道你是什麼意思。\n我們現在要走了，她在等我們。\n這不是正確的做法。\n你能聽到我說的話嗎？"))
	if got := languageFound(t, "Big5", ".srt", []byte(traditional)); got != "zh" {
		t.Errorf("Big5: %q", got)
	}
}

func TestNoLanguageIsMadeUp(t *testing.T) {
	for _, text := range []string{"Hm.\nOh!", "...", "1234\n5678", "Xyzzy plugh frobnicate\nquux garply waldo\nthud foo bar", "Ah\nHa ha ha"} {
		if got := languageFound(t, text, ".srt", []byte(probetest.SRTOf(text))); got != "" {
			t.Errorf("%q is in %q", text, got)
		}
	}
}

func TestSubtitleFormatsAreToldByContent(t *testing.T) {
	for _, c := range []struct{ ext, data, container, codec string }{
		{".srt", probetest.SRTOf("Hi"), "srt", "subrip"},
		{".srt", "\ufeff1\n0:00:01.5 --> 0:00:02.000\nx", "srt", "subrip"},
		{".sub", "{1}{25}Hello|there\n{30}{}x", "microdvd", "microdvd"},
		{".sub", "[INFORMATION]\n[TITLE]x\n[SUBTITLE]\n00:00:01.00,00:00:02.00\nHello", "subviewer", "subviewer"},
		{".txt", "[10][25]Hello|there", "mpl2", "mpl2"},
		{".vtt", "WEBVTT - title\n\n00:01.000 --> 00:02.000\nHi", "webvtt", "webvtt"},
		{".ass", assOf("Hi"), "ass", "ass"},
		{".ssa", "[Script Info]\nScriptType: v4.00\n[Events]\n", "ssa", "ssa"},
		{".smi", "<SAMI><BODY><SYNC Start=1><P Class=ENCC>Hi</SAMI>", "sami", "sami"},
		{".ttml", `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><p>Hi</p></body></tt>`, "ttml", "ttml"},
		{".sup", "PG\x00\x00\x00\x01\x00\x00\x00\x00\x16\x00\x13\x00", "pgs", "hdmv_pgs_subtitle"},
		{".sub", strings.Repeat("\x00", 2048), "vobsub", "dvd_subtitle"},
		{".sub", "\x00\x00\x01\xBA" + strings.Repeat("\x00", 2044), "vobsub", "dvd_subtitle"},
	} {
		r, err := probeBytes([]byte(c.data), c.ext)
		if err != nil || r.Kind != media.KindSubtitle || r.Description.Media.Container != c.container || r.Description.Media.Subtitles[0].Codec != c.codec {
			t.Errorf("%s: %s %+v, %v", c.codec, r.Kind, r.Description.Media, err)
		}
	}
	r, err := probeBytes([]byte(`<tt xml:lang="pt-BR"><body/></tt>`), ".ttml")
	if err != nil || !slices.Equal(r.Description.Languages, []string{"pt-BR"}) {
		t.Errorf("TTML's own word: %+v, %v", r.Description, err)
	}
	for _, data := range []string{"just words", "<html>", "\x00\x01\x02"} {
		if r, err := probeBytes([]byte(data), ".srt"); err == nil && r.Kind == media.KindSubtitle {
			t.Errorf("%q passes for subtitles", data)
		}
	}
}

func TestVobSubIndexListsItsStreams(t *testing.T) {
	r, err := probeBytes([]byte("# VobSub index file, v7 (do not modify this line!)\nlangidx: 0\nid: en, index: 0\ntimestamp: 0\nid: fr, index: 1\nid: --, index: 2\n"), ".idx")
	want := []media.Subtitle{{Codec: "dvd_subtitle", Language: "en"}, {Codec: "dvd_subtitle", Language: "fr"}, {Codec: "dvd_subtitle"}}
	if d := cmp.Diff(want, r.Description.Media.Subtitles); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

func BenchmarkLanguage(b *testing.B) {
	data := []byte(probetest.SRTOf(strings.Repeat(probetest.Spoken["de"]+"\n", 100)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := probeBytes(data, ".srt"); err != nil {
			b.Fatal(err)
		}
	}
}
