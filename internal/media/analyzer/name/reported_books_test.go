package name_test

import "testing"

func TestReportedBooks(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"The Long Night - Ann Writer.epub":                                `{"title":"The Long Night","author":"Ann Writer"}`,
		"Night - Ann Writer.epub":                                         `{"title":"Night","author":"Ann Writer"}`,
		"Ann Writer - Night.epub":                                         `{"title":"Night","author":"Ann Writer"}`,
		"1984 - Ann Writer.epub":                                          `{"title":"1984","author":"Ann Writer"}`,
		"Ann Writer - The Long Night.epub":                                `{"title":"The Long Night","author":"Ann Writer"}`,
		"Homer - Complete Works.epub":                                     `{"title":"Complete Works","author":"Homer"}`,
		"Press - Mastering Rust.pdf":                                      `{"title":"Mastering Rust","author":"Press"}`,
		"War and Peace - Ann Writer.epub":                                 `{"title":"War and Peace","author":"Ann Writer"}`,
		"Good Signs - Ann Writer & Bob Maker.epub":                        `{"title":"Good Signs","author":"Ann Writer & Bob Maker"}`,
		"Ann Writer, Bob Maker - Good Signs.epub":                         `{"title":"Good Signs","author":"Ann Writer & Bob Maker"}`,
		"Le Writer, Ursula K. - The Night.epub":                           `{"title":"The Night","author":"Ursula K Le Writer"}`,
		"Márquez Gil, Ann - Cien noches.epub":                             `{"title":"Cien noches","author":"Ann Márquez Gil"}`,
		"Letters - Ludwig van Maker.epub":                                 `{"title":"Letters","author":"Ludwig van Maker"}`,
		"Ночь и день - Анна Писарь.fb2":                                   `{"title":"Ночь и день","author":"Анна Писарь"}`,
		"Night_ A Short History - Ann Lee Writer.epub":                    `{"title":"Night A Short History","author":"Ann Lee Writer"}`,
		"019 - Kussen und kussen - Ann Writer.epub":                       `{"title":"Kussen und kussen","author":"Ann Writer","series_index":19}`,
		"The Long Night - Ann Writer - 1869.epub":                         `{"title":"The Long Night","author":"Ann Writer","year":1869}`,
		"The Long Night (1936) - Ann Writer.pdf":                          `{"title":"The Long Night","author":"Ann Writer","year":1936}`,
		"Ann Writer (1949) - The Long Night.pdf":                          `{"title":"The Long Night","author":"Ann Writer","year":1949}`,
		"The Long Night (Moonrail, #11) - Ann Writer.epub":                `{"title":"The Long Night","author":"Ann Writer","series":"Moonrail","series_index":11}`,
		"The Long Night (Moonrail Book 11) - Ann Writer.epub":             `{"title":"The Long Night","author":"Ann Writer","series":"Moonrail","series_index":11}`,
		"Ann Writer [Moonrail Dale 11] The Long Night (epub).epub":        `{"title":"The Long Night","author":"Ann Writer","series":"Moonrail Dale","series_index":11}`,
		"The Long Night (Ann Writer) (z-lib.org).epub":                    `{"title":"The Long Night","author":"Ann Writer"}`,
		"The Long Night (Ann Writer) (Z-Library).epub":                    `{"title":"The Long Night","author":"Ann Writer"}`,
		"The Long Night (Ann Writer).epub":                                `{"title":"The Long Night","author":null}`,
		"The Long Night -- Writer, Ann; Maker, Bob -- 2011 -- Press.epub": `{"title":"The Long Night","author":"Ann Writer","year":2011}`,
		"The Long Night -- Ann Writer -- Moonrail, 1, 2011 -- Press -- 9780000000000 -- 0123456789abcdef -- Library.epub": `{"title":"The Long Night","author":"Ann Writer","year":2011}`,
		"Moonrail #0.5 - Night.epub":                                           `{"title":"Night","series":"Moonrail","series_index":0.5,"author":null}`,
		"Moonrail #2 - The Long Night - Ann Writer.epub":                       `{"title":"The Long Night","series":"Moonrail","series_index":2,"author":"Ann Writer"}`,
		"Ann Writer - Moonrail #2 - The Long Night.epub":                       `{"title":"The Long Night","series":"Moonrail","series_index":2,"author":"Ann Writer"}`,
		"Moonrail - Tome 1 - L'école.epub":                                     `{"title":"L'école","series":"Moonrail","series_index":1,"volume":1}`,
		"Night (Book 2).epub":                                                  `{"title":"Night","series_index":2}`,
		"Ann/The Moon Saga/The Moon Saga #0.5 - Night/Ann Writer - Night.azw3": `{"title":"Night","author":"Ann Writer"}`,
		"Magazines/The Weekly - June 5 2021.pdf":                               `{"title":"The Weekly - June 5 2021","author":null}`,
		"Magazines/Nature Times - 2019.04.pdf":                                 `{"title":"Nature Times - 2019.04","author":null}`,
		"Magazines/PC Games UK - Issue 345 - July 2020.pdf":                    `{"title":"PC Games UK - Issue 345 - July 2020","author":null,"series":"PC Games UK","series_index":345}`,
		"PC Games Issue 345.pdf":                                               `{"series":"PC Games","series_index":345}`,
		"Ann Writer - Night & Day.epub":                                        `{"title":"Night & Day","author":"Ann Writer"}`,
		"Ann Writer - Run, Wait, Hide.epub":                                    `{"title":"Run, Wait, Hide","author":"Ann Writer"}`,
		"Ann Writer - Salt, Sand and Stone.epub":                               `{"title":"Salt, Sand and Stone","author":"Ann Writer"}`,
		"Writer & Maker - Night Signs.epub":                                    `{"title":"Night Signs","author":"Writer & Maker"}`,
		"Ann and Bob Writer - Night Signs.epub":                                `{"title":"Night Signs","author":"Ann and Bob Writer"}`,
		"Night Signs - Writer, Ann & Maker, Bob.epub":                          `{"title":"Night Signs","author":"Ann Writer & Bob Maker"}`,
		"Writer - La Noche.epub":                                               `{"title":"La Noche","author":"Writer"}`,
		"Ann Writer/Writer - Night Signs.epub":                                 `{"title":"Night Signs","author":"Writer"}`,
		"Writer, Ann/Writer - Night Signs.epub":                                `{"title":"Night Signs","author":"Writer"}`,
	} {
		check(t, path, wants)
	}
}

func TestReportedAudiobooks(t *testing.T) {
	t.Parallel()
	const shelf = "/audiobooks/"
	for path, wants := range map[string]string{
		shelf + "A.N. Writer - #05 The Boy and the Order (by Bob Reader).m4b":                   `{"title":"The Boy and the Order","author":"A.N. Writer","series_index":5,"narrators":"Bob Reader"}`,
		shelf + "Ann Writer/Moonrail #3 - The Night/Ann Writer - The Night.m4b":                 `{"title":"The Night","author":"Ann Writer","series":"Moonrail","series_index":3}`,
		shelf + "The Night Rising - Ann Writer (read by Kate Reader)/01.mp3":                    `{"title":"The Night Rising","author":"Ann Writer","narrators":"Kate Reader","chapter":1}`,
		shelf + "Perry Roh/Perry Roh Erste/(2007) - Vol. 2413 - Das Magazin/Das Magazin.m4b":    `{"title":"Das Magazin","author":"Perry Roh","series":"Perry Roh Erste","series_index":2413,"year":2007}`,
		shelf + "Perry Roh/Perry Roh Erste/(1961) - Vol. 0001 - Das Schiff/Das Schiff.m4b":      `{"title":"Das Schiff","series_index":1,"year":1961}`,
		shelf + "TKK/TKK - Folge 012 - Der Titel/01.mp3":                                        `{"title":"Der Titel","series":"TKK","series_index":12,"chapter":1}`,
		shelf + "Night Book by Ann Writer/Night Book (Disc 01)/Track 03.mp3":                    `{"title":"Night Book","author":"Ann Writer","disc":1,"chapter":3}`,
		shelf + "Ann Writer/Night/Night CD2/03.mp3":                                             `{"title":"Night","author":"Ann Writer","disc":2,"chapter":3}`,
		shelf + "Ann Writer/Ann Writer - 1984.m4b":                                              `{"title":"1984","author":"Ann Writer","chapter":null}`,
		shelf + "Night - Ann Writer/Night - 01.mp3":                                             `{"title":"Night","author":"Ann Writer","chapter":1}`,
		shelf + "Ann Writer/Moonrail/Vol 1 - 1990 - The Night {Kate Reader & Bob Reader}/b.m4b": `{"title":"The Night","author":"Ann Writer","series":"Moonrail","series_index":1,"year":1990,"narrators":["Kate Reader","Bob Reader"]}`,
		shelf + "Ann Writer/Moonrail/Book 2.5 - Between/Between.m4b":                            `{"title":"Between","author":"Ann Writer","series":"Moonrail","series_index":2.5}`,
		shelf + "Ann Writer/Night/Night Sequel/audiobook.m4b":                                   `{"title":"Night Sequel","author":"Ann Writer","series":"Night"}`,
		shelf + "Ann Writer/Night/audiobook.m4b":                                                `{"title":"Night","author":"Ann Writer","series":null}`,
		shelf + "Ann Writer/Night [B00ABCDEFG]/Night [B00ABCDEFG].m4b":                          `{"title":"Night","author":"Ann Writer"}`,
		shelf + "Ann Writer/Moonrail/02 - Spec (R.C. Reader)/Spec.m4b":                          `{"title":"Spec","author":"Ann Writer","series":"Moonrail","series_index":2}`,
	} {
		check(t, path, wants)
	}
}

func TestReportedDiscsOfAlbums(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Orra/Velm/Disc Two/01 Dusk.mp3":                  `{"artist":"Orra","album":"Velm","disc":2,"track":1}`,
		"Orra/Velm/CD II/01 Dusk.mp3":                     `{"artist":"Orra","album":"Velm","disc":2}`,
		"Orra/Velm/Vinyl 2/01 Dusk.mp3":                   `{"artist":"Orra","album":"Velm","disc":2}`,
		"Orra/1973 - Velm/Digital Media 02/01 - Dusk.mp3": `{"artist":"Orra","album":"Velm","year":1973,"disc":2}`,
		"Orra/Vinyl Days/01 Dusk.mp3":                     `{"artist":"Orra","album":"Vinyl Days","disc":null}`,
		"Orra - Velm/LP1/01 Dusk.mp3":                     `{"disc":null}`,
	} {
		check(t, path, wants)
	}
}
