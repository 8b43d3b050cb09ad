package name_test

import "testing"

func TestWhatAnimeReleasesNumberBesideEpisodes(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"[Group] Sora no Uta NCOP [1080p].mkv":                  `{"title":"Sora no Uta","extra":"opening","episode":null}`,
		"[Group] Sora no Uta NCED2v3 [1080p].mkv":               `{"title":"Sora no Uta","extra":"ending","episode":2,"version":3}`,
		"[Group]_Sora_no_Uta_OP4a_(1280x720)_[0A1B2C3D].mkv":    `{"title":"Sora no Uta","extra":"opening","episode":4}`,
		"[Group] Sora no Uta - Creditless Ending 1 [1080p].mkv": `{"title":"Sora no Uta","extra":"ending","episode":1}`,
		"[Group] Sora no Uta PV2 [1080p].mkv":                   `{"title":"Sora no Uta","extra":"promo","episode":2}`,
		"Sora no Uta/Extras/NCOP01.mkv":                         `{"title":"Sora no Uta","extra":"opening","episode":1}`,
		"[Group] Sora no Uta - S01OVA02.mkv":                    `{"type":"episode","title":"Sora no Uta","season":1,"episode":2,"episode_details":"Special"}`,
		"[Group] Sora no Uta - SP03 [720p].mkv":                 `{"type":"episode","title":"Sora no Uta","episode":3,"episode_details":"Special"}`,
		"[Group] Sora no Uta - OVA - 01 [1080p].mkv":            `{"title":"Sora no Uta","episode":1,"episode_details":"Special"}`,
		"[Group] Sora no Uta - Creditless OP [1080p].mkv":       `{"title":"Sora no Uta","extra":"opening","episode":null}`,
		"[Group] Sora no Uta - NCOP 1v2 [1080p].mkv":            `{"title":"Sora no Uta","extra":"opening","episode":1,"version":2}`,
		"Sora no Uta/Extra/nced 02v3.mkv":                       `{"title":"Sora no Uta","extra":"ending","episode":2,"version":3}`,
		"[Group] Sora no Uta - Opening 2 [1080p].mkv":           `{"title":"Sora no Uta","extra":"opening","episode":2}`,
		"[Group] Sora no Uta - Preview 03 [1080p].mkv":          `{"title":"Sora no Uta","extra":"promo","episode":3}`,
		"[Group] Sora no Uta - Trailer [1080p].mkv":             `{"title":"Sora no Uta","extra":"trailer","episode":null}`,
		"[Group][Sora no Uta][Menu02][1080p].mkv":               `{"title":"Sora no Uta","extra":"unknown","episode":2}`,
		"[Group] Sora no Uta - Specials 01-03 [1080p]":          `{"title":"Sora no Uta","episode":[1,2,3],"episode_details":"Special"}`,
		"[Group] The Opening Menu - 03 [1080p].mkv":             `{"title":"The Opening Menu","extra":null,"episode":3}`,
		"Grand Opening 2 (2010).mkv":                            `{"type":"movie","title":"Grand Opening 2","extra":null}`,
		"[Group] PV=nRT - 01 [1080p].mkv":                       `{"title":"PV=nRT","episode":1,"extra":null}`,
		"Special OP 2 (2010).mkv":                               `{"type":"movie","title":"Special OP 2","extra":null}`,
		"The PV 2 (2020).mkv":                                   `{"type":"movie","title":"The PV 2","extra":null}`,
	} {
		check(t, path, wants)
	}
}

func TestNumbersOfAnimeEpisodes(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		// what lies between two episodes is neither
		"[Group] Sora no Uta - 07.5 - Recap (BD 1080p) [0A1B2C3D].mkv": `{"title":"Sora no Uta","episode":7.5,"episode_title":"Recap"}`,
		"[Group]Sora.no.Uta.EP07.5(BD.720p.AAC)[0A1B2C3D].mkv":         `{"title":"Sora no Uta","episode":7.5}`,
		"[Group]_Sora_no_Uta_-_07.5v2_[1080p][0A1B2C3D].mkv":           `{"title":"Sora no Uta","episode":7.5,"version":2}`,
		"Sora no Uta S01E07.5 - Recap.mkv":                             `{"season":1,"episode":7.5,"episode_title":"Recap"}`,
		"Sora.no.Uta.S01E07.5.Steps.mkv":                               `{"season":1,"episode":7}`,
		"Sora no Uta (DVD) - 02 [abc].mkv":                             `{"type":"episode","title":"Sora no Uta","episode":2}`,
		"[Group]_Sora_no_Uta_10_v2_[DVD][h264][0A1B2C3D].mkv":          `{"title":"Sora no Uta","episode":10,"version":2}`,
		"[Group] Sora no Uta - 01v2-03v2 (1280x720 h264 AAC).mkv":      `{"title":"Sora no Uta","episode":[1,2,3]}`,
		"[Group] Sora no Uta [01 1080p HEVC].mkv":                      `{"title":"Sora no Uta","episode":1}`,
		"[[Group] Sora no Uta - 05 (1280x720 x264 AAC).mp4":            `{"title":"Sora no Uta","episode":5,"release_group":"Group"}`,
		"37 [Group]_Sora_no_Uta_-_37v2_[XviD][0A1B2C3D].avi":           `{"title":"Sora no Uta","episode":37,"version":2}`,
		"[Season 2] Sora no Uta - 01 [1080p].mkv":                      `{"title":"Sora no Uta","season":2,"episode":1}`,
		"[Group] Sora no Uta [S2-07] 480p.mkv":                         `{"season":2,"episode":7}`,
		"Sora no Uta - 012 - s02e03 - Rain.mkv":                        `{"title":"Sora no Uta","season":2,"episode":3,"absolute_episode":12}`,
		"[Group] Mob 100 S2E07 [1080p].mkv":                            `{"title":"Mob 100","season":2,"episode":7}`,
		"Sora no Uta/Sora no Uta 300.mkv":                              `{"title":"Sora no Uta","season":null,"episode":300}`,
	} {
		check(t, path, wants)
	}
}

func TestNumbersOfAnimeThatOnlyTheNameTells(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Sora no Uta 2 [0a1b2c3d].mkv":                               `{"type":"episode","title":"Sora no Uta","episode":2}`,
		"[Group] Sora no Uta 2 [1080p][0A1B2C3D].mkv":                `{"type":"movie","title":"Sora no Uta 2"}`,
		"[Group] Sora no Uta 100% OVA [DVD].mkv":                     `{"title":"Sora no Uta 100%","episode":null}`,
		"[Group] Sora no Uta 14 Long Rain [720p].mp4":                `{"title":"Sora no Uta","episode":14,"episode_title":"Long Rain"}`,
		"[Group] Sora 2.22 You May Not Sing [720p].mp4":              `{"type":"movie","title":"Sora 2.22 You May Not Sing"}`,
		"[Group] Sora no Uta [01-03 Batch] [720p]":                   `{"title":"Sora no Uta","episode":[1,2,3]}`,
		"[Group][Sora no Uta][01-03 Fin][BDRIP]":                     `{"title":"Sora no Uta","episode":[1,2,3],"episode_title":null}`,
		"[Group] Sora 911! S01 - 06 [720p].mkv":                      `{"title":"Sora 911!","season":1,"episode":6}`,
		"Sora no Uta Season 1 (x265 10bit).mkv":                      `{"title":"Sora no Uta","season":1,"episode":null}`,
		"Episode 14 Sora no Uta (saison 2) VOSTFR.mkv":               `{"title":"Sora no Uta","season":2,"episode":14}`,
		"[Group] Sora no Uta Second Season - 04 [720p].mkv":          `{"title":"Sora no Uta","season":2,"episode":4}`,
		"[Group] Sora no Uta Third Season [720p]":                    `{"title":"Sora no Uta","season":3,"episode":null}`,
		"The Second Season (2012).mkv":                               `{"type":"movie","title":"The Second Season"}`,
		"[Group] Sora no Uta The Final Season - 04 [720p].mkv":       `{"title":"Sora no Uta The Final Season","season":null,"episode":4}`,
		"[Group] Sora no Uta Season 2 Part 2 - 04 - Rain [720p].mkv": `{"title":"Sora no Uta","season":2,"part":2,"episode":4,"episode_title":"Rain"}`,
		"[Group] Sora no [Uta] Kikoeru - 01 [0A1B2C3D].mkv":          `{"title":"Sora no [Uta] Kikoeru","episode":1}`,
		"[Group] Sora no Uta [Kikoeru] - 01 [720p].mkv":              `{"title":"Sora no Uta [Kikoeru]","episode":1}`,
		"[Group] Sora no Uta [Uncensored] - 01 [720p].mkv":           `{"title":"Sora no Uta","episode":1}`,
		"[Group][Sora 3.0 You May (Not) Sing][480P][V0].mp4":         `{"title":"Sora 3.0 You May (Not) Sing"}`,
	} {
		check(t, path, wants)
	}
}

func TestSeveralEpisodesInOneName(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Long Road - S01E02and03 - Snow.mkv":                    `{"title":"Long Road","season":1,"episode":[2,3],"episode_title":"Snow"}`,
		"Long.Road.S05E01-E03-E05.mkv":                          `{"season":5,"episode":[1,3,5]}`,
		"Long.Road.S05E01-E03.mkv":                              `{"season":5,"episode":[1,2,3]}`,
		"Long Road S03E14-36! 24! 36! Hut!.avi":                 `{"season":3,"episode":14,"episode_title":"36! 24! 36! Hut!"}`,
		"/tv/Long Road/Season 02/03-04-05 - Snow.mkv":           `{"title":"Long Road","season":2,"episode":[3,4,5],"date":null,"episode_title":"Snow"}`,
		"Long.Road.S08E16.720p.HDTV-ABC/abc-lr.s08e16.720p.mkv": `{"title":"Long Road","season":8,"episode":16,"release_group":"ABC"}`,
	} {
		check(t, path, wants)
	}
}
