package name_test

import "testing"

func TestWordsThatAreTitlesAsWellAsTagsAreReadByWhatSurroundsThem(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		// a year counts no seasons, unless the word for them stands alone or an episode follows
		"Harbour Season (2022).mkv":                          `{"type":"movie","title":"Harbour Season","year":2022,"season":null}`,
		"Harbour Season (2022) {tmdb-1234}.mkv":              `{"type":"movie","title":"Harbour Season","year":2022}`,
		"The.Quiet.Season.2017.2160p.WEB-DL.H265-ABC":        `{"type":"movie","title":"The Quiet Season","year":2017}`,
		"Harbour Season (2022)/Harbour Season (2022).mkv":    `{"type":"movie","title":"Harbour Season"}`,
		"Quiet Season 2 (2008).mkv":                          `{"type":"movie","title":"Quiet Season 2","year":2008,"season":null}`,
		"Long Road Season 2 (2008) - 05.mkv":                 `{"type":"episode","title":"Long Road","season":2}`,
		"Long Road Season 2 (2008)":                          `{"type":"episode","title":"Long Road","season":2,"year":2008}`,
		"Long Road Season 2022 Episode 3.mkv":                `{"type":"episode","title":"Long Road","season":2022,"episode":3}`,
		"Season 2009/2009x03 - Snow.mkv":                     `{"type":"episode","season":2009,"episode":3}`,
		"Long Road Season 2022/Episode 03.mkv":               `{"title":"Long Road","season":2022,"episode":3}`,
		"The Last Episode (2012).mkv":                        `{"type":"movie","title":"The Last Episode","year":2012,"episode":null}`,
		"Cherry.Season.S01E02.1080p.WEB-DL.mkv":              `{"title":"Cherry Season","season":1,"episode":2}`,
		"Cherry Season S01 2014 2160p WEB-DL H265-ABC":       `{"title":"Cherry Season","season":1}`,
		"Long Road Seasons S01 to S03 720p":                  `{"title":"Long Road","season":[1,2,3]}`,
		"The Four Seasons (2025) - S01E02 - Rain.mkv":        `{"title":"The Four Seasons","season":1,"episode":2}`,
		"The.Stamp.Collector.1999.1080p.BluRay.x264-ABC":     `{"title":"The Stamp Collector","edition":null}`,
		"The Stamp Collector (1999).mkv":                     `{"title":"The Stamp Collector","edition":null}`,
		"The Harbour Festival (2011).mkv":                    `{"title":"The Harbour Festival","edition":null}`,
		"Quiet.Harbour.1987.LIMITED.DVDRip.XviD-ABC":         `{"title":"Quiet Harbour","edition":"Limited"}`,
		"Quiet.Harbour.LiMiTED.DVDRip.XviD-ABC":              `{"title":"Quiet Harbour","edition":"Limited"}`,
		"Quiet.Harbour.Collectors.Edition.1987.1080p.BluRay": `{"title":"Quiet Harbour","edition":"Collector"}`,
	} {
		check(t, path, wants)
	}
}
