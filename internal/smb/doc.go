// Package smb shows a directory of an SMB share as a file tree (tree.Tree), speaking SMB 2.0.2 to 3.1.1
// itself instead of relying on a kernel mount, which hangs its readers with the server.
//
// # Guarantees
//
//   - Every call returns within its context, and without one within Config.Timeout of the server's last
//     sign of life (plus what connecting takes), whatever the server does: hang, lie, vanish.
//   - A share that does not answer costs a few such waits. Then its circuit breaker opens and calls fail
//     at once with tree.ErrAway; see Breaker, Run and Reconnect.
//   - tree.ErrNotExist is said only of a name that the server denies when asked for that name, of a root
//     that was proven before and after. Listings are provisional throughout.
//   - A refused log-on is tried again after 15 minutes, or with another password, or on Reconnect.
//   - The password is read at each log-on, is kept by nobody, and is in no error and no log.
//
// A Share is safe for concurrent use. Calls run in goroutines of their own, which end with the server's
// answer or with Config.Timeout; Close ends them all, and waits.
//
// # The library
//
// Only client.go knows it: github.com/cloudsoda/go-smb2, the maintained line of hirochachacha/go-smb2. In
// the original's last release, v1.1.0 of 2022, a read that the server answers late (first that it is
// pending, then with the data) fails where signing is required, and nothing outside of it can help; there
// are no file ids, so no file can be recognized; and one malformed reply ends the process. The two cannot
// be exchanged by a replace directive, since their functions differ. Whoever wants the original changes
// client.go, and pays with these three.
//
// # Its traps
//
//   - A request whose context ends is forgotten, but the credits that the server still holds for it are
//     counted as free, and its sender can be left behind for ever. So the library never sees a context
//     that ends before the connection does, and time-outs end the connection (sessions.go).
//   - Logoff panics calls under way and lets later ones hang: sessions end by closing the connection.
//   - Listing, and asking an open file for its id, take 16 credits each, whether or not there are that
//     many; with one too few the server answers INVALID_PARAMETER. Credits are counted before (sessions.go).
//   - A file that is forgotten is closed by a finalizer, which waits for the server and stops all other
//     finalizers meanwhile. Files are closed here, or go with their connection (client.go).
//   - Opening follows symbolic links that the server reports, also out of the root (client.go).
//   - An unknown user becomes a guest without a word, also where signing is required: session flags are
//     read off the wire (wire.go, Config.User).
//   - The last answer to a log-on is taken unsigned, and an older protocol is too: what signing has to prove is
//     asked on the wire as well (signing.go).
//   - Lengths and offsets of replies are believed: frames are checked before the library sees them
//     (wire.go), and panics on what remains are recovered (client.go).
//
// And of github.com/sony/gobreaker, which circuit_breaker.go is built over: it has neither back-off nor a
// time of the next try nor a reset, calls its hooks under its own lock, and turns half-open whenever it
// looks at its clock, be it for an answer that is too late to count.
//
// # What a server does not prove
//
// A Samba whose disk fails in the middle of a listing sends what it has as complete. One whose disk is not
// mounted shows the empty mount point. File ids are inode numbers, used again at once, and creation and
// change times follow the modification time: a file is the same only with size and modification time
// (Volume.WeakIDs). Names are found in any case, and those that Windows could not write (a colon, a final
// dot) are shown under short names of the server's own making. Where a server is told to make none, a file
// with one of *?"<> in its name is listed and cannot be asked for: it is not read, and never proven absent.
// Names with a colon or a backslash, and those that are not Unicode, are left out. Links inside the share
// look like what they lead to, also when that is above them. A session stays in the directory that was there
// when it was mounted. A directory's time moves when names in it change, not when a file is rewritten.
package smb
