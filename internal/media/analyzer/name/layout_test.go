package name_test

import "testing"

func TestFilesOfDiscsAreNamedByTheirFolder(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"/films/Long Road (2019)/VIDEO_TS/VTS_01_1.VOB":        `{"type":"movie","title":"Long Road","year":2019,"episode":null,"disc":null}`,
		"/films/Long Road (2019)/Disc 2/VIDEO_TS/VTS_02_3.VOB": `{"type":"movie","title":"Long Road","year":2019,"episode":null,"disc":2}`,
		"/films/Long Road (2019)/VIDEO_TS/VIDEO_TS.IFO":        `{"type":"movie","title":"Long Road","year":2019}`,
		"/films/Long Road (2019)/disc 1/BDMV/index.bdmv":       `{"type":"movie","title":"Long Road","disc":1}`,
		"/films/Long Road (2019)/BDMV/STREAM/00001.m2ts":       `{"type":"movie","title":"Long Road","disc":null}`,
		"/films/Long Road (2019)/cd 2/file.avi":                `{"type":"movie","title":"Long Road","disc":2}`,
	} {
		check(t, path, wants)
	}
}

func TestFoldersThatNumberWhatIsInThem(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Long Road/01. First Arc/Long Road - 108.mkv":  `{"title":"Long Road","episode":108}`,
		"Long Road/04.mkv":                             `{"type":"episode","title":"Long Road","episode":4}`,
		"Long Road/04 - Snow.mkv":                      `{"type":"episode","title":"Long Road","episode":4,"episode_title":"Snow"}`,
		"Long Road/4.mkv":                              `{"type":"movie","episode":null}`,
		"Long Road (2019)/04.mkv":                      `{"type":"movie"}`,
		"[Group] Sora no Uta [BD]/04.mkv":              `{"type":"episode","title":"Sora no Uta","episode":4}`,
		"[Group] Sora no Uta [BD]/Specials/01.mkv":     `{"title":"Sora no Uta","season":0,"episode":1}`,
		"[Group] Sora no Uta [BD]/SP/SP01.mkv":         `{"title":"Sora no Uta","episode":1,"episode_details":"Special"}`,
		"Road Collection/02 - Long Road (1992).mkv":    `{"type":"movie","title":"Long Road","year":1992,"episode":null}`,
		"Road Collection/02 - Long Road.mkv":           `{"type":"movie","title":"Long Road","episode":null}`,
		"/films/Road/03. Long Road (1994).mkv":         `{"type":"movie","title":"Long Road","year":1994}`,
		"[Group] Sora no Uta ~Kaze~ - 04 [720p].mkv":   `{"title":"Sora no Uta ~Kaze~","episode":4}`,
		"Sora no Uta - 04 'Snow' [Group].avi":          `{"title":"Sora no Uta","episode":4,"episode_title":"Snow"}`,
		"Long Road/Season 2/Part 3.mkv":                `{"title":"Long Road","season":2,"episode":3}`,
		"Long Road/Season 2/Long Road Part 3.mkv":      `{"title":"Long Road","season":2,"episode":3}`,
		"Long Road (2019)/Long Road Part 3 (2019).mkv": `{"type":"movie","part":3,"episode":null}`,
	} {
		check(t, path, wants)
	}
}

func TestRarerSpellingsOfSeasonAndEpisode(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Long Road - Series4 Episode2.mkv":                 `{"title":"Long Road","season":4,"episode":2}`,
		"Long Road Season01Episode14.mkv":                  `{"title":"Long Road","season":1,"episode":14}`,
		"Long Road Series4.mkv":                            `{"type":"movie","title":"Long Road Series4"}`,
		"Long Road - Episode 2 [S 1 - Ep 002] - Snow.avi":  `{"title":"Long Road","season":1,"episode":2,"episode_title":"Snow"}`,
		"ep04 Snow ep05 Ice.mov":                           `{"episode":[4,5],"episode_title":"Snow"}`,
		"Long Road S01E04 Snow S01E05 Ice.mkv":             `{"title":"Long Road","season":1,"episode":[4,5]}`,
		"Long Road S01E04 Snow S01E09 Ice.mkv":             `{"season":1,"episode":4}`,
		"Long Road S01-S03E01-75 [1080p].mkv":              `{"title":"Long Road","season":[1,2,3]}`,
		"Long Road (S02E01-03 of 10) Rain.mkv":             `{"season":2,"episode":[1,2,3],"episode_count":10,"episode_title":"Rain"}`,
		"3x3 Wells - 012-013 - s02e03-04 - Snow & Ice.mkv": `{"title":"3x3 Wells","season":2,"episode":[3,4],"absolute_episode":[12,13]}`,
		"[Group] 3x3 Wells - 01 [720p].mkv":                `{"title":"3x3 Wells","season":null,"episode":1}`,
		"Long Road/3x3 Wells - 01.mkv":                     `{"season":3,"episode":3}`,
		"[Group] Long Road 214 10x14.mkv":                  `{"title":"Long Road","season":10,"episode":14,"absolute_episode":214}`,
		"Long.Road.2011.BRMux.720p.mkv":                    `{"title":"Long Road","source":"Blu-ray","other":"Mux"}`,
		"Long_Road_Movie_9_vostfr_HD.avi":                  `{"type":"movie","title":"Long Road Movie 9","subtitle_language":"fr"}`,
		"1984.mkv":                                         `{"type":"movie","title":"1984","year":null}`,
		"Long Road/1984.mkv":                               `{"title":"Long Road","year":1984}`,
		"Long Road-trailer.mkv":                            `{"title":"Long Road","extra":"trailer"}`,
		"Long Road-deleted2.mkv":                           `{"title":"Long Road","extra":"deletedscene"}`,
		"Long Road - Short.mkv":                            `{"title":"Long Road - Short"}`,
	} {
		check(t, path, wants)
	}
}

func TestSubtitlesThatAreNamedForTheirLanguageAreOfTheFilmOfTheirFolder(t *testing.T) {
	for path, wants := range map[string]string{
		"Velm (1994)/Subs/2_English.srt":             `{"title":"Velm","year":1994,"subtitle_language":"en"}`,
		"Velm (1994)/Subs/German.sdh.srt":            `{"subtitle_language":"de","subtitle_flags":"hearing_impaired"}`,
		"Velm (1994)/Subtitles/spa.srt":              `{"title":"Velm","subtitle_language":"es"}`,
		"Velm (1994)/Subs/3_Portuguese (Brazil).srt": `{"title":"Velm","subtitle_language":"pt-BR"}`,
		"Velm S01E02/Subs/2_English.srt":             `{"title":"Velm","season":1,"episode":2,"subtitle_language":"en"}`,
		"Velm (1994)/3_Italian.srt":                  `{"title":"Velm","subtitle_language":"it"}`,
		"English (2010)/English.srt":                 `{"title":"English","year":2010,"subtitle_language":null}`,
		"2 English (2010)/2 English (2010).srt":      `{"title":"2 English","year":2010}`,
	} {
		check(t, path, wants)
	}
}
