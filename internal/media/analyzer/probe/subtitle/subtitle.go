package subtitle

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// Subtitle files. The name decides little about them: ".sub" stands for three formats, and languages
// are often not named. So the text itself is asked for both.

var (
	srtCue       = regexp.MustCompile(`(?m)^\s*\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}\s*-->\s*\d{1,3}:\d{1,2}:\d{1,2}`)
	microDVDCue  = regexp.MustCompile(`(?m)^\{\d+\}\{\d*\}`)
	mpl2Cue      = regexp.MustCompile(`(?m)^\[\d+\]\[\d+\]`)
	subViewerCue = regexp.MustCompile(`(?m)^\d{2}:\d{2}:\d{2}\.\d{2},\d{2}:\d{2}:\d{2}\.\d{2}`)
)

func matchASS(head []byte, _ string) bool {
	return bytes.Contains(Start(head), []byte("[Script Info]"))
}

func matchWebVTT(head []byte, _ string) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), []byte("WEBVTT")) ||
		bytes.HasPrefix(Start(head), []byte("WEBVTT"))
}

func matchVobSubIndex(head []byte, _ string) bool {
	return bytes.Contains(head[:min(len(head), 64)], []byte("VobSub index file"))
}

func matchPGS(head []byte, ext string) bool {
	return ext == ".sup" && len(head) >= 13 && string(head[:2]) == "PG"
}

func matchTTML(head []byte, ext string) bool {
	switch ext {
	case ".ttml", ".dfxp", ".xml":
	default:
		return false
	}
	h := subtitleText(head[:min(len(head), 2048)])
	return bytes.Contains(h, []byte("<tt ")) || bytes.Contains(h, []byte("<tt>")) || bytes.Contains(h, []byte(":tt "))
}

func matchSAMI(head []byte, _ string) bool {
	start := Start(head)
	for rest := start; ; {
		_, after, found := bytes.Cut(rest, []byte("<"))
		if !found || len(after) == 0 {
			return false
		}
		switch after[0] {
		case 's', 'S', 0xC5: // of the long s, which is one in capitals
			return bytes.Contains(bytes.ToUpper(start), []byte("<SAMI"))
		}
		rest = after
	}
}

// matchVobSub knows the pictures beside a VobSub index: an MPEG program stream, or its padding.
func matchVobSub(head []byte, ext string) bool {
	return ext == ".sub" && len(head) >= 16 && (string(head[:4]) == "\x00\x00\x01\xBA" || bytes.Count(head[:16], []byte{0}) == 16)
}

func matchTextSubtitle(head []byte, ext string) bool {
	switch ext {
	case ".srt", ".sub", ".txt", ".mpl", ".mpl2", ".sbv":
	default:
		return false
	}
	return textSubtitleCodec(subtitleText(head[:min(len(head), 8<<10)])) != ""
}

// Start is the beginning of a text in UTF-8, whatever Unicode it came in.
func Start(head []byte) []byte {
	if len(head) >= 2 && (head[0] == 0xFF && head[1] == 0xFE || head[0] == 0xFE && head[1] == 0xFF) {
		return subtitleText(head[:min(len(head), 512)])
	}
	return head[:min(len(head), 256)]
}

// textSubtitleCodec names the format of a text by its first cues.
func textSubtitleCodec(text []byte) string {
	text = text[:min(len(text), 4096)]
	switch {
	case srtCue.Match(text):
		return "subrip"
	case microDVDCue.Match(text):
		return "microdvd"
	case mpl2Cue.Match(text):
		return "mpl2"
	case subViewerCue.Match(text) || bytes.Contains(text, []byte("[SUBTITLE]")):
		return "subviewer"
	}
	return ""
}

func probeTextSubtitle(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	codec := textSubtitleCodec(subtitleText(head[:min(len(head), 8<<10)]))
	r.Description.Media.Container = map[string]string{"subrip": "srt"}[codec]
	if r.Description.Media.Container == "" {
		r.Description.Media.Container = codec
	}
	describeSubtitle(r, codec, detectLanguage(w, head, spokenLines))
	return nil
}

func probeASS(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	chars := subtitleText(head)
	codec := "ass"
	for line := range bytes.Lines(chars) {
		if bytes.HasPrefix(line, []byte("[Events]")) {
			break
		}
		if key, value, ok := bytes.Cut(line, []byte(":")); ok {
			switch v := text.Decode(value); string(key) {
			case "Title":
				if v != "Default Aegisub file" && v != "<untitled>" {
					r.Description.Title = v
				}
			case "ScriptType":
				if !strings.HasSuffix(v, "+") {
					codec = "ssa"
				}
			}
		}
	}
	r.Description.Media.Container = codec
	describeSubtitle(r, codec, detectLanguage(w, head, spokenASS))
	return nil
}

func probeWebVTT(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	describeSubtitle(r, "webvtt", detectLanguage(w, head, spokenLines))
	return nil
}

func probeSAMI(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	describeSubtitle(r, "sami", detectLanguage(w, head, spokenMarkup))
	return nil
}

func probeTTML(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	spoken := ""
	for s := xmlscan.New(subtitleText(head)); s.Next(); {
		if s.Kind != xmlscan.Start {
			continue
		}
		if string(s.Name) != "tt" {
			return window.ErrUnknown // another kind of XML
		}
		spoken = language.Tag(s.Attr("lang"))
		break
	}
	if spoken == "" {
		spoken = detectLanguage(w, head, spokenMarkup)
	}
	describeSubtitle(r, "ttml", spoken)
	return nil
}

func probePGS(_ *window.Window, r *format.Result) error {
	describeSubtitle(r, "hdmv_pgs_subtitle", "")
	return nil
}

func probeVobSub(_ *window.Window, r *format.Result) error {
	describeSubtitle(r, "dvd_subtitle", "")
	return nil
}

// probeVobSubIndex reads the streams that an index lists ("id: en, index: 0").
func probeVobSubIndex(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	m := r.Description.Media
	for line := range bytes.Lines(head) {
		if err := w.Element(); err != nil {
			return err
		}
		rest, ok := bytes.CutPrefix(line, []byte("id:"))
		if !ok || len(m.Subtitles) >= 64 {
			continue
		}
		id, _, _ := bytes.Cut(rest, []byte(","))
		spoken := language.Tag(strings.TrimSpace(string(id)))
		if spoken == "--" {
			spoken = ""
		}
		m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: "dvd_subtitle", Language: spoken})
		if spoken != "" && !slices.Contains(r.Description.Languages, spoken) {
			r.Description.Languages = append(r.Description.Languages, spoken)
		}
	}
	return nil
}

func describeSubtitle(r *format.Result, codec, language string) {
	r.Kind = media.KindSubtitle
	r.Description.Media.Subtitles = []media.Subtitle{{Codec: codec, Language: language}}
	if language != "" {
		r.Description.Languages = []string{language}
	}
}
