package tags

import (
	"testing"
)

func TestLegacyText(t *testing.T) {
	for in, want := range map[string]string{
		"Motörhead\nÄrger":       "",
		"\xC4rger im B\xFCro":    "Ärger im Büro",
		"\xC4\xD6\xDC":           "ÄÖÜ",
		"Bj\xF6rk - J\xF3ga":     "Björk - Jóga",
		"\xC9t\xE9 \xE0 No\xEBl": "Été à Noël",
		"\x93Quoted\x94 \x85":    "“Quoted” …",
		"\xCA\xE8\xED\xEE \xC3\xF0\xF3\xEF\xEF\xE0 \xEA\xF0\xEE\xE2\xE8": "Кино Группа крови",
		"\xD6d\xF6n \xC4m\xE4l":                                         "Ödön Ämäl",
		"\xDE\xFA ert j\xF6r\xF0in":                                     "Þú ert jörðin",
		"\xC1g\xE6tis Byrjun \xC9g":                                     "Ágætis Byrjun Ég",
		"\xA1Viva! \xBFQu\xE9?":                                         "¡Viva! ¿Qué?",
		"\xCA\xC8\xCD\xCE":                                              "КИНО",
		"\xEB\xC9\xCE\xCF \xE7\xD2\xD5\xD0\xD0\xC1":                     "Кино Группа",
		"\xCC\xDF\xEA\xE7\xF2 \xC8\xE5\xEF\xE4\xF9\xF1\xDC\xEA\xE7\xF2": "Μίκης Θεοδωράκης",
		"\x82\xA0\x82\xE8\x82\xAA\x82\xC6\x82\xA4\x83\x43\x83\x47":      "ありがとうイエ",
		"\xC4\xE3\xBA\xC3 \xCA\xC0\xBD\xE7\xD2\xF4\xC0\xD6":             "你好 世界音乐",
		"\xB0\xA1\xB3\xAA\xB4\xD9\xB6\xF3":                              "가나다라",
		"\xA7\x41\xA6\x6E\xAD\xB5\xBC\xD6":                              "你好音樂",
	} {
		got := LegacyDecoder(in)(in)
		if want == "" {
			want = in
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}
