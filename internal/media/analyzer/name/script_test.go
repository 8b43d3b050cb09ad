package name_test

import "testing"

func TestChineseJapaneseAndKoreanNames(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		// of two titles the Latin one is the title; of two that are not Latin, the first
		"[字幕组] 云上小屋 / Kumo no Ie - 05 [1080p].mkv":   `{"title":"Kumo no Ie","alternative_title":"云上小屋","episode":5}`,
		"[字幕组] 云上小屋Ie / 雲の家 EP05 [1080p].mkv":        `{"title":"云上小屋Ie","alternative_title":"雲の家","episode":5}`,
		"[字幕组] Kumo 云上小屋 IE - 05 [1080p].mkv":        `{"title":"Kumo 云上小屋 IE","alternative_title":null,"episode":5}`,
		"[字幕组] 劇場版KUMO×YAMA CODE: Red [1080p].mkv":   `{"title":"劇場版KUMO×YAMA CODE: Red","type":"movie"}`,
		"[字幕组] 云上小屋 Movie [1080p].mkv":               `{"title":"云上小屋 Movie","type":"movie"}`,
		"[字幕组] 云上小屋 / Kumo no Ie 剧场版 [1080p].mkv":    `{"title":"Kumo no Ie","alternative_title":"云上小屋","type":"movie"}`,
		"【字幕组】【23年日剧】【云上小屋】【05】【1080P】.mp4":          `{"title":"云上小屋","episode":5}`,
		"【字幕组】★10月新番【云上小屋】【05】【1080P】.mp4":           `{"title":"云上小屋","episode":5}`,
		"[ANi] 云上小屋（僅限港澳台地區） - 05 [1080P][Baha].mp4": `{"title":"云上小屋","alternative_title":null,"episode":5}`,
		"云上小屋EP05.mp4":                              `{"title":"云上小屋","episode":5}`,
		"云上小屋E105.mp4":                              `{"title":"云上小屋","episode":105}`,
		"云上小屋2.mp4":                                 `{"title":"云上小屋2","type":"movie"}`,
		"[字幕组] 云上小屋 第01-03话 [1080p]":                `{"title":"云上小屋","episode":[1,2,3]}`,
		"[字幕组] 云上小屋 [第01-03集][1080p]":               `{"title":"云上小屋","episode":[1,2,3]}`,
		"[字幕组] 云上小屋 01-03 合集 [1080p]":               `{"title":"云上小屋","episode":[1,2,3]}`,
		"[字幕组] 云上小屋 全3话 [1080p]":                    `{"title":"云上小屋","episode":[1,2,3],"episode_count":3}`,
		"云上小屋 第二季 全24集 1080p":                       `{"title":"云上小屋","season":2,"episode":null,"episode_count":24}`,
		"구름집 시즌2 05화.mp4":                           `{"title":"구름집","season":2,"episode":5}`,
		"구름집.E05.190101.720p-NEXT.mp4":              `{"title":"구름집","episode":5,"date":"2019-01-01"}`,
		"/tv/云上小屋/第二季/05.mkv":                       `{"title":"云上小屋","season":2,"episode":5}`,
		"雲の家 第二十三話.mkv":                             `{"title":"雲の家","episode":23}`,
		"[字幕组] 云上小屋 [05.5][1080p].mkv":              `{"title":"云上小屋","episode":5.5}`,
		"云上小屋.2019.EP05.HD1080P.国语中字.mp4":           `{"title":"云上小屋","year":2019,"episode":5}`,
		"云上小屋.Kumo.no.Ie.2019.S01E05.1080p.WEB.mkv": `{"title":"Kumo no Ie","alternative_title":"云上小屋","season":1,"episode":5}`,
	} {
		check(t, path, wants)
	}
}
