package name_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

// wants are the properties that a case is about, as JSON; null says that there is none.
func check(t *testing.T, path, wants string) {
	t.Helper()
	var want, got map[string]any
	if err := json.Unmarshal([]byte(wants), &want); err != nil {
		t.Fatalf("case %q: %v", path, err)
	}
	text, err := json.Marshal(name.Parse(path))
	if err != nil {
		t.Fatalf("encode guess of %q: %v", path, err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for field, value := range want {
		if diff := cmp.Diff(value, got[field]); diff != "" {
			t.Errorf("%s of %q (-want +got):\n%s\nwhole guess: %s", field, path, diff, text)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	classes := map[string]map[string]string{
		"films": {
			"The.Paper.Boat.2011.1080p.BluRay.x264-ABC.mkv":           `{"type":"movie","title":"The Paper Boat","year":2011,"screen_size":"1080p","source":"Blu-ray","video_codec":"H.264","release_group":"ABC","container":"mkv","season":null,"episode":null}`,
			"Quiet Harbour (1987).avi":                                `{"type":"movie","title":"Quiet Harbour","year":1987}`,
			"2049.Dawn.2031.2160p.WEB-DL.H265-ABC":                    `{"type":"movie","title":"2049 Dawn","year":2031}`,
			"1917 (2019)":                                             `{"title":"1917","year":2019,"type":"movie"}`,
			"Der.Stille.See.EXTENDED.German.DL.1080p.BluRay.x264-ABC": `{"title":"Der Stille See","edition":"Extended","year":null}`,
			"The.German.Baker.2006.720p.BluRay.x264-ABC":              `{"title":"The German Baker","language":null,"year":2006}`,
		},
		"episodes": {
			"Long.Road.S02E05.The.Dark.Web.1080p.WEB-DL.DDP5.1.H.264-ABC": `{"type":"episode","title":"Long Road","season":2,"episode":5,"audio_channels":"5.1","audio_codec":"Dolby Digital Plus"}`,
			"Long Road - 4x07 - Snow.avi":                                 `{"title":"Long Road","season":4,"episode":7,"episode_title":"Snow"}`,
			"Long.Road.S01E02-E04.720p.HDTV":                              `{"season":1,"episode":[2,3,4]}`,
			"Long.Road.S01E02E03.720p.HDTV":                               `{"season":1,"episode":[2,3]}`,
			"Long Road 2x01-02 - Twice":                                   `{"season":2,"episode":[1,2]}`,
			"Long.Road.Season.3.Episode.11.mkv":                           `{"season":3,"episode":11,"title":"Long Road"}`,
			"Long.Road.S01-S03.1080p.BluRay":                              `{"season":[1,2,3],"episode":null,"type":"episode"}`,
			"long.road.204.hdtv-abc.mp4":                                  `{"season":2,"episode":4,"title":"long road"}`,
			"Long Road - Stagione 2 - Episodio 9":                         `{"season":2,"episode":9}`,
			"Долгий путь / Сезон: 2 / Серии: 1-3 [2017, WEB-DL]":          `{"season":2,"episode":[1,2,3]}`,
			"Long.Road.2019.S2019E14.1080p.WEB":                           `{"season":2019,"episode":14}`,
			"Long.Road.2of6.Winter.avi":                                   `{"episode":2,"episode_count":6}`,
		},
		"dates": {
			"Evening.Talk.2014.03.09.Guest.Name.720p.HDTV.x264-ABC": `{"type":"episode","date":"2014-03-09","title":"Evening Talk","year":null}`,
			"Evening Talk 9th March 2014 WEBRip":                    `{"date":"2014-03-09","title":"Evening Talk"}`,
			"Evening.Talk.140309.720p.HDTV":                         `{"date":"2014-03-09"}`,
			"Evening.Talk.2014.31.12.HDTV":                          `{"date":"2014-12-31"}`,
		},
		"anime": {
			"[Group] Sora no Uta - 07 [1080p][0A1B2C3D].mkv": `{"type":"episode","title":"Sora no Uta","episode":7,"season":null,"release_group":"Group","crc32":"0A1B2C3D"}`,
			"[Group] Sora no Uta S2 - 07v2 (720p).mkv":       `{"season":2,"episode":7,"version":2}`,
			"[Group] Sora no Uta - 01 ~ 12 [1080p]":          `{"episode":[1,2,3,4,5,6,7,8,9,10,11,12]}`,
			"[Group] Sora 100 - 1043 [1080p].mkv":            `{"title":"Sora 100","episode":1043}`,
			"[字幕组][空之歌][Sora no Uta][05][1080P][简体][MP4]":    `{"title":"Sora no Uta","episode":5,"release_group":"字幕组"}`,
			"[Group] 空之歌 / Sora no Uta - 05 [WebRip 1080p]":  `{"title":"Sora no Uta","alternative_title":"空之歌","episode":5}`,
		},
		"folders": {
			"/tv/Long Road/Season 2/07 - Snow.mkv":                         `{"title":"Long Road","season":2,"episode":7,"episode_title":"Snow"}`,
			"/tv/Long Road/Season 2/Long Road - 205 - Snow.mkv":            `{"title":"Long Road","season":2,"episode":5}`,
			"/tv/Long Road/Season 2/205 - Snow.mkv":                        `{"title":"Long Road","season":2,"episode":5}`,
			"/tv/Long Road/Season 2/Long Road - 101.mkv":                   `{"title":"Long Road","season":2,"episode":101}`,
			"/tv/Long Road/Specials/The Making.mkv":                        `{"title":"Long Road","season":0,"episode_title":"The Making"}`,
			"/tv/Long Road (1999)/Season 1/E03.mkv":                        `{"title":"Long Road","year":1999,"season":1,"episode":3}`,
			"/in/Long.Road.S04E08.720p.WEB-DL.H264-ABC/8c1f0b2d77aa90.mkv": `{"title":"Long Road","season":4,"episode":8,"release_group":"ABC"}`,
			"/films/Paper Boat (2011)/Paper.Boat.BDRip.XviD-ABC.avi":       `{"title":"Paper Boat","year":2011,"type":"movie"}`,
			"/tv/Long Road/Season 1/Long Road - S01E02 [tvdbid-4711].mkv":  `{"tvdb_id":"4711","episode":2}`,
			`C:\tv\Long Road\Season 2\Long Road - 2x07 - Snow.mkv`:         `{"title":"Long Road","season":2,"episode":7}`,
		},
		"no title, no invention": {
			"S02E04.720p.BluRay.x264-ABC.mkv": `{"title":null,"season":2,"episode":4}`,
			"1080p.WEB-DL.H264.mkv":           `{"title":null,"type":null}`,
			"2x05":                            `{"title":null}`,
			"":                                `{"title":null,"type":null}`,
			"...":                             `{"title":null,"type":null}`,
		},
		"music": {
			"/music/Anna Bell/Rain (1994)/03 - Blue.flac":     `{"type":"track","artist":"Anna Bell","album":"Rain","year":1994,"track":3,"title":"Blue"}`,
			"/music/Anna Bell/Rain (1994)/CD2/03 - Blue.flac": `{"disc":2,"album":"Rain","artist":"Anna Bell"}`,
			"/music/Anna Bell - Rain (1994)/1-03 Blue.mp3":    `{"disc":1,"track":3,"artist":"Anna Bell","album":"Rain"}`,
			"Anna Bell - Rain (1994) [FLAC]":                  `{"type":"album","artist":"Anna Bell","album":"Rain","year":1994,"audio_codec":"FLAC"}`,
			"Anna_Bell-Rain-CD-FLAC-1994-ABC":                 `{"type":"music","artist":"Anna Bell","album":"Rain","year":1994,"release_group":"ABC"}`,
		},
		"photos": {
			"IMG-20180704-WA0007.jpg":               `{"type":"photo","date":"2018-07-04"}`,
			"Screenshot 2020-02-29 at 08.15.30.png": `{"date":"2020-02-29","time":"08:15:30"}`,
			"PXL_20210508_143015123.jpg":            `{"date":"2021-05-08","time":"14:30:15"}`,
			"2016/02/30/a.jpg":                      `{"date":null}`,
			"2016/03/30/DSC0001.jpg":                `{"date":"2016-03-30"}`,
		},
		"books and comics": {
			"Books/Ida Moor - The Salt Road (1999).epub":           `{"type":"book","author":"Ida Moor","title":"The Salt Road","year":1999}`,
			"The Salt Road (Coast, #2)":                            `{"type":"book","title":"The Salt Road","series":"Coast","series_index":2}`,
			"Iron Fox 012 (2014).cbz":                              `{"type":"comic","series":"Iron Fox","issue":12,"year":2014}`,
			"Iron Fox v03 c021.cbz":                                `{"volume":3,"chapter":21}`,
			"/audiobooks/Ida Moor/The Salt Road/03 - Low Tide.mp3": `{"type":"audiobook","author":"Ida Moor","title":"The Salt Road"}`,
		},
		"games, programs, courses": {
			"Iron.Fox.Returns-CODEX":  `{"type":"game","title":"Iron Fox Returns","release_group":"CODEX"}`,
			"Udemy.Learn.Weaving-ABC": `{"type":"education","title":"Learn Weaving"}`,
		},
		"subtitles": {
			"Long Road - S01E02.en.forced.srt": `{"subtitle_language":"en","subtitle_flags":"forced","title":"Long Road"}`,
			"Paper Boat (2011).de.sdh.srt":     `{"subtitle_language":"de","subtitle_flags":"hearing_impaired"}`,
			"Paper Boat (2011).srt":            `{"subtitle_language":null}`,
		},
		"extras, 3D, stubs": {
			"Paper Boat (2011)-trailer.mkv":                      `{"extra":"trailer"}`,
			"/films/Paper Boat (2011)/featurettes/Making It.mkv": `{"extra":"featurette"}`,
			"/films/Paper Boat (2011)/Paper Boat (2011).mkv":     `{"extra":null}`,
			"The Trailer.mkv":                          `{"extra":null}`,
			"Paper.Boat.2011.3D.HSBS.1080p.BluRay.mkv": `{"format_3d":"hsbs"}`,
			"Paper Boat.bluray.disc":                   `{"stub":"bluray","is_stub":true,"title":"Paper Boat"}`,
		},
		"folders themselves": {
			"/tv/Long Road/Season 3": `{"season":3,"season_folder":true}`,
			"/tv/Long Road/Specials": `{"season":0,"season_folder":true}`,
			"/tv/Long Road":          `{"season_folder":false}`,
			"/music/A/B/Disc 2":      `{"disc_folder":true}`,
		},
		"provider ids": {
			"Paper Boat (2011) [imdbid-tt0123456].mkv":                `{"imdb_id":"tt0123456","title":"Paper Boat"}`,
			"/tv/Road [tvdbid-1]/Season 1/Road S01E02 [tvdbid-2].mkv": `{"tvdb_id":"2"}`,
			"/tv/Road [tvdbid-1]/Season 1/Road S01E02.mkv":            `{"tvdb_id":"1"}`,
			"Paper Boat (2011) {tmdb-42}":                             `{"tmdb_id":"42"}`,
			"Paper Boat (2011) {tmdb-42)":                             `{"tmdb_id":null}`,
		},
	}
	for class, cases := range classes {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			for path, wants := range cases {
				check(t, path, wants)
			}
		})
	}
}
