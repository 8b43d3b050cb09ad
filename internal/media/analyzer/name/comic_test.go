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
