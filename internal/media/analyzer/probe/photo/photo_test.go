package photo

import (
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestTimeReadsWhatCamerasAndSoftwareWrite(t *testing.T) {
	for _, c := range []struct{ text, fraction, zone, want string }{
		{"2018:07:14 12:34:56", "", "", "2018-07-14T12:34:56"},
		{"2018:07:14 12:34:56", "42", "+02:00", "2018-07-14T12:34:56.42+02:00"},
		{"2018:07:14 12:34:56", "00 ", "Z", "2018-07-14T12:34:56Z"},
		{"2018-07-14T12:34:56.42-05:30", "", "", "2018-07-14T12:34:56.42-05:30"},
		{"2018-07-14T12:34:56", "", "+0200", "2018-07-14T12:34:56+02:00"},
		{"2018-07-14T12:34Z", "", "", "2018-07-14T12:34:00Z"},
		{"2018/07/14 12:34:56", "", "", "2018-07-14T12:34:56"},
		{"2018:07:14 12:34:56", "", "   :  ", "2018-07-14T12:34:56"},
		{"0000:00:00 00:00:00", "", "", ""},
		{"    :  :     :  :  ", "", "", ""},
		{"2018:13:14 12:34:56", "", "", ""},
		{"2018:02:30 12:34:56", "", "", ""},
		{"2018:07:14 25:34:56", "", "", ""},
		{"2018:07:14", "", "", ""},
		{"", "", "", ""},
	} {
		if got := Time(c.text, c.fraction, c.zone); got != c.want {
			t.Errorf("Time(%q, %q, %q) = %q, want %q", c.text, c.fraction, c.zone, got, c.want)
		}
	}
}

func TestDateKeepsThePrecisionItWasGiven(t *testing.T) {
	for in, want := range map[string]string{
		"2018": "2018", "2018-07": "2018-07", "2018-07-14": "2018-07-14", "2018:07:14 12:34:56": "2018-07-14",
		"20180714": "2018-07-14", "0000": "", "0000:00:00": "", "20": "", "autumn": "", "2018-07-14T00:00:00Z": "2018-07-14",
		"20181": "",
	} {
		if got := Date(in); got != want {
			t.Errorf("Date(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCameraSaysTheMakerOnce(t *testing.T) {
	for _, c := range []struct{ maker, model, want string }{
		{"Canon", "Canon EOS 5D Mark IV", "Canon EOS 5D Mark IV"},
		{"NIKON CORPORATION", "NIKON D850", "NIKON D850"},
		{"SONY", "ILCE-7M3", "SONY ILCE-7M3"},
		{"", "X-T3", "X-T3"},
		{"Apple", "", "Apple"},
	} {
		m := Metadata{Make: c.maker, Model: c.model}
		if got := m.Camera(); got != c.want {
			t.Errorf("%q and %q are %q, want %q", c.maker, c.model, got, c.want)
		}
	}
}

func TestExposureIsWrittenAsPhotographersDo(t *testing.T) {
	for _, c := range []struct {
		seconds, f float64
		iso        int
		want       string
	}{
		{0.004, 2.8, 400, "1/250 s f/2.8 ISO 400"},
		{1.0 / 8000, 22, 0, "1/8000 s f/22"},
		{2.5, 0, 100, "2.5 s ISO 100"},
		{30, 1.4, 50, "30 s f/1.4 ISO 50"},
		{0, 0, 0, ""},
		{math.Inf(1), math.NaN(), -1, ""},
	} {
		m := Metadata{ExposureSeconds: c.seconds, FNumber: c.f, ISO: c.iso}
		if got := m.Exposure(); got != c.want {
			t.Errorf("%v s, f/%v, ISO %d are %q, want %q", c.seconds, c.f, c.iso, got, c.want)
		}
	}
}

func TestNoPlaceIsMadeOfImpossibleDegrees(t *testing.T) {
	for _, c := range [][2]float64{{0, 0}, {91, 0}, {0, 181}, {math.NaN(), 1}, {1, math.Inf(1)}} {
		if p := NewPosition(c[0], c[1]); p != nil {
			t.Errorf("%v became %v", c, *p)
		}
	}
	if p := NewPosition(-33.123456789, 0); p == nil || *p != (Position{-33.1234568, 0}) {
		t.Errorf("got %v", p)
	}
}

const xmpElements = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:exif="http://ns.adobe.com/exif/1.0/">
<xmpMM:History><rdf:Seq><rdf:li><rdf:Description><d:title>not this</d:title></rdf:Description></rdf:li></rdf:Seq></xmpMM:History>
<d:title><rdf:Alt><rdf:li xml:lang="de">Titel</rdf:li><rdf:li xml:lang="x-default">Title &amp; more</rdf:li></rdf:Alt></d:title>
<d:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></d:creator>
<d:description><rdf:Alt><rdf:li xml:lang="en">Caption</rdf:li></rdf:Alt></d:description>
<xmp:CreateDate>2017-01-02</xmp:CreateDate>
<exif:ExposureTime>1/250</exif:ExposureTime>
<exif:ISOSpeedRatings><rdf:Seq><rdf:li>200</rdf:li></rdf:Seq></exif:ISOSpeedRatings>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

const xmpAttributes = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="Canon" tiff:Model="Canon EOS R5" tiff:Orientation="6"/>
<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:DateCreated="2016-01-01T00:00:00"
 exif:DateTimeOriginal="2018-07-14T12:34:56+02:00" exif:GPSLatitude="48,51.504N" exif:GPSLongitude="2,17,40.2W" exif:FNumber="28/10" aux:Lens="RF 50mm"/>
</rdf:RDF></x:xmpmeta>`

func TestXMPPropertiesStandAsElementsOrAttributes(t *testing.T) {
	e := XMP([]byte(xmpElements))
	if e.Title != "Title & more" || !slices.Equal(e.Creators, []string{"A", "B"}) || e.Caption != "Caption" ||
		e.Created != "2017-01-02" || e.ExposureSeconds != 0.004 || e.ISO != 200 || e.Taken != "" {
		t.Errorf("elements: %+v", e)
	}
	a := XMP([]byte(xmpAttributes))
	if a.Camera() != "Canon EOS R5" || a.Orientation != 6 || a.Taken != "2018-07-14T12:34:56+02:00" || a.FNumber != 2.8 ||
		a.Lens != "RF 50mm" || a.Position == nil || *a.Position != (Position{48.8584, -2.2945}) {
		t.Errorf("attributes: %+v", a)
	}
}

func TestIPTCIsReadInTheCharsetItAnnounces(t *testing.T) {
	dataset := func(record, number byte, value string) []byte {
		return append([]byte{0x1C, record, number, byte(len(value) >> 8), byte(len(value))}, value...)
	}
	plain := slices.Concat(dataset(2, 5, "Caf\xe9"), dataset(2, 80, "A"), dataset(2, 80, "B"), dataset(2, 120, "Caption"),
		dataset(2, 55, "20180714"), dataset(2, 60, "123456+0200"))
	m := IPTC(plain)
	if m.Title != "Café" || len(m.Creators) != 2 || m.Caption != "Caption" || m.Taken != "2018-07-14T12:34:56+02:00" {
		t.Errorf("got %+v", m)
	}
	if m := IPTC(slices.Concat(dataset(1, 90, "\x1b%G"), dataset(2, 5, "Café"))); m.Title != "Café" {
		t.Errorf("UTF-8: %q", m.Title)
	}
	if m := IPTC(plain[:len(plain)-4]); m.Title != "Café" || m.Taken != "" || m.Created != "2018-07-14" {
		t.Errorf("cut off: %+v", m)
	}
}

func TestTheFirstSourceHasTheWord(t *testing.T) {
	m := Metadata{Model: "X-T3", Taken: "2018-07-14T12:34:56"}
	m.Fill(Metadata{Make: "Canon", Model: "Canon EOS R5", Taken: "2000-01-01T00:00:00", Title: "T", ISO: 100})
	var d media.Description
	m.Describe(&d)
	if d.Camera != "X-T3" || d.TakenAt != "2018-07-14T12:34:56" || d.Title != "T" || d.Exposure != "ISO 100" {
		t.Errorf("got %+v", d)
	}
}

func TestAFilesOwnDateIsNoShutterTimeWithoutACamera(t *testing.T) {
	var d media.Description
	m := Metadata{Created: "2018-07-14T12:34:56Z"}
	m.Describe(&d)
	if d.TakenAt != "" || d.Date != "2018-07-14" {
		t.Errorf("a drawing: taken %q, date %q", d.TakenAt, d.Date)
	}
	d, m.Model = media.Description{}, "X-T3"
	if m.Describe(&d); d.TakenAt != "2018-07-14T12:34:56Z" {
		t.Errorf("a photo: taken %q", d.TakenAt)
	}
}

func FuzzXMP(f *testing.F) {
	f.Add([]byte(xmpElements))
	f.Add([]byte(xmpAttributes))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d media.Description
		m := XMP(b)
		m.Describe(&d)
	})
}

func FuzzIPTC(f *testing.F) {
	f.Add([]byte("\x1c\x02\x05\x00\x03abc\x1c\x02\x37\x00\x0820180714\x1c\x02\x3c\x00\x0b123456+0200"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d media.Description
		m := IPTC(b)
		m.Describe(&d)
	})
}
