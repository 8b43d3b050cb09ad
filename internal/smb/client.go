package smb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"runtime/debug"
	"strings"

	smb2 "github.com/cloudsoda/go-smb2"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// This file is the only one that knows the library. Everything else sees a mount and its handles.

// info is what a server says of a file.
type info struct {
	name       string // empty for an open handle
	attributes uint32 // MS-FSCC, 2.6
	tag        uint32 // of a reparse point, where it is known
	size       int64
	mtime      int64 // Unix nanoseconds, of 100
	created    int64 // Unix nanoseconds: no identity, see the package comment
	id         uint64
	server     [16]byte // that said so, by the GUID that it gave itself; zero where it gave none
}

// mount is a share to which a session is connected. Its methods block for as long as the connection
// lives; the session that owns it sees to their end. Paths are slash-separated, below the share.
type mount interface {
	open(path string) (handle, error)
	// lookAt is for names that may not be opened for reading. It knows no id.
	lookAt(path string) (info, error)
	// volumeSize is how many bytes the file system under path has.
	volumeSize(path string) (uint64, error)
}

// handle is an open file or directory.
type handle interface {
	stat() (info, error)
	// list returns up to about n further entries, and io.EOF after the last.
	list(n int) ([]info, error)
	readAt(p []byte, off int64) (int, error)
	close() error
}

// credentials are what a dial needs to log on. They are kept by nobody.
type credentials struct {
	user, domain, password string
}

// connect negotiates, logs on and mounts a share on conn. It takes no context: closing conn ends it.
// alive must not end before conn is closed, or the library's books go wrong: a request whose context ends
// is forgotten, but the credits it took from the server are not, and its sender can stay behind for ever.
func connect(alive context.Context, conn *wire, c Config, who credentials) (m mount, err error) {
	defer recovered(&err)
	dialer := smb2.Dialer{
		MaxCreditBalance: creditsWanted,
		Negotiator:       smb2.Negotiator{RequireMessageSigning: c.RequireSigning},
		Initiator:        &smb2.NTLMInitiator{User: who.user, Password: who.password, Domain: who.domain},
	}
	session, err := dialer.DialConn(context.Background(), conn, uncHost(c.Host))
	if err != nil {
		return nil, fmt.Errorf("log on: %w", logonError(conn, err))
	}
	share, err := session.WithContext(alive).Mount(`\\` + uncHost(c.Host) + `\` + c.Share)
	if forged(err) {
		return nil, unproven("does not sign with the password of %q", c.User)
	}
	if err != nil {
		return nil, fmt.Errorf("mount %s: %w", c.Share, translate(err))
	}
	return &libraryMount{share.WithContext(alive), alive}, nil
}

// logonError finds the status of a log-on that failed at once: there the library tells it in words only.
func logonError(conn *wire, err error) error {
	translated := translate(err)
	var status *statusError
	if code := conn.known().logon; !errors.As(translated, &status) && code != 0 && code != moreProcessing {
		return &statusError{code: code, text: (&smb2.ResponseError{Code: code}).Error()}
	}
	return translated
}

// forged reports whether the signature of an answer is wrong, or it has none where it should.
func forged(err error) bool {
	var invalid *smb2.InvalidResponseError
	return errors.As(err, &invalid) && invalid.Message == "packet failed signature verification"
}

// uncHost writes a host as it stands in a UNC path, where a colon cannot: the name that Windows reserves
// for IPv6 addresses.
func uncHost(host string) string {
	if !strings.Contains(host, ":") {
		return host
	}
	return strings.NewReplacer(":", "-", "%", "s").Replace(host) + ".ipv6-literal.net"
}

type libraryMount struct {
	share *smb2.Share
	alive context.Context // as in connect
}

func (m *libraryMount) open(path string) (h handle, err error) {
	defer recovered(&err)
	name := backslashed(path)
	f, err := m.share.Open(name)
	if err != nil {
		return nil, translate(err)
	}
	// The library closes forgotten files in a finalizer, with a request: on a server that hangs, that
	// would stop all finalizers of the process. Whoever opens here closes, or ends the session.
	runtime.SetFinalizer(f, nil)
	if f.Name() != name {
		// The library followed a symbolic link that the server told of, and may have left the root.
		_ = f.Close()
		return nil, &statusError{code: statusStoppedOnSymlink, text: "a symbolic link"}
	}
	return &libraryFile{f}, nil
}

func (m *libraryMount) lookAt(path string) (i info, err error) {
	defer recovered(&err)
	// The file that Lstat opens inside keeps its finalizer if it cannot be closed. With a context of its
	// own that has ended, the finalizer has nothing to wait for.
	ctx, cancel := context.WithCancel(m.alive)
	defer cancel()
	fi, err := m.share.WithContext(ctx).Lstat(backslashed(path))
	if err != nil {
		return info{}, translate(err)
	}
	return fromLibrary(fi)
}

func (m *libraryMount) volumeSize(path string) (size uint64, err error) {
	defer recovered(&err)
	ctx, cancel := context.WithCancel(m.alive) // as in lookAt
	defer cancel()
	v, err := m.share.WithContext(ctx).Statfs(backslashed(path))
	if err != nil {
		return 0, translate(err)
	}
	return v.TotalBlockCount() * v.BlockSize(), nil
}

type libraryFile struct{ f *smb2.File }

func (h *libraryFile) stat() (i info, err error) {
	defer recovered(&err)
	fi, err := h.f.Stat()
	if err != nil {
		return info{}, translate(err)
	}
	return fromLibrary(fi)
}

func (h *libraryFile) list(n int) (entries []info, err error) {
	defer recovered(&err)
	found, err := h.f.Readdir(n)
	if err != nil && err != io.EOF {
		return nil, endOfNothing(translate(err))
	}
	entries = make([]info, 0, len(found))
	for _, fi := range found {
		i, broken := fromLibrary(fi)
		if broken != nil {
			return nil, broken
		}
		entries = append(entries, i)
	}
	return entries, err
}

// endOfNothing is the end of a directory in which nothing is found, not even itself and the one above, as in the
// root of an empty disk. That is said as of a file that does not exist (MS-SMB2, 3.3.5.18), and is said of none.
func endOfNothing(err error) error {
	var status *statusError
	if errors.As(err, &status) && status.code == statusNoSuchFile {
		return io.EOF
	}
	return err
}

func (h *libraryFile) readAt(p []byte, off int64) (n int, err error) {
	defer recovered(&err)
	n, err = h.f.ReadAt(p, off)
	if n < 0 || n > len(p) {
		return 0, &brokenReply{what: "more bytes than asked for"}
	}
	if err != nil && err != io.EOF {
		return n, translate(err)
	}
	return n, err
}

func (h *libraryFile) close() (err error) {
	defer recovered(&err)
	return translate(h.f.Close())
}

// fromLibrary takes over what the library says of a file.
func fromLibrary(fi fs.FileInfo) (info, error) {
	st, ok := fi.Sys().(*smb2.FileStat)
	if !ok || st.EndOfFile < 0 {
		return info{}, &brokenReply{what: "a file of negative size"}
	}
	return info{
		name:       st.FileName,
		attributes: st.FileAttributes,
		tag:        st.ReparsePointTag,
		size:       st.EndOfFile,
		mtime:      clamped(st.LastWriteTime.UnixNano()),
		created:    st.CreationTime.UnixNano(),
		id:         st.FileId,
	}, nil
}

// clamped is the nearest time that can be told, where the server has said one outside of the years 1678 to 2262 (the
// year 1601, too, where it knows none). The library lets such times wrap around. They all have 100 ns, and 2^64 is no
// multiple of that: what is left over tells how often, once for 1601 and the other way for what is to come,
// up to the year 15,000.
func clamped(ns int64) int64 {
	const around = 16 // 2^64 modulo 100
	switch (ns%100 + 100) % 100 {
	case 0:
		return ns
	case around:
		return tree.Earliest
	}
	return tree.Latest
}

// backslashed writes a path as the library wants it.
func backslashed(path string) string { return strings.ReplaceAll(path, "/", `\`) }

// translate turns the library's errors into ours. It keeps no path: the library's are relative to the
// share, the callers' to the root.
func translate(err error) error {
	var status *smb2.ResponseError
	var transport *smb2.TransportError
	var invalid *smb2.InvalidResponseError
	var internal *smb2.InternalError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status) && status.Code == statusPathNotCovered:
		return &statusError{code: status.Code, text: "a DFS link to another server, which is not followed: " +
			"make what it leads to a root of its own"}
	case errors.As(err, &status):
		return &statusError{code: status.Code, text: strings.TrimPrefix(status.Error(), "response error: ")}
	case errors.Is(err, fs.ErrNotExist):
		return &statusError{code: statusObjectNameNotFound, text: "does not exist on the server"}
	case errors.Is(err, fs.ErrPermission):
		return &statusError{code: statusAccessDenied, text: "access denied by the server"}
	case errors.Is(err, smb2.ErrRequestNotAccepted):
		return &statusError{code: statusRequestNotAccepted, text: "the server takes no more connections"}
	case errors.As(err, &transport):
		return &lostError{cause: transport.Err, again: true}
	case errors.As(err, &invalid):
		return &brokenReply{what: invalid.Message, damaged: forged(err)}
	case errors.As(err, &internal):
		return fmt.Errorf("ask the server: %s", internal.Message)
	case errors.Is(err, context.Canceled):
		return &lostError{cause: err, again: true} // of the session's own context, which ends with it
	}
	return err
}

// recovered turns a panic of the library, on a reply that it did not expect, into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = &brokenReply{what: fmt.Sprintf("the library panicked: %v", r), stack: debug.Stack()}
	}
}
