package probetest

import (
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"testing"
)

// ISOSample is an image of ISO 9660 with Joliet.
func ISOSample(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open(Samples(t, "document/joliet.iso.gz")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// UDFOf lays out an image whose root directory, in a metadata partition as on Blu-rays or not, holds name.
func UDFOf(label, name string, metadata bool) []byte {
	u := binary.LittleEndian
	image := make([]byte, 300*isoSector)
	sector := func(n int) []byte { return image[n*isoSector : (n+1)*isoSector] }
	for i, id := range []string{"BEA01", "NSR03", "TEA01"} {
		copy(sector(16 + i)[1:], id)
	}
	anchor := sector(256)
	u.PutUint16(anchor, udfTagAnchor)
	u.PutUint32(anchor[16:], 3*isoSector)
	u.PutUint32(anchor[20:], 32)
	partition := sector(32)
	u.PutUint16(partition, udfTagPartition)
	u.PutUint32(partition[188:], 260)
	logical := sector(33)
	u.PutUint16(logical, udfTagLogical)
	copy(logical[84:], "\x08"+label)
	logical[211] = byte(1 + len(label))
	copy(logical[440:], "\x01\x06\x00\x00\x00\x00")
	u.PutUint32(logical[264:], 6)
	if metadata { // its file's entry is at block 20 of the partition, its content at block 4
		copy(logical[446:], "\x02\x40\x00\x00\x00*UDF Metadata Partition")
		u.PutUint32(logical[446+40:], 20)
		u.PutUint32(logical[264:], 6+64)
		u.PutUint16(logical[256:], 1)
		file := sector(280)
		u.PutUint16(file, udfTagExtendedFile)
		u.PutUint32(file[212:], 8)
		u.PutUint32(file[216:], 8*isoSector)
		u.PutUint32(file[220:], 4)
	}
	u.PutUint16(sector(34), udfTagTerminator)
	base, part := 260, uint16(0)
	if metadata {
		base, part = 264, 1
	}
	files := sector(base)
	u.PutUint16(files, udfTagFileSet)
	u.PutUint32(files[404:], 1)
	u.PutUint16(files[408:], part)
	root := sector(base + 1)
	u.PutUint16(root, udfTagFile)
	u.PutUint32(root[172:], 8)
	u.PutUint32(root[176:], isoSector)
	u.PutUint32(root[180:], 2)
	id := sector(base + 2)
	u.PutUint16(id, udfTagFileID)
	id[18] = 0x0A // the parent
	id = id[40:]
	u.PutUint16(id, udfTagFileID)
	id[18], id[19] = 2, byte(1+len(name))
	copy(id[38:], "\x08"+name)
	return image
}
