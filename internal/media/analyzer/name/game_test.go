package name_test

import "testing"

func TestGamesAsCollectionsNameThem(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		// No-Intro and Redump
		"Lantern Quest (USA, Europe) (En,Fr,De) (Rev 2).zip":       `{"type":"game","title":"Lantern Quest","region":["USA","EUR"],"language":["en","fr","de"],"revision":2}`,
		"Lantern Quest (Japan) (Rev A).sfc":                        `{"type":"game","title":"Lantern Quest","region":"JPN","revision":1,"container":"sfc"}`,
		"Lantern Quest (Germany) (Disc 2).7z":                      `{"type":"game","title":"Lantern Quest","region":"DEU","disc":2}`,
		"[BIOS] Handheld Boot ROM (World) (v1.1).zip":              `{"type":"game","title":"Handheld Boot ROM","region":"WORLD","revision":1.1}`,
		"Quest, The - Harbour (Brazil) Voices (World) (Pt-BR).zip": `{"type":"game","title":"Quest, The - Harbour (Brazil) Voices","language":"pt-BR"}`,
		"Quest - Lelele (^^; (Japan) (Unl).zip":                    `{"type":"game","title":"Quest - Lelele (^^;","region":"JPN"}`,
		// TOSEC
		"Lantern Quest v1.006 (2000)(Quill Systems)(US-EU)(Disk 1 of 3)[!].zip": `{"type":"game","title":"Lantern Quest","year":2000,"region":["USA","EUR"],"revision":1.006,"disc":1,"dump":"verified"}`,
		// GoodTools
		"Lantern Quest (JUE) [b1].zip":      `{"type":"game","title":"Lantern Quest","region":["JPN","USA","EUR"],"dump":"bad"}`,
		"Lantern Quest (U) [T+Fre_Abc].zip": `{"type":"game","title":"Lantern Quest","region":"USA","dump":"translated"}`,
		// the ending says it
		"lantern_quest.nes": `{"type":"game","title":"lantern quest","region":null}`,
	} {
		check(t, path, wants)
	}
}

func TestArchivesWithoutAGamesGroupsAreNoGames(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"Holiday pictures (2019).zip", "Letters (final) [1].zip", "Moonrail 001 (2018) (digital).zip", "Quiet Harbour (1987) [1080p].rar", "backup.7z", "(notes).zip",
	} {
		check(t, path, `{"region":null,"dump":null}`)
	}
}
