package name_test

import "testing"

func TestNumbersOfTracksInBracketsAndOnSidesOfRecords(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"/music/Artist/Album/[05] Song.mp3":          `{"artist":"Artist","album":"Album","track":5,"title":"Song"}`,
		"/music/Artist/Album/(05) Song.mp3":          `{"track":5,"title":"Song"}`,
		"/music/Artist/Album/(2005) Song.mp3":        `{"track":null}`,
		"/music/Artist - Album/A1 - Song.flac":       `{"artist":"Artist","album":"Album","track":null,"title":"Song"}`,
		"/music/Artist/Album/#05 Song.mp3":           `{"track":5,"title":"Song"}`,
		"/music/Artist/Album/20,000 Feet.mp3":        `{"track":null,"title":"20,000 Feet"}`,
		"/music/Artist/Album/Song [07].mp3":          `{"track":7,"title":"Song"}`,
		"/music/Artist/Album/Disc 2/203 - Song.flac": `{"disc":2,"track":3,"title":"Song"}`,
		"A1 - Song.mp3":                              `{"title":"Song"}`,
	} {
		check(t, path, wants)
	}
}
