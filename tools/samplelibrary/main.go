// Command samplelibrary writes the project's sample library: a few invented films, series, albums,
// photos, books and comics in small but valid files, for `make run` and for a first look at what the
// catalog makes of names and bytes. Everything in it is made here; nothing of it is anybody else's.
//
// The audio and video files are test signals that ffmpeg encodes, bit for bit the same each time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ffmpeg := flag.String("ffmpeg", "ffmpeg", "the encoder")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: samplelibrary [-ffmpeg COMMAND] DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, flag.Arg(0), *ffmpeg)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "samplelibrary:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, ffmpeg string) (err error) {
	inputs, err := os.MkdirTemp("", "samplelibrary")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(inputs)) }()
	l := &library{ctx: ctx, dir: dir, inputs: inputs, ffmpeg: ffmpeg}
	for _, fill := range []func(*library){films, series, music, photos, books} {
		fill(l)
	}
	return l.err
}

// library writes files below dir; after the first error it does nothing more.
type library struct {
	ctx         context.Context // of the whole run
	dir, ffmpeg string
	inputs      string // a directory for what ffmpeg reads
	err         error
}

// file makes the directory of a file and returns its path on disk.
func (l *library) file(path string) string {
	full := filepath.Join(l.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil && l.err == nil {
		l.err = err
	}
	return full
}

func (l *library) write(path string, data []byte) {
	full := l.file(path)
	if l.err == nil {
		l.err = os.WriteFile(full, data, 0o644)
	}
}

// scratch writes an input of ffmpeg and returns its path.
func (l *library) scratch(name, text string) string {
	full := filepath.Join(l.inputs, name)
	if l.err == nil {
		l.err = os.WriteFile(full, []byte(text), 0o600)
	}
	return full
}

func (l *library) text(path, text string) {
	l.write(path, []byte(strings.TrimPrefix(text, "\n")))
}

func films(l *library) {
	const lantern = "Films/The Paper Lantern (2019)/"
	l.video(lantern+"The Paper Lantern (2019) [1080p BluRay].mkv", video{
		codec: "libx264", size: "320x180", rate: 24, seconds: 3, audio: []string{"eng", "fra"}, subtitles: "eng",
		tags: map[string]string{"title": "The Paper Lantern"}, chapters: []string{"The market", "The river"},
	})
	l.text(lantern+"The Paper Lantern (2019) [1080p BluRay].de.srt", `
1
00:00:00,500 --> 00:00:01,500
Wer hat die Laterne angezündet?

2
00:00:01,800 --> 00:00:02,900
Niemand. Sie brennt von selbst.
`)
	l.text(lantern+"movie.nfo", `
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>The Paper Lantern</title>
  <year>2019</year>
  <plot>A lamplighter's daughter follows a lantern that will not go out down the river to the sea.</plot>
  <genre>Adventure</genre>
  <genre>Family</genre>
</movie>
`)
	l.write(lantern+"poster.jpg", jpegImage(120, 180, "lantern", nil))
	l.video("Films/Harbour.Lights.1987.720p.WEB-DL.x264-TIDE.mp4", video{
		codec: "libx264", size: "256x144", rate: 25, seconds: 2, audio: []string{"eng"}, tags: map[string]string{"title": "Harbour Lights"},
	})
	l.video("Films/Зимний сад (2004).mkv", video{codec: "mpeg4", size: "160x120", rate: 25, seconds: 1, audio: []string{"rus"}})
}

func series(l *library) {
	small := video{codec: "libx264", size: "160x90", rate: 25, seconds: 1, audio: []string{"eng"}}
	l.text("Series/Tidewater/tvshow.nfo", `
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<tvshow>
  <title>Tidewater</title>
  <year>2021</year>
  <plot>Two surveyors map a coast that moves a little every night.</plot>
</tvshow>
`)
	for _, name := range []string{
		"Tidewater/Season 00/Tidewater - S00E01 - The Making of the Map.mkv",
		"Tidewater/Season 01/Tidewater - S01E01 - Low Water.mkv",
		"Tidewater/Season 01/Tidewater - S01E02-E03 - The Long Ebb.mkv",
		"The Late Kettle/The.Late.Kettle.2021.03.14.mp4",
	} {
		l.video("Series/"+name, small)
	}
	l.text("Series/Tidewater/Season 01/Tidewater - S01E01 - Low Water.en.sdh.srt", `
1
00:00:00,100 --> 00:00:00,900
[gulls crying]
`)
}

func music(l *library) {
	const notes = "Music/Ada Quill/Field Notes (2020)/"
	cover := jpegImage(160, 160, "field", nil)
	l.write(notes+"cover.jpg", cover)
	for i, t := range []struct{ file, title string }{
		{"01 - Open Gate.flac", "Open Gate"}, {"02 - Hedgerow.mp3", "Hedgerow"}, {"03 - Über den Fluss.m4a", "Über den Fluss"}, {"04 - 夜の道.opus", "夜の道"},
	} {
		l.audio(notes+t.file, audio{seconds: 2, note: 220 + 55*i, tags: map[string]string{
			"title": t.title, "artist": "Ada Quill", "album_artist": "Ada Quill", "album": "Field Notes", "date": "2020", "genre": "Folk",
			"track": fmt.Sprintf("%d/4", i+1), "disc": "1/1",
		}})
	}
	l.text("Music/Ada Quill/Evening.m3u8", `
#EXTM3U
#EXTINF:2,Ada Quill - Hedgerow
Field Notes (2020)/02 - Hedgerow.mp3
#EXTINF:2,Ada Quill - 夜の道
Field Notes (2020)/04 - 夜の道.opus
`)
	for i, artist := range []string{"The Orrery", "Lumen & Sons"} {
		l.audio(fmt.Sprintf("Music/Various Artists/Slow Machines/CD2/%02d %s - Second Signal.mp3", i+1, artist), audio{
			seconds: 1, note: 330 + 110*i, tags: map[string]string{
				"title": "Second Signal", "artist": artist, "album_artist": "Various Artists", "album": "Slow Machines", "date": "2011",
				"track": fmt.Sprint(i + 1), "disc": "2/2",
			},
		})
	}
	l.audio("Audiobooks/Ines Calder/The Glass Orchard/The Glass Orchard.m4b", audio{
		seconds: 4, note: 440, chapters: []string{"Grafting", "Frost"},
		tags: map[string]string{"title": "The Glass Orchard", "artist": "Ines Calder", "album": "The Glass Orchard", "genre": "Audiobook", "date": "2015"},
	})
}

func photos(l *library) {
	lake := "Photos/2021/2021-06-12 Lake/"
	l.write(lake+"IMG_0001.JPG", jpegImage(320, 240, "lake", &exif{
		taken: "2021:06:12 18:45:03", zone: "+02:00", maker: "Obscura", model: "Obscura Pocket 2", latitude: 46.4528, longitude: 6.9106,
	}))
	l.write(lake+"IMG_0002.JPG", jpegImage(240, 320, "shore", &exif{
		taken: "2021:06:12 19:02:41", zone: "+02:00", maker: "Obscura", model: "Obscura Pocket 2", orientation: 6,
	}))
	l.write("Photos/Scans/map of the coast.png", pngImage(200, 140, "coast"))
}

func books(l *library) {
	l.write("Books/Ines Calder - The Glass Orchard (2014).epub", epub("The Glass Orchard", "Ines Calder", "2014-09-01"))
	l.write("Books/Manuals/Obscura Pocket 2.pdf", pdf("Obscura Pocket 2: short manual", "Obscura", []string{
		"Load the film.", "Wind until the dot appears.", "Wait for better light.",
	}))
	l.write("Comics/Moonrail/Moonrail 001 (2018).cbz", comic("Moonrail", "1", "Departures", 2018, 4))
	l.write("Comics/Moonrail/Moonrail 002 (2018).cbz", comic("Moonrail", "2", "Halfway House", 2018, 3))
	l.text("README.txt", `
A sample library for catalogizerd. Nothing in it is real: the names are invented, the sounds are single
notes, the films are test pictures. It may be used under the licence of the project.
`)
}
