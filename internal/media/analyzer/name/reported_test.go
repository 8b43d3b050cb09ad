package name_test

import "testing"

// Shapes of names that people reported as misread by one program or another, with what they expected of them.

func TestReportedFilms(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"The Valley/1997- The Lost Dale- The Valley.mkv":                        `{"type":"movie","title":"The Lost Dale- The Valley","year":1997}`,
		"The Valley/2001- The Valley III.mkv":                                   `{"title":"The Valley III","year":2001}`,
		"[WORD] (2007).mkv":                                                     `{"title":"WORD","year":2007,"release_group":null}`,
		"[WORD] 2 (2009)/[WORD] 2 (2009).mkv":                                   `{"title":"[WORD] 2","year":2009,"release_group":null}`,
		"[WORD]³ (2012).mkv":                                                    `{"title":"[WORD]³","year":2012,"release_group":null}`,
		"[Inka-Subs] Sora Blues 1993 (1993) [VHS].mkv":                          `{"title":"Sora Blues 1993","year":1993,"release_group":"Inka-Subs"}`,
		"Blue Runner 2049 (2017)/Blue Runner 2049 (2017).mkv":                   `{"title":"Blue Runner 2049","year":2017}`,
		"Party.Like.Its.1999.1999.1080p.BluRay.x264-ABC.mkv":                    `{"title":"Party Like Its 1999","year":1999}`,
		"I WONDER 2014 1080p BLURAY MULTi DTS-HD MA AC-3 X264.mkv":              `{"title":"I WONDER","year":2014,"language":"mul"}`,
		"A.Good.Day.To.Walk.ITA.ENG.AC3.BDRip.1080p.X264-ABC.mkv":               `{"title":"A Good Day To Walk","language":["it","en"],"year":null}`,
		"The.Wizard.and.the.Stone.Extended.(2001).ITA.BDRip.1080p.X265.mkv":     `{"title":"The Wizard and the Stone","year":2001,"edition":"Extended"}`,
		"Road Back (1985)/Road Back - 1080p Bluray VC-1 DTS-HD MA XYZ.mkv":      `{"title":"Road Back","year":1985,"release_group":"XYZ"}`,
		"www.1Films.autos - Driver (2022) Telugu TRUE WEB-DL - 1080p - 2GB.mkv": `{"title":"Driver","year":2022,"language":"te"}`,
		"The.Keep.1983.1080p.Blu-ray.AVC.DTS-HD.MA.2.0-ABC.mkv":                 `{"type":"movie","title":"The Keep","year":1983,"episode":null}`,
		"The Dwarf - The Battle of the Five (2014).mkv":                         `{"title":"The Dwarf - The Battle of the Five","year":2014}`,
		"(500) Days of Rain (2009).mkv":                                         `{"title":"(500) Days of Rain","year":2009}`,
		"A-Team, The (2010)/The A-Team (2010).mkv":                              `{"title":"The A-Team","year":2010}`,
		"50-50 (2011).mkv":                                                      `{"title":"50-50","year":2011}`,
		"Degrees 9-11 (2004).mkv":                                               `{"type":"movie","title":"Degrees 9-11","year":2004,"date":null}`,
		"Degrees 11.9 (2018).mkv":                                               `{"title":"Degrees 11.9","year":2018}`,
		"11-14 (2003).mkv":                                                      `{"title":"11-14","year":2003}`,
		"1984 (1984).mkv":                                                       `{"title":"1984","year":1984}`,
	} {
		check(t, path, wants)
	}
}

func TestReportedExtras(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Quiet (2001)/Quiet (2001) - Behind the scenes.mkv":       `{"title":"Quiet","year":2001,"extra":"behindthescenes"}`,
		"Quiet (2001)/Quiet (2001) - Trailer 2.mkv":               `{"extra":"trailer"}`,
		"Quiet (2001) - Deleted Scenes.mkv":                       `{"extra":"deletedscene"}`,
		"Quiet (2001)/Deleted Scenes.mkv":                         `{"extra":"deletedscene"}`,
		"Quiet (2001)/Making of.mkv":                              `{"extra":"behindthescenes"}`,
		"Quiet (2001)/Theatrical Trailer.mkv":                     `{"extra":"trailer"}`,
		"Quiet (2001)/Gag Reel.mkv":                               `{"extra":"unknown"}`,
		"Bloopers/Bloopers.mkv":                                   `{"extra":null}`,
		"Bloopers (2001)/Bloopers (2001).mkv":                     `{"extra":null,"title":"Bloopers"}`,
		"Teaser (2001)/Teaser.mkv":                                `{"extra":null,"title":"Teaser","year":2001}`,
		"Films/Teaser.mkv":                                        `{"extra":null}`,
		"Films/2007/Interview.mkv":                                `{"extra":null}`,
		"Films/2007/Interview (2007).mkv":                         `{"extra":null,"title":"Interview","year":2007}`,
		"Films 2007/Interview.mkv":                                `{"extra":null}`,
		"Quiet (2001)/Quiet (2001) - Making a Trailer.mkv":        `{"extra":null}`,
		"Road/Season 1/Road - S01E05 - Behind the Scenes.mkv":     `{"type":"episode","episode":5,"episode_title":"Behind the Scenes","extra":null}`,
		"Road/extras/Road.S05E01.The.Mango.Deleted.Scene.mkv":     `{"extra":"unknown"}`,
		"Road/Season 1/extras/Track2.mkv":                         `{"extra":"unknown","episode":null}`,
		"Road/Road - S03E05/Road - S03E05 - Dale-featurette2.mkv": `{"extra":"featurette","episode":5}`,
		"Quiet (2001)/Interviews/Ann.mkv":                         `{"extra":"interview"}`,
	} {
		check(t, path, wants)
	}
}

func TestReportedEpisodes(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Long Road/Series 1/1.01 Big Dog.mkv":                                  `{"title":"Long Road","season":1,"episode":1,"episode_title":"Big Dog"}`,
		"Long Road/Series 2/2.11.mkv":                                          `{"title":"Long Road","season":2,"episode":11}`,
		"Long Road/Series 2/02 Snow.mkv":                                       `{"title":"Long Road","season":2,"episode":2,"episode_title":"Snow"}`,
		"Long Road/Season 2/1.02 Litres.mkv":                                   `{"season":2,"episode":1}`,
		"Days of our Pies Monday October 18 2021.mp4":                          `{"title":"Days of our Pies","date":"2021-10-18"}`,
		"Pies on Sunday October 18 2021.mp4":                                   `{"title":"Pies on Sunday","date":"2021-10-18"}`,
		"Pies Monday 2021-10-18.mp4":                                           `{"title":"Pies Monday","date":"2021-10-18"}`,
		"[tvN] 연애말고 결혼 E01~E16 END HDTV.H264.720p.mkv":                         `{"title":"연애말고 결혼","episode":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],"episode_title":null}`,
		"Road S01E12 END.mkv":                                                  `{"title":"Road","episode":12,"episode_title":null}`,
		"Road - S01E12 - End.mkv":                                              `{"season":1,"episode":12,"episode_title":"End"}`,
		"Road.S01E12.Fin.720p.mkv":                                             `{"season":1,"episode":12,"episode_title":"Fin"}`,
		"Road S01E12 End of Days.mkv":                                          `{"episode":12,"episode_title":"End of Days"}`,
		"Road S01E01 The 6-10 to Dale [WEBRip-1080p][AV1 Opus].mkv":            `{"season":1,"episode":1,"episode_title":"The 6-10 to Dale"}`,
		"Road S05E23 11-59 [HDTV-1080p][x265 AC3].mkv":                         `{"season":5,"episode":23,"episode_title":"11-59"}`,
		"Road S01E01 1-23-45 [Bluray-1080p][AV1 Opus].mkv":                     `{"season":1,"episode":1,"episode_title":"1-23-45"}`,
		"road.s01e01.10.people.mkv":                                            `{"episode":1,"episode_title":"10 people"}`,
		"Road - s01e01e02e03 - Snow - DVD.mkv":                                 `{"season":1,"episode":[1,2,3],"episode_title":"Snow"}`,
		"Road S01 - S07 -abc/Road S01/Road - 1x01 - Snow Is Coming.mkv":        `{"title":"Road","season":1,"episode":1,"episode_title":"Snow Is Coming"}`,
		"Ann.Writers.Parts.Unknown.S09E01.Dale.720p.HDTV.x264-ABC.mkv":         `{"title":"Ann Writers Parts Unknown","season":9,"language":null}`,
		"Road (2015) s01e09 - AKA Sin.mkv":                                     `{"title":"Road","year":2015,"episode_title":"AKA Sin","language":null}`,
		"Por Dos - Temporada 2 [HDTV 720p][Cap.201]/Por Dos 2x01 [abc202].mkv": `{"title":"Por Dos","season":2,"episode":1}`,
		"Next.Of.Kin.2018.S01E04.HDTV.x264-ABC[eztv].mkv":                      `{"title":"Next Of Kin","year":2018,"season":1,"episode":4}`,
		"De.Unge.S25E07.DANiSH.1080p.WEB-DL.AAC2.0.H.264-ABC.mkv":              `{"title":"De Unge","language":"da","season":25}`,
		"[720pMkv.Com]_sons.of.dales.s05e10.480p.BluRay.x264-ABC.mp4":          `{"title":"sons of dales","season":5,"episode":10,"website":"720pMkv.Com"}`,
		"24/Season 01/24 - S01E01 - 12-00 A.M. - 1-00 A.M..mkv":                `{"title":"24","season":1,"episode":1,"episode_title":"12-00 A.M. - 1-00 A.M."}`,
		"1923.S01E01.1080p.WEB.mkv":                                            `{"title":"1923","season":1,"episode":1,"year":null}`,
		"9-1-1.S04E01.mkv":                                                     `{"title":"9-1-1","season":4,"episode":1,"date":null}`,
		"Dales.Five-0.2010.S01E01.mkv":                                         `{"title":"Dales Five-0","year":2010,"season":1}`,
		"60 Hours/60.Hours.2019.03.24.mkv":                                     `{"title":"60 Hours","date":"2019-03-24"}`,
		"Road/2018/2018-04-05.mkv":                                             `{"title":"Road","date":"2018-04-05"}`,
		"221208 ABC48 Nemousu TV Season 39 ep11.mp4":                           `{"title":"ABC48 Nemousu TV","season":39,"episode":11,"date":"2022-12-08"}`,
		"221205 ABC48 17研究所！ #17.ts":                                           `{"title":"ABC48 17研究所！","episode":17,"date":"2022-12-05"}`,
		"Match.of.the.Dale.2026.03.22.1080p.WEB-DL.AAC.H264-ABC.mkv":           `{"title":"Match of the Dale","date":"2026-03-22"}`,
		"Road S01E01, S01E02.mkv":                                              `{"season":1,"episode":[1,2]}`,
		"Road S01E01 & E02.mkv":                                                `{"season":1,"episode":[1,2]}`,
		"Road.S1E1-3.mkv":                                                      `{"season":1,"episode":[1,2,3]}`,
		"Planet Dale II 1 of 6 Islands.mkv":                                    `{"title":"Planet Dale II","episode":1,"episode_count":6,"episode_title":"Islands"}`,
		"Road/Season 01/Road - S01E01 - Pilot - Part 1.mkv":                    `{"season":1,"episode":1,"part":1}`,
		"Road S01E1001.mkv":                                                    `{"season":1,"episode":1001}`,
		"Road/Сезон 2/05. Название.mkv":                                        `{"title":"Road","season":2,"episode":5,"episode_title":"Название"}`,
		"Road/Saison 2/Épisode 03.mkv":                                         `{"title":"Road","season":2,"episode":3}`,
		"Road/Specials/Christmas Special 2010.mkv":                             `{"type":"episode","title":"Road","season":0,"episode":null}`,
	} {
		check(t, path, wants)
	}
}

func TestReportedAnime(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"[Group] Uta;Gate 0 - 07.mkv":                                      `{"title":"Uta;Gate 0","episode":7}`,
		"[Group] Uta 0 - 12 [1080p].mkv":                                   `{"title":"Uta 0","episode":12}`,
		"[Group] Uta - 00-12 [1080p].mkv":                                  `{"title":"Uta","episode":[0,1,2,3,4,5,6,7,8,9,10,11,12]}`,
		"[Group] Uta (01).mkv":                                             `{"type":"episode","title":"Uta","episode":1}`,
		"[Group] Uta (01) [1080p].mkv":                                     `{"title":"Uta","episode":1}`,
		"[Group] Uta (2001).mkv":                                           `{"type":"movie","title":"Uta","year":2001}`,
		"Sora Shippu 249 [1080p BD AV1 Dual Audio].mkv":                    `{"title":"Sora Shippu","episode":249,"season":null}`,
		"Sora.Shippu.249.720p.HDTV.x264-ABC.mkv":                           `{"season":2,"episode":49}`,
		"[HatSubs] One Road 1004 [E63F2984].mkv":                           `{"title":"One Road","episode":1004,"season":null,"crc32":"E63F2984"}`,
		"[GJM] Uta no Worm (Honzuki no Uta) - 50 (S04E14) (WEB 1080p).mkv": `{"title":"Uta no Worm","season":4,"episode":14,"absolute_episode":50}`,
		"[Ioroid] Uta Derby - Road to the Top - 04 [AMZN WEB-DL].mkv":      `{"title":"Uta Derby - Road to the Top","episode":4}`,
		"[Moozzi2] Uta Gray-08 [BD 1920x1080 x265-10Bit FLACx2].mkv":       `{"title":"Uta Gray","episode":8,"color_depth":"10-bit"}`,
		"Uta.Super.E89.1080p.WEB.x264-ABC-Obfuscated.mkv":                  `{"title":"Uta Super","episode":89}`,
		"[Zeta] Uta Suit - 01 - Uta Rising!! (BD x264 1080p 8-bit).mkv":    `{"title":"Uta Suit","episode":1,"episode_title":"Uta Rising!!"}`,
		"[Group] 86 - Eighty Six - 11 [1080p].mkv":                         `{"title":"86 - Eighty Six","episode":11}`,
		"[Group] Mob Sora 100 S2 - 03.mkv":                                 `{"title":"Mob Sora 100","season":2,"episode":3}`,
		"[Group] Uta no Sora 2nd Season Part 2 - 38.mkv":                   `{"title":"Uta no Sora","season":2,"episode":38}`,
		"[Group] Uta S3 - 05.5 [720p].mkv":                                 `{"season":3,"episode":5.5}`,
		"[Group] Uta 01-12 [BD 1080p]/[Group] Uta - 05v2 [BD 1080p].mkv":   `{"title":"Uta","episode":5,"version":2}`,
		"[Group] Uta - NCED.mkv":                                           `{"title":"Uta","extra":"ending","episode":null}`,
		"Uta.Name.-.476-479.(2007).[Group][WEBRip]..[HD.720p].mkv":         `{"title":"Uta Name","episode":[476,477,478,479],"year":2007}`,
	} {
		check(t, path, wants)
	}
}

func TestReportedSubtitles(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Quiet.2021.1080p.BluRay.H264.AAC-ABC.English - SDH.srt":   `{"title":"Quiet","subtitle_language":"en","subtitle_flags":"hearing_impaired","release_group":"ABC"}`,
		"Quiet.2021.1080p.BluRay.H264.AAC-ABC.forced.srt":          `{"subtitle_flags":"forced","subtitle_language":null}`,
		"Quiet (2020)/Subs/3_eng,English (SDH).srt":                `{"title":"Quiet","subtitle_language":"en","subtitle_flags":"hearing_impaired"}`,
		"Quiet (2020)/Subs/English [SDH].srt":                      `{"title":"Quiet","subtitle_language":"en","subtitle_flags":"hearing_impaired"}`,
		"Quiet (2020).English (Forced).srt":                        `{"title":"Quiet","subtitle_language":"en","subtitle_flags":"forced"}`,
		"Quiet (2020).sdh.en.srt":                                  `{"subtitle_language":"en","subtitle_flags":"hearing_impaired"}`,
		"Quiet (2020).en-US.(sdh).srt":                             `{"subtitle_language":"en-US","subtitle_flags":"hearing_impaired"}`,
		"Quiet (2020).chi_sim.srt":                                 `{"title":"Quiet","subtitle_language":"zh-Hans"}`,
		"Quiet (2020).chi_tra.srt":                                 `{"subtitle_language":"zh-Hant"}`,
		"Quiet (2020).Chinese (Simplified).srt":                    `{"subtitle_language":"zh-Hans"}`,
		"Quiet (2020).zh-Hant-TW.srt":                              `{"subtitle_language":"zh-Hant","subtitle_title":null}`,
		"Quiet (2020).es-419.srt":                                  `{"subtitle_language":"es-419","subtitle_title":null}`,
		"Quiet (2020).Latin American Spanish.srt":                  `{"title":"Quiet","subtitle_language":"es-419"}`,
		"Quiet (2020).Brazilian Portuguese.srt":                    `{"subtitle_language":"pt-BR"}`,
		"Quiet (2020).Portuguese (Brazil).srt":                     `{"subtitle_language":"pt-BR"}`,
		"Quiet (2020) [en].srt":                                    `{"title":"Quiet","subtitle_language":"en"}`,
		"Quiet (2020)_en.srt":                                      `{"title":"Quiet","subtitle_language":"en"}`,
		"Quiet [Group].srt":                                        `{"subtitle_language":null}`,
		"The.Italian.Dog.srt":                                      `{"title":"The Italian Dog","subtitle_language":null}`,
		"The.French.Post.2021.srt":                                 `{"title":"The French Post","subtitle_language":null}`,
		"The.English.Nurse.en.srt":                                 `{"title":"The English Nurse","subtitle_language":"en"}`,
		"Quiet (2020).en.commentary.srt":                           `{"subtitle_language":"en","subtitle_title":"commentary"}`,
		"Long Road (Strasse) S01E01 Der Titel (The Title).deu.srt": `{"title":"Long Road","episode":1,"subtitle_language":"de"}`,
		"Long Road/Subs/Long.Road.S01E02.1080p.WEB/4_French.srt":   `{"title":"Long Road","season":1,"episode":2,"subtitle_language":"fr"}`,
	} {
		check(t, path, wants)
	}
}
