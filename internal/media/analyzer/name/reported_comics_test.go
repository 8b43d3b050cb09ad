package name_test

import "testing"

func TestReportedComics(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"comics/421/421 - 01 - Koude Nacht.cbr":                                   `{"series":"421","issue":1,"title":"Koude Nacht"}`,
		"421 - Koude Nacht.cbr":                                                   `{"series":"Koude Nacht","issue":421}`,
		"manga/Road Special 1997/Road Special 1997 - Volume 15/183 - 80 Days.zip": `{"series":"Road Special 1997","volume":15,"chapter":183}`,
		"manga/Road/Volume 15/183 - A Bet.cbz":                                    `{"series":"Road","volume":15,"chapter":183,"title":"A Bet"}`,
		"manga/Road/01. Part 1/Volume 3.cbz":                                      `{"series":"Road Part 1","volume":3}`,
		"manga/Road/Part 2/Chapter 4.cbz":                                         `{"series":"Road Part 2","chapter":4}`,
		"Road v2 - Annual 2014 - 001.cbr":                                         `{"series":"Road Annual 2014","volume":2,"issue":1,"title":null}`,
		"Road 001 - Annual Meeting (2016).cbz":                                    `{"series":"Road","issue":1,"title":"Annual Meeting"}`,
		"Road Annual 2012 #01 (January 2012).cbz":                                 `{"series":"Road Annual 2012","issue":1,"year":2012}`,
		"Road Annual 2 - Blood (1990).cbz":                                        `{"series":"Road Annual","issue":2,"title":"Blood"}`,
		"Road - One-Shot (2019).cbz":                                              `{"series":"Road","year":2019,"issue":null}`,
		"One Shot (2019).cbz":                                                     `{"series":"One Shot","year":2019}`,
		"2000 AE 0366 [1984-04-28] (abc).cbz":                                     `{"series":"2000 AE","issue":366,"year":1984}`,
		"Road - v2 #002 - The Bone - (2013).cbr":                                  `{"series":"Road","volume":2,"issue":2,"title":"The Bone","year":2013}`,
		"Road- v1- 066- 1951.cbr":                                                 `{"series":"Road","volume":1,"issue":66}`,
		"A Return Should Be Special/Chapter 1.cbz":                                `{"series":"A Return Should Be Special","chapter":1}`,
		"Long-Road-chapter-008.cbz":                                               `{"series":"Long-Road","chapter":8}`,
		"Road v2.5.cbz":                                                           `{"series":"Road","volume":2.5,"chapter":null}`,
		"Road 001 (of 012) (2016).cbr":                                            `{"series":"Road","issue":1,"year":2016}`,
		"Spider 2099 001 (1992).cbz":                                              `{"series":"Spider 2099","issue":1,"year":1992}`,
		"52 001 (2006).cbz":                                                       `{"series":"52","issue":1,"year":2006}`,
		"100 Roads 045 (2003).cbr":                                                `{"series":"100 Roads","issue":45}`,
		"Road #-1 (1997).cbz":                                                     `{"series":"Road","issue":-1}`,
		"Road #700.1 (2012).cbz":                                                  `{"series":"Road","issue":700.1}`,
		"Road - c1005 (v100) [Group].cbz":                                         `{"series":"Road","chapter":1005,"volume":100}`,
		"Road T05 - Le lotus.cbz":                                                 `{"series":"Road","volume":5,"title":"Le lotus"}`,
		"Long Woman 1984 001 (2020).cbz":                                          `{"series":"Long Woman 1984","issue":1,"year":2020}`,
		"Press - Four Roads 2025 No 01 2025 HYBRID COMIC eBook-ABC.cbz":           `{"issue":1}`,
	} {
		check(t, path, wants)
	}
}
