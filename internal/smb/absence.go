package smb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// lookup is one call that asks the server for a name, with what is known of the root around it.
type lookup struct {
	share        *Share
	provenBefore bool   // the root was proven shortly before the server was asked
	dials        int64  // that there had been when it was asked
	proof        *proof // of the root, begun after the lookup was; nil if none was wanted yet
}

// beginLookup is to be called before the server is asked.
func (s *Share) beginLookup(p *proof) lookup {
	since := time.Since(time.Unix(0, s.prover.provenAt.Load()))
	return lookup{share: s, provenBefore: since >= 0 && since < provenFor, dials: s.sessions.dials.Load(), proof: p}
}

// errUnsettled says that a name was denied that is there, or may be: by another connection, or a moment later.
var errUnsettled = errors.New("came and went while it was looked at")

// connectionsTried is on how many connections a name is asked for.
const connectionsTried = 3

// confirm decides what an error about the name proves; ask asks for the name again.
func (l lookup) confirm(ctx context.Context, err error, ask func() error) error {
	switch {
	case classify(err) != thisEntry:
		return err
	case errors.Is(err, fs.ErrNotExist):
		return l.confirmAbsent(ctx, err, ask)
	case l.proof == nil || errors.Is(err, fs.ErrPermission): // a server whose disk is gone denies everything
		l.proof = l.share.prover.join()
	}
	if _, away := l.proof.waitExpected(ctx); away != nil {
		return away // so nothing is said of the name
	}
	return err
}

// confirmAbsent makes denied, the server's word that it does not know the name, a proof that there is none. It is one
// if the root was as expected before the server said so, and after, on the same connection: another may see another
// root, since a server stays in the directory that it entered when the share was mounted.
func (l lookup) confirmAbsent(ctx context.Context, denied error, ask func() error) error {
	for range connectionsTried {
		if !l.provenBefore {
			if err := l.askAgain(ctx, ask); err != nil {
				return err
			}
		}
		l.proof, l.provenBefore = l.share.prover.join(), false
		if _, err := l.proof.waitExpected(ctx); err != nil {
			return err
		}
		if l.share.sessions.dials.Load() == l.dials {
			return fmt.Errorf("%w: %w", tree.ErrNotExist, denied)
		}
	}
	return errUnsettled
}

// askAgain has the root proven and then asks for the name once more. It returns nil if the server denies it again.
func (l *lookup) askAgain(ctx context.Context, ask func() error) error {
	if l.proof == nil {
		l.proof = l.share.prover.join()
	}
	if _, err := l.proof.waitExpected(ctx); err != nil {
		return err
	}
	l.dials = l.share.sessions.dials.Load()
	err := ask()
	switch {
	case err == nil:
		return errUnsettled
	case classify(err) == thisEntry && errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}
