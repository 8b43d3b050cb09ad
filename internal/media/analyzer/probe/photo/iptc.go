package photo

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// Datasets of record 2 (IIM 4.2, chapter 6) that a catalog has a use for.
const (
	iptcObjectName   = 5
	iptcCreatedDate  = 55 // CCYYMMDD
	iptcCreatedTime  = 60 // HHMMSS±HHMM
	iptcByline       = 80
	iptcCaption      = 120
	iptcMaxDatasets  = 1024
	iptcMarker       = 0x1C
	iptcCodedCharset = 90 // of record 1; ESC % G announces UTF-8
)

// IPTC reads an IPTC-IIM stream: what Photoshop's resource 0x0404 and TIFF's tag 33723 hold.
func IPTC(data []byte) Metadata {
	var m Metadata
	var day, clock string
	isUTF8 := false
	for range iptcMaxDatasets {
		if len(data) < 5 || data[0] != iptcMarker {
			break
		}
		record, dataset, size := data[1], data[2], int(binary.BigEndian.Uint16(data[3:]))
		data = data[5:]
		if size > len(data) { // also the extended sizes, which nothing of use here needs
			break
		}
		value := data[:size]
		data = data[size:]
		switch {
		case record == 1 && dataset == iptcCodedCharset:
			isUTF8 = string(value) == "\x1b%G"
		case record != 2:
		case dataset == iptcObjectName:
			m.Title = iptcText(value, isUTF8)
		case dataset == iptcCaption:
			m.Caption = iptcText(value, isUTF8)
		case dataset == iptcByline:
			m.Creators = append(m.Creators, iptcText(value, isUTF8))
		case dataset == iptcCreatedDate:
			day = string(value)
		case dataset == iptcCreatedTime:
			clock = string(value)
		}
	}
	m.Created = Date(day)
	if len(m.Created) == len("2006-01-02") && len(clock) >= 6 {
		if t := Time(m.Created+"T"+clock[:2]+":"+clock[2:4]+":"+clock[4:6], "", clock[6:]); t != "" {
			m.Created, m.Taken = t, t
		}
	}
	return m
}

func iptcText(b []byte, isUTF8 bool) string {
	if !isUTF8 && !utf8.Valid(b) {
		b, _ = charset.Decode(b, "windows-1252")
	}
	return strings.TrimSpace(strings.TrimRight(strings.ToValidUTF8(string(b), "\uFFFD"), "\x00"))
}
