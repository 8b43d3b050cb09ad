package name_test

import "testing"

func TestBooksByNameAndFolder(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"Writer, Ann - Moonrail 04 - The Long Night.epub":          `{"type":"book","author":"Ann Writer","series":"Moonrail","series_index":4,"title":"The Long Night"}`,
		"Ann Writer - [Moonrail 04] - Night (retail) (azw3).epub":  `{"author":"Ann Writer","series":"Moonrail","series_index":4,"title":"Night"}`,
		"Ann Writer - Moonrail - 10 The Long Night.epub":           `{"author":"Ann Writer","series":"Moonrail","series_index":10,"title":"The Long Night"}`,
		"Ann Writer - Moonrail - Book 2.5 - Night.epub":            `{"author":"Ann Writer","series":"Moonrail","series_index":2.5,"title":"Night"}`,
		"Moonrail, Book 2 - The Long Night.epub":                   `{"author":null,"series":"Moonrail","series_index":2,"title":"The Long Night"}`,
		"Moonrail Vol 10 - The Long Night [House] {r2}.epub":       `{"series":"Moonrail","volume":10,"series_index":10,"narrators":null}`,
		"Night (Moonrail, Book 1) by Ann Writer.epub":              `{"author":"Ann Writer","series":"Moonrail","series_index":1,"title":"Night"}`,
		"The Long Night by Ann Writer [ENG].epub":                  `{"author":"Ann Writer","title":"The Long Night"}`,
		"Death by Moonlight.epub":                                  `{"author":null,"title":"Death by Moonlight"}`,
		"Stand by the Quiet River.epub":                            `{"author":null,"title":"Stand by the Quiet River"}`,
		"The Quiet River (1869).pdf":                               `{"title":"The Quiet River","year":1869}`,
		"Ann Writer - 1984.epub":                                   `{"author":"Ann Writer","title":"1984","year":null,"series":null}`,
		"Ann Writer - Catch-22.epub":                               `{"author":"Ann Writer","title":"Catch-22","series":null}`,
		"Ann.Writer-The.Long.Night.2025.RETAIL.EPUB-GRP.epub":      `{"author":"Ann Writer","title":"The Long Night","year":2025}`,
		"/books/Moonrail/2 - The Long Night.epub":                  `{"series":"Moonrail","series_index":2,"author":null}`,
		"/books/Writer, Ann/Moonrail/2 - The Long Night.epub":      `{"series":"Moonrail","series_index":2,"author":"Ann Writer"}`,
		"/books/Ann Writer/Night (1869)/Night - Ann Writer.epub":   `{"author":"Ann Writer","title":"Night","year":1869}`,
		"/books/Ann Writer/Night (42)/Night - Ann Writer.epub":     `{"author":"Ann Writer","title":"Night","year":null}`,
		"/books/Ann Writer/Moonrail, Book 2 - The Long Night.epub": `{"author":"Ann Writer","series":"Moonrail"}`,
	} {
		check(t, path, wants)
	}
}

func TestAudiobooksAsTheirServersLayThemOut(t *testing.T) {
	t.Parallel()
	const shelf = "/audiobooks/Ann Writer/Moonrail/"
	for path, wants := range map[string]string{
		shelf + "Vol 1 - 1994 - Night/Audio Track 1.mp3":                   `{"type":"audiobook","author":"Ann Writer","series":"Moonrail","series_index":1,"year":1994,"title":"Night"}`,
		shelf + "1994 - Book 1 - Night/Audiobook.m4b":                      `{"author":"Ann Writer","series":"Moonrail","series_index":1,"year":1994,"title":"Night"}`,
		shelf + "1994 - Volume 1. Night - A Tale {Bob Reader}/01.mp3":      `{"series_index":1,"year":1994,"title":"Night","subtitle":"A Tale","narrators":"Bob Reader","chapter":1}`,
		shelf + "(1994) - Night {Bob Reader, Eve Voice}/01.mp3":            `{"year":1994,"title":"Night","narrators":["Bob Reader","Eve Voice"]}`,
		shelf + "1.5 - Night (Unabridged) [B0ABCDEFGH]/CD2/03.mp3":         `{"series_index":1.5,"title":"Night","edition":"Unabridged","disc":2,"chapter":3}`,
		"/audiobooks/Ann Writer/Night - A Tale (read by Bob Reader)/1.m4b": `{"author":"Ann Writer","title":"Night","subtitle":"A Tale","narrators":"Bob Reader","series":null}`,
		"/audiobooks/Fiction/Children/Ann Writer - Night.m4b":              `{"author":"Ann Writer","title":"Night","series":null}`,
		"/audiobooks/Ann Writer - Moonrail - 10 Night/01.mp3":              `{"author":"Ann Writer","series":"Moonrail","series_index":10,"title":"Night"}`,
		"/audiobooks/Ann Writer/Night/CD1 - 04.mp3":                        `{"author":"Ann Writer","title":"Night","chapter":4}`,
		"Ann Writer - Moonrail 01.m4b":                                     `{"author":"Ann Writer","series":"Moonrail","series_index":1}`,
	} {
		check(t, path, wants)
	}
}

func TestBooksWhoseFolderOrBracketsSayMore(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string]string{
		"[Road Saga 02] The Short Road - Ann Writer.epub":                      `{"author":"Ann Writer","title":"The Short Road","series":"Road Saga","series_index":2}`,
		"[Road Saga 02] - The Short Road.epub":                                 `{"title":"The Short Road"}`,
		"[Ann Writer] The Short Road.epub":                                     `{"series":null}`,
		"Road Saga 2.5 - Between.epub":                                         `{"title":"Between","author":null,"series":"Road Saga","series_index":2.5}`,
		"Catch 22 - Ann Writer.epub":                                           `{"series":null}`,
		"/books/Ann Writer/Road Saga/Book 2 - The Short Road/book.epub":        `{"author":"Ann Writer","title":"The Short Road","series":"Road Saga","series_index":2}`,
		"/books/book.epub":                                                     `{"title":"book"}`,
		"/audiobooks/Ann Writer - The Long Road/The Long Road.m4b":             `{"type":"audiobook","author":"Ann Writer","title":"The Long Road"}`,
		"/books/Ann Writer/Road Saga/1994 - Book 2 - Snow {Bob Reader}/01.mp3": `{"type":"audiobook","author":"Ann Writer","series":"Road Saga","series_index":2,"title":"Snow","narrators":"Bob Reader","chapter":1}`,
		"/music/The Books/Snow/01 - Ice.mp3":                                   `{"type":"track","artist":"The Books"}`,
	} {
		check(t, path, wants)
	}
}
