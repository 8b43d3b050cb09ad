package name_test

import "testing"

func TestComicsByNameAndFolder(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		// volume and issue, or volume and chapter, stand beside each other
		"Moonrail v2 #14 (September 2007).cbz":        `{"type":"comic","series":"Moonrail","volume":2,"issue":14,"series_index":14,"year":2007}`,
		"Moonrail Volume 2 Issue 3.cbr":               `{"series":"Moonrail","volume":2,"issue":3,"series_index":3}`,
		"[Group] Moon Rail - v01 c012.5 [ABCD].cbz":   `{"series":"Moon Rail","volume":1,"chapter":12.5,"series_index":12.5}`,
		"Moonrail_v11_c90-98.zip":                     `{"type":"comic","series":"Moonrail","volume":11,"chapter":[90,98]}`,
		"Moonrail Chapter51v2.cbz":                    `{"series":"Moonrail","chapter":51}`,
		"Moonrail - SP02 Extra (2019).cbz":            `{"series":"Moonrail","chapter":null,"year":2019}`,
		"Мунрейл Том 1 Глава 3.cbz":                   `{"series":"Мунрейл","volume":1,"chapter":3}`,
		"月之铁路 第03卷 天下.cbz":                            `{"volume":3}`,
		"달의 철도 38-1화.cbz":                             `{"chapter":[38,1]}`,
		"Moonrail #½.cbr":                             `{"issue":0.5}`,
		"Moonrail #5AU.cbz":                           `{"series":"Moonrail","issue":5}`,
		"Moonrail v1 -001 (1997).cbz":                 `{"volume":1,"issue":-1}`,
		"Moonrail 07 - The Long Night (2012).cbr":     `{"series":"Moonrail","issue":7,"year":2012}`,
		"Moonrail - Rover IG-88 (2021) (Digital).cbz": `{"series":"Moonrail - Rover IG-88","issue":null}`,
		"Free Comic Day 2021 (2021).cbr":              `{"series":"Free Comic Day 2021","issue":null,"year":2021}`,
		"Moonrail #2 2001-02-24.cbz":                  `{"series":"Moonrail","issue":2,"year":2001}`,
		"Moonrail #49 Sep-Oct 1951.cbz":               `{"issue":49,"year":1951}`,
		// the folder is the series
		"/manga/Moonrail/Vol.1/Chapter 2/1.cbz":          `{"series":"Moonrail","volume":1,"chapter":2}`,
		"/manga/Moonrail/Vol.1 Chapter 2/1.cbz":          `{"series":"Moonrail","volume":1,"chapter":2}`,
		"/Manga/Moonrail/Chapter 001.cbz":                `{"series":"Moonrail","chapter":1}`,
		"Moonrail/Volume III/5-6 - Moonrail (2022).cbz":  `{"series":"Moonrail","volume":3,"issue":[5,6]}`,
		"/manga/Moonrail/Moonrail 567 Down the Hill.cbz": `{"series":"Moonrail","issue":567}`,
	} {
		check(t, path, wants)
	}
}

func TestArchivesAreComicsOnlyWhereSomethingSaysSo(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"Moonrail-v01-c001[MD].zip":            `{"type":"comic","series":"Moonrail"}`,
		"Moonrail - Episode 406 (52 Pages).7z": `{"type":"comic","series":"Moonrail","chapter":406}`,
		"Comics/Moonrail/Moonrail 012.rar":     `{"type":"comic","series":"Moonrail","issue":12}`,
		"Moonrail.S01E02.720p.x264-ABC.rar":    `{"type":"episode"}`,
	} {
		check(t, path, want)
	}
	for _, path := range []string{"tool v1.2.zip", "Quiet Harbour (1987).rar", "letters c.zip", "backup 3.7z"} {
		check(t, path, `{"series":null,"volume":null,"chapter":null}`)
	}
}

// TestAPDFOnAShelfOfComicsIsAComic: elsewhere, and as another kind of book, it is none.
func TestAPDFOnAShelfOfComicsIsAComic(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"Comics/Moonrail/Moonrail 001 (2018).pdf": `{"type":"comic","series":"Moonrail","issue":1,"year":2018}`,
		"Manga/Moonrail/Moonrail v02.pdf":         `{"type":"comic","series":"Moonrail","volume":2}`,
		"Books/Moonrail 001 (2018).pdf":           `{"type":"book","series":null}`,
		"Comics/Ann Author - A Book.epub":         `{"type":"book","title":"A Book"}`,
	} {
		check(t, path, want)
	}
}

func TestWhatComicsSayBesideTheirNumber(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		// the title of the story
		"Blue Dog v02 - The Return (2010) (digital).cbz": `{"series":"Blue Dog","volume":2,"title":"The Return"}`,
		"Blue Dog Vol. 01 Ch. 034.5 - Snow.cbz":          `{"series":"Blue Dog","volume":1,"chapter":34.5,"title":"Snow"}`,
		"Blue Dog - T03 - Le retour.cbr":                 `{"series":"Blue Dog","volume":3,"title":"Le retour"}`,
		"[Group] Blue Dog - c012 (v02) - p000 [dig].cbz": `{"series":"Blue Dog","volume":2,"chapter":12,"title":null}`,
		"Blue Dog - The Return 01 (of 5).cbz":            `{"series":"Blue Dog - The Return","issue":1,"title":null}`,
		// when it was published, in the name or in the folder of the series
		"Blue Dog, 2021-08-04 (#02) (digital).cbz":          `{"series":"Blue Dog","issue":2,"year":2021}`,
		"Blue Dog 02-24-2001.cbz":                           `{"series":"Blue Dog","issue":null,"year":2001}`,
		"Blue Dog 12 Sep-Oct 1951.cbz":                      `{"series":"Blue Dog","year":1951}`,
		"/comics/Blue Dog (2012)/003.cbz":                   `{"series":"Blue Dog","issue":3,"year":2012}`,
		"/comics/Blue Dog/Volume 2 (2012)/Blue Dog 003.cbz": `{"series":"Blue Dog","volume":2,"issue":3,"year":2012}`,
		"/comics/Red Cat (2010)/Blue Dog 003.cbz":           `{"series":"Blue Dog","issue":3,"year":null}`,
		"/comics/Blue Dog (2012)/Blue Dog 003 (2014).cbz":   `{"series":"Blue Dog","issue":3,"year":2014}`,
		// a corrected file is no volume
		"[Group] Blue Dog Chapter 12 [v2].cbz":  `{"series":"Blue Dog","chapter":12,"volume":null,"version":2}`,
		"[Group] Blue Dog Chapter 12 [v02].cbz": `{"series":"Blue Dog","chapter":12,"volume":2}`,
		// halves, and numbers below zero
		"Blue Dog #½ (1999).cbz":    `{"series":"Blue Dog","issue":0.5,"year":1999}`,
		"Blue Dog # ½.cbz":          `{"series":"Blue Dog","issue":0.5}`,
		"Blue Dog #-1.cbz":          `{"series":"Blue Dog","issue":-1}`,
		"蓝狗 卷3.cbz":                 `{"series":"蓝狗","volume":3}`,
		"Blue Dog v01c002[grp].zip": `{"type":"comic","series":"Blue Dog","volume":1,"chapter":2}`,
	} {
		check(t, path, wants)
	}
}
