package sidecar

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// ComicInfo reads ComicInfo.xml (The Anansi Project, schema 2.1). Errors wrap ErrUnknown.
func ComicInfo(data []byte) (media.Description, error) {
	var d media.Description
	var year, month, day int
	fields := map[string]string{}
	s := xmlscan.New(data)
	for s.Next() {
		if s.Kind != xmlscan.Start {
			continue
		}
		switch name := string(s.Name); {
		case s.Depth == 1 && name != "ComicInfo":
			return d, fmt.Errorf("%w: root element %q", ErrUnknown, name)
		case s.Depth == 2 && name == "Pages":
			s.Skip()
		case s.Depth == 2 && len(fields) < 100:
			fields[name] = text.Printable(s.Inner())
		}
	}
	if len(fields) == 0 {
		return d, fmt.Errorf("%w: empty ComicInfo", ErrUnknown)
	}
	for name, dst := range map[string]*int{"Year": &year, "Month": &month, "Day": &day} {
		if fields[name] == "" {
			continue
		}
		if n, err := strconv.Atoi(fields[name]); err == nil && n > 0 {
			*dst = n
		}
	}
	comicDate(&d, year, month, day)
	d.Title, d.Series, d.Publisher, d.Plot = fields["Title"], fields["Series"], fields["Publisher"], PlainText(fields["Summary"])
	d.SeriesIndex, d.Volume = number(fields["Number"]), comicVolume(fields["Volume"])
	d.LocalizedSeries, d.Format = fields["LocalizedSeries"], fields["Format"]
	d.Authors = list(cmp.Or(fields["Writer"], fields["Penciller"]), ",;")
	d.Genres = list(fields["Genre"], ",;")
	d.Languages = language.Tags(list(fields["LanguageISO"], ",;"))
	if isbn := ISBN(fields["GTIN"]); isbn != "" {
		setID(&d, "isbn", isbn)
	}
	if _, id, ok := strings.Cut(fields["Web"], "comicvine.gamespot.com/"); ok {
		if _, number, ok := strings.Cut(id, "4000-"); ok {
			setID(&d, "comicvine", strings.Trim(number, "/"))
		}
	}
	if n, err := strconv.Atoi(fields["PageCount"]); err == nil && n > 0 && n < 1e6 {
		d.Media = &media.Media{Pages: n}
	}
	return d, nil
}

// comicVolume reads a volume, for which -1 stands where there is none (the schema's default).
func comicVolume(s string) *float64 {
	if v := number(s); v != nil && *v >= 0 {
		return v
	}
	return nil
}

func comicDate(d *media.Description, year, month, day int) {
	switch {
	case year == 0:
	case month == 0:
		setDate(d, fmt.Sprintf("%04d", year))
	case day == 0:
		setDate(d, fmt.Sprintf("%04d-%02d", year, month))
	default:
		setDate(d, fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	}
}
