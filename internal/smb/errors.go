package smb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// class says what an error proves, and of whom.
type class uint8

const (
	// success is no error.
	success class = iota
	// thisEntry is about one name (denied, locked, a bad name, ...). The share itself answered.
	thisEntry
	// away is about the share: it cannot be reached, does not answer, or is not itself.
	away
	// elsewhere is the share's root on another volume than expected. Nothing can be concluded of any
	// entry, but the server answers: it is no business of the circuit breaker's.
	elsewhere
	// refused is the server's no to us: the password, the account, or the right to the share.
	// Asking again does not help and may lock the account.
	refused
	// cancelled is our own doing: a caller that left, or the share being closed.
	cancelled
)

// NTSTATUS values (MS-ERREF, 2.3.1) that mean something to this package.
const (
	statusStoppedOnSymlink      = 0x8000002d
	statusNoSuchFile            = 0xc000000f
	statusEndOfFile             = 0xc0000011
	statusNoMemory              = 0xc0000017
	statusInvalidParameter      = 0xc000000d
	statusAccessDenied          = 0xc0000022
	statusObjectNameInvalid     = 0xc0000033
	statusObjectNameNotFound    = 0xc0000034
	statusObjectPathNotFound    = 0xc000003a
	statusSharingViolation      = 0xc0000043
	statusDeletePending         = 0xc0000056
	statusNoSuchUser            = 0xc0000064
	statusWrongPassword         = 0xc000006a
	statusLogonFailure          = 0xc000006d
	statusAccountRestriction    = 0xc000006e
	statusInvalidLogonHours     = 0xc000006f
	statusInvalidWorkstation    = 0xc0000070
	statusPasswordExpired       = 0xc0000071
	statusAccountDisabled       = 0xc0000072
	statusPipeDisconnected      = 0xc00000b0
	statusInsufficientResources = 0xc000009a
	statusIOTimeout             = 0xc00000b5
	statusFileIsADirectory      = 0xc00000ba
	statusRemoteNotListening    = 0xc00000bc
	statusBadNetworkPath        = 0xc00000be
	statusNetworkBusy           = 0xc00000bf
	statusNetworkNameDeleted    = 0xc00000c9
	statusNetworkAccessDenied   = 0xc00000ca
	statusBadNetworkName        = 0xc00000cc
	statusRequestNotAccepted    = 0xc00000d0
	statusNotADirectory         = 0xc0000103
	statusCannotDelete          = 0xc0000121
	statusLogonNotGranted       = 0xc0000155
	statusLogonTypeNotGranted   = 0xc000015b
	statusAccountExpired        = 0xc0000193
	statusUserSessionDeleted    = 0xc0000203
	statusInsuffServerResources = 0xc0000205
	statusConnectionDisconnect  = 0xc000020c
	statusConnectionReset       = 0xc000020d
	statusPasswordMustChange    = 0xc0000224
	statusAccountLockedOut      = 0xc0000234
	statusConnectionAborted     = 0xc0000241
	statusLoginTimeRestriction  = 0xc0000247
	statusLoginWorkstation      = 0xc0000248
	statusPathNotCovered        = 0xc0000257
	statusNetworkSessionExpired = 0xc000035c
	statusAuthenticationBarred  = 0xc0000413
	statusNTLMBlocked           = 0xc0000418
)

// statusClasses is what a status proves when it answers a request about a name below the root. What is not in it
// is about that entry alone (denied, in use, a symbolic link, a DFS link to another server's directory): an error that
// nobody foresaw never proves anything away or absent.
//
// The same table serves log-on and mount (see mountClass), where a denial is a refusal.
var statusClasses = map[uint32]class{
	// The share.
	statusIOTimeout:             away,
	statusRemoteNotListening:    away,
	statusBadNetworkPath:        away,
	statusNetworkBusy:           away,
	statusNetworkNameDeleted:    away,
	statusBadNetworkName:        away,
	statusPipeDisconnected:      away,
	statusRequestNotAccepted:    away,
	statusUserSessionDeleted:    away,
	statusInsuffServerResources: away,
	statusConnectionDisconnect:  away,
	statusConnectionReset:       away,
	statusConnectionAborted:     away,
	statusNetworkSessionExpired: away,
	// Us.
	statusNoSuchUser:           refused,
	statusWrongPassword:        refused,
	statusLogonFailure:         refused,
	statusAccountRestriction:   refused,
	statusInvalidLogonHours:    refused,
	statusInvalidWorkstation:   refused,
	statusPasswordExpired:      refused,
	statusAccountDisabled:      refused,
	statusLogonNotGranted:      refused,
	statusLogonTypeNotGranted:  refused,
	statusLoginTimeRestriction: refused,
	statusLoginWorkstation:     refused,
	statusAuthenticationBarred: refused, // between domains, of this user to this server
	statusAccountExpired:       refused,
	statusPasswordMustChange:   refused,
	statusAccountLockedOut:     refused,
	statusNetworkAccessDenied:  refused,
	statusNTLMBlocked:          refused,
}

// sessionGone are the statuses after which a session, or its connection to the share, answers nothing
// else any more. A fresh one may well be given.
var sessionGone = map[uint32]bool{
	statusNetworkNameDeleted:    true,
	statusUserSessionDeleted:    true,
	statusNetworkSessionExpired: true,
	statusPipeDisconnected:      true,
	statusConnectionDisconnect:  true,
	statusConnectionReset:       true,
	statusConnectionAborted:     true,
}

// shortage reports whether a server could not, for want of something that it may have in a moment. A Samba
// that has only just started says so of its first mounts.
func shortage(err error) bool {
	var status *statusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.code {
	case statusNoMemory, statusInsufficientResources, statusInsuffServerResources, statusRequestNotAccepted:
		return true
	}
	return false
}

// statusError is a reply of the server that is not success.
type statusError struct {
	code uint32 // NTSTATUS
	text string
}

func (e *statusError) Error() string { return e.text }

// Is lets callers ask with the standard library's errors.
func (e *statusError) Is(target error) bool {
	switch target {
	case fs.ErrPermission:
		return e.code == statusAccessDenied || e.code == statusCannotDelete
	case fs.ErrNotExist:
		return e.notFound()
	}
	return false
}

// notFound reports whether the server said that the name does not exist. That alone proves nothing:
// see prover.
func (e *statusError) notFound() bool {
	switch e.code {
	case statusNoSuchFile, statusObjectNameNotFound, statusObjectPathNotFound, statusDeletePending:
		return true
	}
	return false
}

// lostError says that the session a request was sent on has ended before its answer came.
type lostError struct {
	cause error
	// again says that a new session may answer: this one was cut, and not for keeping silent.
	again bool
}

func (e *lostError) Error() string { return e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// brokenReply is an answer that no correct server sends.
type brokenReply struct {
	what  string
	stack []byte // of the library's panic, if it did
	// damaged says that it is of the line, and of no entry: it is not as the server signed it, or it came before
	// anybody could tell which request it answers, and ended all that were under way on its connection.
	damaged bool
}

func (e *brokenReply) Error() string { return "broken reply from the server: " + e.what }

// classedError carries a class that was decided where more was known than the status.
type classedError struct {
	class class
	err   error
}

func (e *classedError) Error() string { return e.err.Error() }
func (e *classedError) Unwrap() error { return e.err }

var (
	errNoAnswer = errors.New("the server does not answer")
	errClosed   = errors.New("the share is closed")
	errIdle     = errors.New("the session was idle")
)

// classify says what an error of a call proves.
func classify(err error) class {
	var decided *classedError
	var status *statusError
	switch {
	case err == nil:
		return success
	case errors.As(err, &decided):
		return decided.class
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, errClosed):
		return cancelled
	case errors.As(err, &status):
		return cmp.Or(statusClasses[status.code], thisEntry)
	case isTransport(err):
		return away
	}
	return thisEntry
}

// isTransport reports whether err came from the connection or from what it carried.
func isTransport(err error) bool {
	var lost *lostError
	var broken *brokenReply
	return errors.As(err, &lost) || errors.As(err, &broken) || errors.Is(err, errNoAnswer)
}

// mountClass decides what an error of dialling, logging on and mounting proves: a denial there is the
// server's no to this user, and a name not found is the share's.
func mountClass(err error) error {
	var status *statusError
	if errors.As(err, &status) {
		switch c := statusClasses[status.code]; {
		case c == refused, status.code == statusAccessDenied, status.code == statusCannotDelete:
			return &classedError{class: refused, err: err}
		}
	}
	if c := classify(err); c == cancelled || c == refused {
		return err
	}
	return &classedError{class: away, err: err}
}

// public is what callers of the tree see: ErrAway for whatever is about the whole share.
func public(err error) error {
	switch classify(err) {
	case away, refused, elsewhere:
		if !errors.Is(err, tree.ErrAway) {
			return fmt.Errorf("%w: %w", tree.ErrAway, err)
		}
	case cancelled:
		if errors.Is(err, errClosed) {
			return fmt.Errorf("%w: %w", tree.ErrAway, err)
		}
	}
	return err
}
