// Package tree is how the scanner and the analyzer see the files of a root: list a directory, look at
// one name, open a file for reading at an offset. Package local implements it for the disks of this machine,
// package smb for shares, package faketree in memory for tests. The suite in package treetest holds every
// implementation to the same contract.
//
// Paths are slash-separated bytes relative to the root, without a leading or trailing slash; the root
// itself is "". They need not be UTF-8. An implementation never follows a symbolic link, never leaves
// the root, never writes, and keeps nothing of a root open between calls, so that a disk can be
// unmounted while the daemon runs.
//
// All methods are safe for concurrent use and honour their context: a call whose context ends returns
// soon, also where the operating system or the server does not answer.
package tree

import (
	"context"
	"errors"
	"io"
	"math"
	"time"
)

// Errors of trees. Others are errors of this entry alone (denied, I/O error, ...): they never prove
// that anything is absent.
var (
	// ErrNotExist says that the name is proven absent: its directory was reached and does not hold it.
	ErrNotExist = errors.New("does not exist")
	// ErrNotDir says that the path is proven to be something else than a directory.
	ErrNotDir = errors.New("not a directory")
	// ErrNotRegular says that the path is not a regular file (a FIFO, a device, a link, a directory).
	ErrNotRegular = errors.New("not a regular file")
	// ErrAway says that the whole root cannot be reached or is not proven to be itself: nothing can be
	// concluded of any entry. The error's text says why.
	ErrAway = errors.New("root is away")
	// ErrOtherVolume says that the path lies on another file system than its root, which this tree does
	// not cross into.
	ErrOtherVolume = errors.New("on another file system")
	// ErrUnsettled says that a directory kept moving while it was listed, so that no listing of it could be
	// tied to its path. Nothing can be concluded; a later try may succeed.
	ErrUnsettled = errors.New("directory does not stay where it is")
)

// Type is what a directory entry is.
type Type uint8

// Types of entries. Everything that is neither regular file nor directory is passed over.
const (
	Other Type = iota
	File
	Dir
	Link // a symbolic link, wherever it leads
)

// Taken says whether entries of the type are catalogued or gone into.
func (t Type) Taken() bool { return t == File || t == Dir }

// FileID identifies a file on its volume. Birth is the birth time in Unix nanoseconds, or 0 where the
// file system knows none; an inode alone proves nothing, since file systems use numbers again.
// The zero FileID means that the tree has no identities.
type FileID struct {
	Inode uint64
	Birth int64
}

// Entry is one name of a directory, as one look at it (a single statx) saw it.
type Entry struct {
	Name  string
	Type  Type
	ID    FileID
	Size  int64  // bytes
	MTime int64  // Unix nanoseconds
	CTime int64  // Unix nanoseconds; 0 where there is none
	Links uint32 // names that the file has; 0 where nobody says
	// Mount says that another file system is mounted on the entry: a directory; or a file, whose Type is Other then
	// unless the tree crosses into what is mounted.
	Mount bool
}

// Listing is a complete, error-free listing of one directory. Entries that vanished while it was read
// are not in it; an entry that could not be looked at for any other reason is in Broken.
type Listing struct {
	Volume  Volume // the file system the directory is on
	Self    Entry  // the directory itself; Name is empty
	Entries []Entry
	Broken  []string // names that exist but could not be looked at: what is known of them stands
	// Provisional says that a name missing from Entries is not proven absent (a share whose server may
	// cut a listing short, a local directory that changed whenever it was read): the scanner asks for
	// each such name by Stat before it believes it.
	Provisional bool
}

// Volume identifies a file system over reboots and remounts.
type Volume struct {
	// ID is stable over reboots: "uuid:…" where the file system has a UUID, "marker:INODE.BIRTH" of the
	// root directory where not, "smb:…" for a share. Never a device number.
	ID string
	// Former is the ID under which catalogs of earlier versions know the same file system; empty where that is ID.
	Former string
	// Root identifies the root directory on it.
	Root FileID
	// FSType is the type's name as mountinfo has it (ext4, xfs, fuse.mergerfs, …), or "smb".
	FSType string
	// WeakIDs says that FileIDs alone do not prove a file to be the same (no birth times, FAT, exFAT,
	// FUSE, network): size and modification time must match too.
	WeakIDs bool
	// Remote says that the file system sends no change events (network and FUSE): it must be polled.
	Remote bool
}

// ReadFile is an open regular file. ReadAt honours the context that opened it. Stat looks at the open
// file itself, whatever its path shows by now. Close is idempotent.
type ReadFile interface {
	io.ReaderAt
	io.Closer
	Stat() (Entry, error)
}

// Tree is the files of one root.
type Tree interface {
	// Identify reaches the root and says what file system it is on. ErrAway where it cannot.
	Identify(ctx context.Context) (Volume, error)
	// Expect tells the tree which volume to take for its own from here on: List, Stat and Open fail with
	// ErrAway while the root is on any other. The zero Volume expects nothing.
	Expect(v Volume)
	// List reads a directory whole. Errors: ErrAway, ErrNotExist, ErrNotDir, ErrOtherVolume, the context's, or
	// the operating system's. A listing that failed half-way is an error, never a short listing.
	List(ctx context.Context, dir string) (*Listing, error)
	// Total says how large the file system of a directory is, in bytes, where a listing by itself does not prove that
	// what is missing is gone: a union of disks lists what is left of it, a server what it has just now. 0 elsewhere.
	Total(ctx context.Context, dir string) (int64, error)
	// Stat looks at one name, through every directory above it.
	Stat(ctx context.Context, path string) (Entry, error)
	// Open opens a regular file for reading; it never blocks on a FIFO or a device.
	Open(ctx context.Context, path string) (ReadFile, error)
}

// Earliest and Latest are the times that an entry can tell, of the years 1677 and 2262. A time beyond is told as the
// nearer of them.
const (
	Earliest = math.MinInt64
	Latest   = math.MaxInt64
)

// Time converts an entry's nanoseconds.
func Time(ns int64) time.Time { return time.Unix(0, ns).UTC() }
