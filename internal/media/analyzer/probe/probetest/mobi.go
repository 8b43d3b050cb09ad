package probetest

import (
	"encoding/binary"
	"strings"
)

// MOBIOf lays out a book of three records: header, text, cover.
func MOBIOf(version uint32, name string, exth map[uint32]string) []byte {
	b := binary.BigEndian
	record := make([]byte, 248)
	copy(record[16:], "MOBI")
	b.PutUint32(record[20:], 232)
	b.PutUint32(record[28:], mobiUTF8)
	b.PutUint32(record[36:], version)
	b.PutUint32(record[108:], 2)
	b.PutUint32(record[128:], 0x40)
	var tags []byte
	for id, value := range exth {
		tags = append(b.AppendUint32(b.AppendUint32(tags, id), uint32(8+len(value))), value...)
	}
	record = append(record, "EXTH"...)
	record = append(b.AppendUint32(b.AppendUint32(record, uint32(12+len(tags))), uint32(len(exth))), tags...)
	b.PutUint32(record[84:], uint32(len(record)))
	b.PutUint32(record[88:], uint32(len(name)))
	record = append(record, name...)
	records := []string{string(record), "text", "\xFF\xD8\xFF\xE0 a cover of some length"}
	out := make([]byte, 78)
	copy(out, "Palm_Name")
	copy(out[60:], "BOOKMOBI")
	b.PutUint16(out[76:], uint16(len(records)))
	at := 78 + 8*len(records)
	for _, r := range records {
		out = append(b.AppendUint32(out, uint32(at)), 0, 0, 0, 0)[:len(out)+8]
		at += len(r)
	}
	return append(out, strings.Join(records, "")...)
}
