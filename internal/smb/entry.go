package smb

import "github.com/catalogizer/catalogizerd/internal/tree"

// File attributes and reparse tags (MS-FSCC, 2.6 and 2.1.2.1).
const (
	attributeDirectory = 0x10
	attributeReparse   = 0x400

	tagNameSurrogate = 0x20000000 // stands for another name: a symbolic link, a junction
	tagNFS           = 0x80000014 // FIFOs, sockets, devices and links of NFS
	tagUnixSocket    = 0x80000023
	tagWSLFIFO       = 0x80000024
	tagWSLCharacter  = 0x80000025
	tagWSLBlock      = 0x80000026
)

func (i info) isDir() bool { return i.attributes&attributeDirectory != 0 && !i.isLink() }

// isLink reports whether the file is not what it says, but points elsewhere or is a device. Deduplicated,
// compressed and archived files are reparse points too, and files all the same. Where the tag is not
// known, as when a name was looked at, a reparse point counts as a link.
func (i info) isLink() bool {
	if i.attributes&attributeReparse == 0 {
		return false
	}
	switch i.tag {
	case 0, tagNFS, tagUnixSocket, tagWSLFIFO, tagWSLCharacter, tagWSLBlock:
		return true
	}
	return i.tag&tagNameSurrogate != 0
}

// entry is what the tree shows of a file. CTime stays unknown: servers on other file systems than NTFS
// give the modification time again, and a time that follows another proves nothing. So does the number of
// names, of which listings say nothing.
func (i info) entry(name string) tree.Entry {
	e := tree.Entry{Name: name, ID: tree.FileID{Inode: i.id}, MTime: i.mtime}
	switch {
	case i.isLink():
		if e.Type = tree.Other; i.tag == 0 || i.tag&tagNameSurrogate != 0 {
			e.Type = tree.Link
		}
	case i.isDir():
		e.Type = tree.Dir
	default:
		e.Type, e.Size = tree.File, i.size
	}
	return e
}
