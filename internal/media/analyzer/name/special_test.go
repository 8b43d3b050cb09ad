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
