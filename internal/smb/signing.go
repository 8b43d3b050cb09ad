package smb

import (
	"encoding/binary"
	"fmt"
	"math"
)

// What signing proves: only who knows the user's password can sign. The key of SMB 3.1.1 is made of all that was said
// while logging on, so that nobody on the way can have changed it either (MS-SMB2, 3.1.4.2). The library checks the
// signature of whatever answers a request once the session is made; but it takes the last answer of the log-on as it
// is, and an older protocol too, in which the choice itself is not signed. What it does not ask is asked here.

// checkSigning refuses, where signing is required, a reply with which a server gets around it.
func (w *wire) checkSigning(p []byte) error {
	if !w.signed || w.mounted.Load() {
		return nil
	}
	// Until its session is made the library checks no signature. So an answer may not lie ready before its question.
	if id := binary.LittleEndian.Uint64(p[24:]); id >= w.asked.Load() && id != math.MaxUint64 {
		return &brokenReply{what: "an answer to what was not asked"}
	}
	command, status := binary.LittleEndian.Uint16(p[12:]), binary.LittleEndian.Uint32(p[8:])
	switch {
	case status != 0:
		return nil
	case command == commandHello:
		return checkDialect(p)
	case command == commandSetup:
		return w.checkLogon(p)
	}
	return nil
}

// checkDialect refuses, before it gets a word that is made of the password, a server that cannot prove who it is.
func checkDialect(p []byte) error {
	body := p[headerLen:]
	if len(body) < 64 {
		return &brokenReply{what: "a short answer to the greeting"}
	}
	if dialect := binary.LittleEndian.Uint16(body[4:]); dialect != dialect311 {
		return unproven("speaks SMB %d.%d.%d, and only 3.1.1 proves who it is", dialect>>8, dialect>>4&0xf, dialect&0xf)
	}
	at := uint64(binary.LittleEndian.Uint32(body[60:]))
	for range binary.LittleEndian.Uint16(body[6:]) {
		if at+8 > uint64(len(p)) {
			break
		}
		if binary.LittleEndian.Uint16(p[at:]) == contextPreauth {
			return nil
		}
		at = (at + 8 + uint64(binary.LittleEndian.Uint16(p[at+2:])) + 7) &^ 7
	}
	return &brokenReply{what: "SMB 3.1.1 without its hash of the greeting"}
}

// checkLogon refuses the answer to the log-on that nobody has signed. A guest's is never signed: he is refused by name.
func (w *wire) checkLogon(p []byte) error {
	body := p[headerLen:]
	if len(body) >= 4 && binary.LittleEndian.Uint16(body[2:])&(sessionGuest|sessionNull) != 0 {
		return nil
	}
	if w.known().logon != moreProcessing {
		return unproven("lets us in without having asked for the password")
	}
	if binary.LittleEndian.Uint32(p[16:])&flagSigned == 0 {
		return unproven("does not sign that it lets us in")
	}
	return nil
}

// noteAsked notes the id of a request. What is encrypted is asked on a session that is made.
func (w *wire) noteAsked(p []byte) {
	switch {
	case len(p) >= headerLen && string(p[:4]) == plainMagic:
		w.asked.Store(max(w.asked.Load(), binary.LittleEndian.Uint64(p[24:])+1))
	default:
		w.asked.Store(math.MaxUint64)
	}
}

// unproven refuses a server that may be another than it claims to be.
func unproven(format string, args ...any) error {
	return &classedError{class: refused, err: fmt.Errorf(`the server %s, so nothing of it is believed: is it yours? `+
		`Then switch SMB 3.1.1 and signing on there, or set signing = "allowed" for this root `+
		`where nobody else could answer in its place`, fmt.Sprintf(format, args...))}
}
