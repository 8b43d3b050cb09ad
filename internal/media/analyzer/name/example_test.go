package name_test

import (
	"encoding/json"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

func ExampleParse() {
	g := name.Parse("/tv/Long Road (1999)/Season 2/Long.Road.S02E05.The.Bridge.1080p.WEB-DL.DDP5.1.H.264-ABC.mkv")
	fmt.Println(g.Type, g.Title, g.Year, g.Season, g.Episode, g.EpisodeTitle)
	fmt.Println(g.ScreenSize, g.Source, g.VideoCodec, g.AudioCodec, g.AudioChannels, g.ReleaseGroup)
	// Output:
	// episode Long Road 1999 [2] [5] The Bridge
	// 1080p Web H.264 [Dolby Digital Plus] 5.1 ABC
}

// A guess prints as guessit's does: one value as a scalar, several as a list.
func ExampleGuess_json() {
	text, err := json.Marshal(name.Parse("[Grp] Sora - 07-08 [720p].mkv"))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
	// Output:
	// {"type":"episode","title":"Sora","episode":[7,8],"screen_size":"720p","release_group":"Grp","container":"mkv"}
}

// What the name does not say is not there: this one has no title.
func ExampleParse_noTitle() {
	g := name.Parse("S02E04.720p.BluRay.x264-ABC.mkv")
	fmt.Printf("%q %v %v\n", g.Title, g.Season, g.Episode)
	// Output:
	// "" [2] [4]
}

func ExampleParse_music() {
	g := name.Parse("/music/Anna Bell/Rain (1994)/CD2/03 - Blue.flac")
	fmt.Println(g.Type, g.Artist, g.Album, g.Year, g.Disc, g.Track, g.Title)
	// Output:
	// track Anna Bell Rain 1994 [2] 3 Blue
}
