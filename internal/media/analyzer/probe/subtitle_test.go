package probe

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// spoken are a few invented lines of dialogue in each language.
var spoken = map[string]string{
	"en": "I don't know what you mean.\nWe have to go now, she is waiting for us.\nThis is not the way to do it.\nCan you hear me?",
	"fr": "Je ne sais pas ce que vous voulez dire.\nNous devons partir, elle nous attend.\nCe n'est pas la bonne façon de faire.\nTu m'entends, mon frère ?",
	"de": "Ich weiß nicht, was du meinst.\nWir müssen jetzt gehen, sie wartet auf uns.\nDas ist nicht der richtige Weg.\nKannst du mich hören?",
	"es": "No sé lo que quieres decir.\nTenemos que irnos, ella nos está esperando.\nEsa no es la manera de hacerlo.\n¿Puedes oírme, por favor?",
	"pt": "Eu não sei o que você quer dizer.\nTemos que ir agora, ela está esperando por nós.\nNão é assim que se faz isso.\nVocê pode me ouvir?",
	"it": "Non so che cosa vuoi dire.\nDobbiamo andare, lei ci sta aspettando.\nQuesto non è il modo di farlo.\nMi senti, perché non rispondi?",
	"nl": "Ik weet niet wat je bedoelt.\nWe moeten nu gaan, ze wacht op ons.\nDit is niet de manier om het te doen.\nKan je me horen?",
	"sv": "Jag vet inte vad du menar.\nVi måste gå nu, hon väntar på oss.\nDet är inte rätt sätt att göra det på.\nKan du höra mig?",
	"da": "Jeg ved ikke, hvad du mener.\nVi er nødt til at gå nu, hun venter på os.\nDet er ikke sådan, man gør det.\nKan du høre mig?",
	"no": "Jeg vet ikke hva du mener.\nVi må gå nå, hun venter på oss.\nDet er ikke slik man gjør det, hør på meg.\nHva skal vi gjøre av det?",
	"fi": "En tiedä mitä sinä tarkoitat.\nMeidän täytyy mennä nyt, hän odottaa.\nTämä ei ole oikea tapa, mutta niin se on.\nKuuletko minua?",
	"pl": "Nie wiem, co masz na myśli.\nMusimy już iść, ona na nas czeka.\nTo nie jest dobry sposób, ale tak się nie da.\nCzy mnie słyszysz?",
	"cs": "Nevím, co tím myslíš.\nMusíme už jít, čeká na nás, není to daleko.\nTo není správný způsob, jak to udělat.\nProč mě neslyšíš?",
	"hu": "Nem tudom, hogy mire gondolsz.\nMost már mennünk kell, ő vár ránk.\nEz nem a jó módja, de meg kell csinálni.\nHallasz engem? Igen, jó.",
	"ro": "Nu știu ce vrei să spui.\nTrebuie să mergem acum, ea ne așteaptă.\nNu este asta calea pe care o vreau, dar nu sunt sigur.\nMă auzi?",
	"tr": "Ne demek istediğini bilmiyorum.\nŞimdi gitmeliyiz, o bizi bekliyor.\nBu doğru yol değil ama başka bir şey yok.\nBeni duyuyor musun?",
	"ru": "Я не знаю, что ты имеешь в виду.\nНам пора идти, она нас ждёт.\nЭто не так делается.\nТы меня слышишь?",
	"uk": "Я не знаю, що ти маєш на увазі.\nНам час іти, вона на нас чекає.\nЦе не так робиться.\nТи мене чуєш?",
	"bg": "Не знам какво имаш предвид.\nТрябва да тръгваме, тя ни чака.\nТова не е начинът да се направи.\nЧуваш ли ме?",
	"el": "Δεν ξέρω τι εννοείς.\nΠρέπει να φύγουμε τώρα, μας περιμένει.\nΑυτός δεν είναι ο τρόπος να το κάνεις.\nΜε ακούς;",
	"he": "אני לא יודע מה אתה רוצה.\nאנחנו צריכים ללכת, היא מחכה.\nזה לא הדרך של זה.\nאתה שומע את זה?",
	"ar": "لا أعرف ما الذي تعنيه.\nيجب أن نذهب الآن، هي تنتظر.\nهذا ليس من الصواب.\nهل تسمعني في هذا المكان؟",
	"ja": "何を言っているのかわかりません。\nもう行かなければなりません。\n彼女が待っています。\n聞こえますか？",
	"ko": "무슨 말인지 모르겠어요.\n지금 가야 해요, 그녀가 기다리고 있어요.\n그렇게 하는 게 아니에요.\n내 말 들려요?",
	"zh": "我不知道你是什么意思。\n我们现在要走了，她在等我们。\n这不是正确的做法。\n你能听到我说的话吗？",
	"th": "ฉันไม่รู้ว่าคุณหมายถึงอะไร\nเราต้องไปแล้วเธอกำลังรอเราอยู่\nนี่ไม่ใช่วิธีที่ถูกต้อง\nคุณได้ยินฉันไหม",
}

func srtOf(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "%d\r\n00:00:%02d,000 --> 00:00:%02d,500\r\n%s\r\n\r\n", i+1, i, i, line)
	}
	return b.String()
}

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
	for code, text := range spoken {
		if got := languageFound(t, code, ".srt", []byte(srtOf(text))); got != code {
			t.Errorf("SubRip in %s: %q", code, got)
		}
		if got := languageFound(t, code, ".ass", []byte(assOf(text))); got != code {
			t.Errorf("ASS in %s: %q", code, got)
		}
		if got := languageFound(t, code, ".vtt", []byte("WEBVTT\n\nSTYLE\n::cue { color: white }\n\n"+strings.ReplaceAll(srtOf(text), ",", "."))); got != code {
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
			data, err := c.e.NewEncoder().String(srtOf(spoken[code]))
			if err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			if got := languageFound(t, code, ".srt", []byte(data)); got != code {
				t.Errorf("%s in %v: %q", code, c.e, got)
			}
		}
	}
	traditional, _ := traditionalchinese.Big5.NewEncoder().String(srtOf("我不知道你是什麼意思。\n我們現在要走了，她在等我們。\n這不是正確的做法。\n你能聽到我說的話嗎？"))
	if got := languageFound(t, "Big5", ".srt", []byte(traditional)); got != "zh" {
		t.Errorf("Big5: %q", got)
	}
}

func TestNoLanguageIsMadeUp(t *testing.T) {
	for _, text := range []string{"Hm.\nOh!", "...", "1234\n5678", "Xyzzy plugh frobnicate\nquux garply waldo\nthud foo bar", "Ah\nHa ha ha"} {
		if got := languageFound(t, text, ".srt", []byte(srtOf(text))); got != "" {
			t.Errorf("%q is in %q", text, got)
		}
	}
}

func TestSubtitleFormatsAreToldByContent(t *testing.T) {
	for _, c := range []struct{ ext, data, container, codec string }{
		{".srt", srtOf("Hi"), "srt", "subrip"},
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

func TestPlaylistsSayTheirEntries(t *testing.T) {
	for _, c := range []struct {
		ext, data, container, title string
		entries                     int
	}{
		{".m3u8", "#EXTM3U\n#PLAYLIST:Mix\n#EXTINF:1,A - B\na.flac\nhttp://example.invalid/s\n", "m3u", "Mix", 2},
		{".m3u", "a.mp3\r\nb\\c.mp3\r\n\r\n", "m3u", "", 2},
		{".m3u8", "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4,\n1.ts\n", "hls", "", 1},
		{".pls", "[playlist]\nFile1=a.mp3\nTitle1=A\nFile2=b.mp3\nNumberOfEntries=2\n", "pls", "", 2},
		{".xspf", `<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>X</title><trackList><track><title>T</title></track><track/></trackList></playlist>`, "xspf", "X", 2},
		{".wpl", `<?wpl version="1.0"?><smil><head><title>W</title></head><body><seq><media src="a"/><media src="b"/></seq></body></smil>`, "wpl", "W", 2},
		{".asx", `<asx version="3.0"><title>S</title><entry><title>T</title><ref href="a"/></entry></asx>`, "asx", "S", 1},
	} {
		r, err := probeBytes([]byte(c.data), c.ext)
		m := r.Description.Media
		if err != nil || r.Kind != media.KindPlaylist || m.Container != c.container || m.Entries != c.entries || r.Description.Title != c.title {
			t.Errorf("%s: %s %q %+v, %v", c.container, r.Kind, r.Description.Title, m, err)
		}
	}
}

func TestCueSheetsSayTheirDiscAndTracks(t *testing.T) {
	sheet := "REM GENRE \"Rock\"\r\nREM DATE 1998\r\nPERFORMER \"B\xe4nd\"\r\nTITLE \"Album\"\r\nFILE \"a.flac\" WAVE\r\n  TRACK 01 AUDIO\r\n    TITLE \"One\"\r\n    INDEX 01 00:00:00\r\n" +
		"  TRACK 02 AUDIO\r\n    TITLE \"Two\"\r\n    PERFORMER \"Guest\"\r\n    INDEX 00 03:10:00\r\n    INDEX 01 03:12:75\r\n"
	r, err := probeBytes([]byte(sheet), ".cue")
	want := media.Description{
		Title: "Album", Album: "Album", Artist: "Bänd", AlbumArtist: "Bänd", Year: 1998, Date: "1998", Genres: []string{"Rock"},
		Media: &media.Media{Container: "cue", Entries: 2, Chapters: []media.Chapter{{Title: "One"}, {StartSeconds: 193, Title: "Two"}}},
	}
	if d := cmp.Diff(want, r.Description); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	two := strings.Replace(sheet, "  TRACK 02", "FILE \"b.flac\" WAVE\r\n  TRACK 02", 1)
	if r, err := probeBytes([]byte(two), ".cue"); err != nil || r.Description.Media.Entries != 2 || r.Description.Media.Chapters != nil {
		t.Errorf("of two files: %+v, %v", r.Description.Media, err)
	}
}

func BenchmarkLanguage(b *testing.B) {
	data := []byte(srtOf(strings.Repeat(spoken["de"]+"\n", 100)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := probeBytes(data, ".srt"); err != nil {
			b.Fatal(err)
		}
	}
}
