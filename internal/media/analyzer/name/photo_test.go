package name_test

import "testing"

func TestWhenPicturesAndVideosWereTaken(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"20180304050607.jpg":                              `{"type":"photo","date":"2018-03-04","time":"05:06:07"}`,
		"00015IMG_00015_BURST20180304050607089_COVER.jpg": `{"date":"2018-03-04","time":"05:06:07"}`,
		"FB_IMG_1520139967089.jpg":                        `{"date":"2018-03-04","time":null}`,
		"12345678901234.jpg":                              `{"date":null,"time":null}`,
		"WhatsApp Image 2018-03-04 at 12.06.07 AM.jpeg":   `{"date":"2018-03-04","time":"00:06:07"}`,
		"Screenshot 2018-03-04 at 5.06.07 PM.png":         `{"time":"17:06:07"}`,
		"WP_20180304_050607Z.jpg":                         `{"time":"05:06:07"}`,
		// videos of cameras are no episodes of the day, and no films from a cinema
		"PXL_20180304_050607089.TS.mp4":       `{"type":null,"title":null,"source":null,"date":"2018-03-04","time":"05:06:07"}`,
		"VID-20180304-WA0001.mp4":             `{"type":null,"episode":null,"date":"2018-03-04"}`,
		"AR_EFFECT_20180304050607.mp4":        `{"type":null,"date":"2018-03-04","time":"05:06:07"}`,
		"20180304_050607.mp4":                 `{"type":null,"date":"2018-03-04","time":"05:06:07"}`,
		"Evening News 2018-03-04 20-15-00.ts": `{"type":"episode","title":"Evening News","date":"2018-03-04","time":"20:15:00","episode_title":null}`,
		"20180304 Evening News.mp4":           `{"type":"episode","date":"2018-03-04"}`,
	} {
		check(t, path, wants)
	}
}

func TestWhatNumbersATrack(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"02.mp3":                         `{"type":"track","track":2}`,
		"1999.mp3":                       `{"track":null,"title":"1999"}`,
		"01abc.mp3":                      `{"track":1}`,
		"2_13 Rain.mp3":                  `{"disc":2,"track":13,"title":"Rain"}`,
		"track no 42.mp3":                `{"track":42}`,
		"anna rain 2004 track-no_01.ogg": `{"track":1}`,
		"Anna Rain [2004] (07).mp3":      `{"track":7}`,
		"Soundtrack 12.mp3":              `{"track":null}`,
		"20,000 Feet.mp3":                `{"track":null,"title":"20,000 Feet"}`,
		"Anna_Bell-Blue_Rain.ogg":        `{"artist":"Anna Bell","title":"Blue Rain","track":null}`,
	} {
		check(t, path, wants)
	}
}
