package playlist

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/subtitle"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// Playlists: M3U and M3U8, PLS, XSPF, WPL and ASX, and cue sheets.

const playlistMax = 1 << 20

// playlistText returns the whole text of a playlist, as UTF-8. Of one that is too long there is no
// number of entries to be told.
func playlistText(w *window.Window) ([]byte, error) {
	if w.Size() > playlistMax {
		return nil, fmt.Errorf("%w: playlist of %d bytes", window.ErrMalformed, w.Size())
	}
	b, err := w.Part(0, w.Size())
	if err != nil {
		return nil, err
	}
	if u, ok := charset.Unicode(b); ok {
		return u, nil
	}
	u, _ := charset.Decode(b, "windows-1252")
	return u, nil
}

// lines visits the lines of a playlist, of which no more is held than a window; they are valid until
// the next. In UTF-16, which hardly anybody writes, it is taken as a whole.
func lines(w *window.Window, visit func(line []byte)) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	if w.Size() > playlistMax {
		return fmt.Errorf("%w: playlist of %d bytes", window.ErrMalformed, w.Size())
	}
	if bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
		text, err := playlistText(w)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(text) {
			if err := w.Element(); err != nil {
				return err
			}
			visit(line)
		}
		return nil
	}
	at := int64(0)
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		at = 3
	}
	for at < w.Size() {
		b, err := w.Bytes(at, int(min(window.Size, w.Size()-at)))
		if err != nil {
			return err
		}
		n := bytes.LastIndexByte(b, '\n') + 1
		if n == 0 || at+int64(len(b)) == w.Size() { // the last line, or one that nobody writes
			n = len(b)
		}
		for line := range bytes.Lines(b[:n]) {
			if err := w.Element(); err != nil {
				return err
			}
			visit(line)
		}
		at += int64(n)
	}
	return nil
}

func matchM3U(head []byte, ext string) bool {
	head = bytes.TrimPrefix(subtitle.Start(head), []byte("\xEF\xBB\xBF"))
	if bytes.HasPrefix(head, []byte("#EXTM3U")) {
		return true
	}
	return (ext == ".m3u" || ext == ".m3u8") && bytes.IndexByte(head[:min(len(head), 512)], 0) < 0
}

func probeM3U(w *window.Window, r *format.Result) error {
	m := r.Description.Media
	return lines(w, func(line []byte) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
		case line[0] != '#':
			m.Entries++
		case bytes.HasPrefix(line, []byte("#PLAYLIST:")):
			r.Description.Title = text.Decode(line[len("#PLAYLIST:"):])
		case bytes.HasPrefix(line, []byte("#EXT-X-")):
			m.Container = "hls"
		}
	})
}

func matchPLS(head []byte, _ string) bool {
	return bytes.HasPrefix(bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 64)], "\xEF\xBB\xBF \r\n")), []byte("[playlist]"))
}

func probePLS(w *window.Window, r *format.Result) error {
	return lines(w, func(line []byte) {
		key, value, ok := bytes.Cut(line, []byte("="))
		key = bytes.TrimSpace(key)
		switch {
		case !ok:
		case bytes.EqualFold(key, []byte("x-gnome-title")):
			r.Description.Title = text.Decode(value)
		case len(key) >= 4 && bytes.EqualFold(key[:4], []byte("file")) && len(bytes.Trim(key[4:], "0123456789")) == 0:
			r.Description.Media.Entries++
		}
	})
}

func matchXMLPlaylist(head []byte, _ string) bool {
	h := bytes.ToLower(head[:min(len(head), 1024)])
	return bytes.Contains(h, []byte("xspf.org/ns")) || bytes.Contains(h, []byte("<?wpl")) || bytes.Contains(h, []byte("<?zpl")) ||
		bytes.HasPrefix(bytes.TrimSpace(h), []byte("<asx"))
}

// probeXMLPlaylist reads XSPF, WPL, ZPL and ASX, which name an entry track, media and entry.
func probeXMLPlaylist(w *window.Window, r *format.Result) error {
	chars, err := playlistText(w)
	if err != nil {
		return err
	}
	m := r.Description.Media
	inEntry := 0
	for s := xmlscan.New(chars); s.Next(); {
		name := strings.ToLower(string(s.Name))
		isEntry := name == "track" || name == "media" || name == "entry"
		switch {
		case s.Kind == xmlscan.End && isEntry:
			inEntry--
		case s.Kind != xmlscan.Start:
		case s.Depth == 1:
			m.Container = map[string]string{"playlist": "xspf", "smil": "wpl", "asx": "asx"}[name]
		case isEntry:
			m.Entries++
			inEntry++
		case name == "title" && inEntry == 0:
			r.Description.Title = text.Clean(s.Inner())
		case name == "creator" && inEntry == 0:
			r.Description.Artist = text.Clean(s.Inner())
		}
	}
	if m.Container == "" {
		return fmt.Errorf("%w: no playlist", window.ErrMalformed)
	}
	return nil
}

func matchCUE(head []byte, ext string) bool {
	if ext != ".cue" {
		return false
	}
	return bytes.Contains(head, []byte("TRACK ")) || bytes.Contains(head, []byte("T\x00R\x00A\x00C\x00K\x00"))
}

// cueSheet is the state of reading one (CDRWIN's format): commands before the first TRACK are the disc's.
type cueSheet struct {
	d        *media.Description
	files    int
	tracks   int
	chapters []media.Chapter
	title    string // of the track
}

func probeCUE(w *window.Window, r *format.Result) error {
	text, err := playlistText(w)
	if err != nil {
		return err
	}
	c := cueSheet{d: &r.Description}
	for line := range bytes.Lines(text) {
		if err := w.Element(); err != nil {
			return err
		}
		c.line(strings.TrimSpace(string(line)))
	}
	m := r.Description.Media
	m.Entries = c.tracks
	if c.files == 1 && len(c.chapters) == c.tracks {
		m.Chapters = c.chapters
	}
	if r.Description.Title == "" {
		r.Description.Title = r.Description.Album
	}
	return nil
}

func (c *cueSheet) line(line string) {
	command, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if strings.EqualFold(command, "REM") {
		command, rest, _ = strings.Cut(rest, " ")
		command = "REM " + command
	}
	value := text.Clean(strings.Trim(rest, ` "`))
	switch command = strings.ToUpper(command); command {
	case "FILE":
		c.files++
	case "TRACK":
		c.tracks++
		c.title = ""
	case "REM DISCNUMBER":
		c.d.Disc, _ = strconv.Atoi(value)
	case "INDEX":
		c.index(value)
	case "TITLE":
		c.title = value
		fallthrough
	default:
		if c.tracks == 0 {
			c.disc(command, value)
		}
	}
}

// disc takes a command that stands before the first track.
func (c *cueSheet) disc(command, value string) {
	switch command {
	case "TITLE":
		c.d.Album = value
	case "PERFORMER":
		c.d.Artist, c.d.AlbumArtist = value, value
	case "SONGWRITER":
		c.d.Composer = value
	case "REM DATE":
		if date := photo.Date(value); date != "" {
			c.d.Date = date
			c.d.Year, _ = strconv.Atoi(date[:4])
		}
	case "REM GENRE":
		if value != "" {
			c.d.Genres = []string{value}
		}
	}
}

// index makes a chapter of the track's first index, where its music begins.
func (c *cueSheet) index(value string) {
	number, at, ok := strings.Cut(value, " ")
	if !ok || strings.TrimLeft(number, "0") != "1" {
		return
	}
	if seconds, ok := cueTime(strings.TrimSpace(at)); ok && len(c.chapters) < c.tracks && c.tracks <= 99 {
		c.chapters = append(c.chapters, media.Chapter{StartSeconds: seconds, Title: c.title})
	}
}

// cueTime reads minutes, seconds and frames, of which a second has 75.
func cueTime(s string) (float64, bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0, false
	}
	var v [3]int
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || n > 1<<20 {
			return 0, false
		}
		v[i] = n
	}
	return float64(v[0]*60+v[1]) + float64(v[2])/75, true
}
