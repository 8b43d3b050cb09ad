package book

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

func TestFictionBooksDescriptionIsReadInItsEncoding(t *testing.T) {
	in := "<?xml version=\"1.0\" encoding=\"windows-1251\"?><FictionBook><description><title-info><genre>sf</genre><author><first-name>\xc8\xe2\xe0\xed</first-name>" +
		"<last-name>\xcf</last-name></author><book-title>\xca\xed\xe8\xe3\xe0</book-title><annotation><p>A</p></annotation><date value=\"2001-02-03\">x</date><lang>ru</lang><sequence name=\"S\" number=\"3\"/></title-info>" +
		"<src-title-info><book-title>no</book-title></src-title-info><publish-info><publisher>P</publisher><isbn>978-0-306-40615-7</isbn></publish-info></description><body><title-info><book-title>no</book-title></title-info></body></FictionBook>"
	r, err := probeBytes([]byte(in), ".fb2")
	if err != nil {
		t.Fatal(err)
	}
	want := media.Description{
		Title: "Книга", Authors: []string{"Иван П"}, Genres: []string{"sf"}, Plot: "A", Year: 2001, Date: "2001-02-03", Languages: []string{"ru"},
		Series: "S", SeriesIndex: new(3.0), Publisher: "P", IDs: map[string]string{"isbn": "9780306406157"}, Media: &media.Media{Container: "fb2"},
	}
	if d := cmp.Diff(want, r.Description); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestFictionBooksInUTF16AreSeen(t *testing.T) {
	book := `<?xml version="1.0" encoding="UTF-16"?><FictionBook><description><title-info><book-title>Книга</book-title></title-info></description></FictionBook>`
	for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		data, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(book)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := probeBytes([]byte(data), ".fb2"); err != nil || r.Description.Title != "Книга" {
			t.Errorf("%v: %+v, %v", order, r.Description, err)
		}
	}
}
