package store

import (
	"bytes"
	"slices"
	"testing"
)

func TestTracksSortByArtistAlbumDiscAndTrack(t *testing.T) {
	keys := newSorter()
	one := 1
	inOrder := []known{
		{AlbumArtist: "Abba", Album: "Arrival", Track: 2},
		{AlbumArtist: "ABBA", Album: "Arrival", Track: 10},
		{AlbumArtist: "Abba", Album: "Arrival"},
		{AlbumArtist: "Abba", Album: "Arrival", Disc: 2, Track: 1},
		{Artist: "Abba", Album: "Arrival 2", Track: 1},
		{AlbumArtist: "Abba", Album: "Voulez-Vous", Track: 1},
		{AlbumArtist: "Abba Tribute", Album: "Arrival", Track: 1},
		{AlbumArtist: "Zappa", Album: "Apostrophe", Track: 1},
		{AlbumArtist: "Кино", Album: "46", Track: 1},
		{AlbumArtist: "Кино", Album: "Группа крови", Track: 1},
		{AlbumArtist: "Кино и", Album: "46", Track: 1},
	}
	var was []byte
	for _, k := range inOrder {
		_, track, _ := k.places(keys)
		key, _ := track.([]byte)
		if bytes.Compare(was, key) >= 0 {
			t.Errorf("%+v is not behind the one before", k)
		}
		was = key
	}
	var episodes [][]byte
	for _, k := range []known{
		{Series: "Dark", Season: new(int), Episodes: []int{9}}, {Series: "Dark", Season: &one, Episodes: []int{2, 3}},
		{Series: "Dark", Season: &one, Episodes: []int{10}}, {Series: "Dark", Season: &one}, {Series: "Dark"}, {Series: "Dark Skies", Season: &one, Episodes: []int{1}},
	} {
		_, track, episode := k.places(keys)
		key, _ := episode.([]byte)
		if episodes = append(episodes, key); track != nil {
			t.Errorf("%+v has a place in an album", k)
		}
	}
	if !slices.IsSortedFunc(episodes, bytes.Compare) {
		t.Error("episodes are not in order")
	}
	if taken, track, episode := (&known{Title: "x", TakenAt: "last summer"}).places(keys); taken != nil || track != nil || episode != nil {
		t.Errorf("of what is unknown: %v, %v, %v", taken, track, episode)
	}
}
