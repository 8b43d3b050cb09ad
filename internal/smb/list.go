package smb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

const (
	// listChunk is how many entries are asked of the library at a time: it holds each reply whole, and a
	// server can send replies for ever.
	listChunk = 4096
	// mostListed bounds the bytes of one listing, since it is held in memory: about 400,000 files.
	mostListed = 64 << 20
	// entryCost is what an entry takes beside its name.
	entryCost = 128
	// largeListing is from where on a listing waits for the others of its share that are as large.
	largeListing = 4 << 20
	// listingRequests is how many times what one request may take a whole listing may.
	listingRequests = 10
)

// listProven lists a directory of the expected volume. It needs no proof of the root where the directory
// itself is proof: where it is the root, or still is the one that a proven listing showed in this place.
func (s *Share) listProven(ctx context.Context, dir string) (*tree.Listing, error) {
	q, epoch := s.beginLookup(nil), s.cache.now()
	known, ok := s.cache.dir(dir)
	ok = ok && known.proven && known.id != 0
	if !ok && dir != "" {
		q.proof = s.prover.join() // begun now, it costs no time of its own
	}
	l, self, found, err := s.list(ctx, dir)
	if err != nil {
		return nil, q.confirm(ctx, err, func() error { _, _, _, err := s.list(ctx, dir); return err })
	}
	var root info
	switch {
	case dir == "":
		root, err = s.prover.proveFrom(ctx, self)
	case ok && known.id == self.id && known.server == self.server:
		root = *s.prover.last.Load()
	case q.proof != nil:
		root, err = q.proof.waitExpected(ctx)
	default:
		root, err = s.prover.join().waitExpected(ctx)
	}
	if err != nil {
		return nil, err
	}
	l.Volume = s.volume(root)
	s.cache.listed(epoch, dir, self, found, l.Entries)
	return l, nil
}

// list reads a directory, from whatever disk it is on.
func (s *Share) list(ctx context.Context, dir string) (l *tree.Listing, self info, found []info, err error) {
	found, err = withSession(ctx, s, func(ses *session) ([]info, error) {
		h, err := s.openOn(ctx, ses, s.sharePath(dir))
		if err != nil {
			return nil, asDirectory(err)
		}
		defer s.closeLater(ses, h)
		if self, err = statHandle(ctx, ses, h); err != nil {
			return nil, err
		}
		if !self.isDir() {
			return nil, tree.ErrNotDir
		}
		return s.readEntries(ctx, ses, h)
	})
	var back bool
	if err == nil {
		back, err = s.inLoop(ctx, dir, self.id)
	}
	if back {
		err = fmt.Errorf("%w: a link to a directory above", tree.ErrNotDir)
	}
	l = &tree.Listing{Self: self.entry(""), Provisional: true}
	if err == nil {
		l.Entries, err = s.entries(ctx, dir, self, found)
	}
	if err != nil {
		return nil, info{}, nil, err
	}
	return l, self, found, nil
}

// readEntries reads what an open directory holds, each name once. A server that is broken or hostile can list without
// end, with new names or with the same ones again.
func (s *Share) readEntries(ctx context.Context, ses *session, h handle) ([]info, error) {
	var all []info
	seen, bytes, large := map[string]struct{}{}, 0, false
	limit := time.Now().Add(listingRequests * ses.timeout)
	for {
		some, end, err := nextEntries(ctx, ses, h)
		if err != nil {
			return nil, err
		}
		known := len(all)
		for _, i := range some {
			if _, again := seen[i.name]; again {
				continue // it is left out: a listing is provisional, so nothing is concluded from that
			}
			seen[i.name] = struct{}{}
			i.server = ses.server
			all, bytes = append(all, i), bytes+len(i.name)+entryCost
		}
		switch {
		case end || len(some) < listChunk:
			return all, nil
		case len(all) == known:
			return nil, errors.New("read directory: the server lists the same names again and again: " +
				"it may want an update or a check of its disk; exclude the directory until then")
		case bytes > mostListed:
			return nil, fmt.Errorf("read directory: its listing is longer than %d MiB (%d names so far): "+
				"spread its files over several directories, or exclude it", mostListed>>20, len(all))
		case time.Now().After(limit):
			return nil, fmt.Errorf("read directory: its listing did not end within %s (%d names so far): spread its files "+
				"over several directories, exclude it, or raise the root's timeout", listingRequests*ses.timeout, len(all))
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case bytes > largeListing && !large:
			waited := time.Now()
			if err := ses.acquire(ctx, s.largeListings, 1); err != nil {
				return nil, err
			}
			defer s.largeListings.Release(1)
			large, limit = true, limit.Add(time.Since(waited))
		}
	}
}

// nextEntries reads some further entries of an open directory, and says whether these are the last.
func nextEntries(ctx context.Context, ses *session, h handle) (some []info, end bool, err error) {
	err = ses.do(ctx, weightLarge, func() (err error) {
		some, err = h.list(listChunk)
		if end = err == io.EOF; end {
			err = nil
		}
		return err
	})
	return some, end, err
}

// entries turns what a directory was found to hold into what the tree shows.
func (s *Share) entries(ctx context.Context, dir string, self info, found []info) ([]tree.Entry, error) {
	above, err := s.ancestors(ctx, dir)
	if err != nil {
		return nil, err
	}
	above = append(above, ancestor{dir, self.id})
	entries := make([]tree.Entry, 0, len(found))
	for _, i := range found {
		// A name that no path can hold comes from a server that is broken or hostile. It is left out.
		if checkName(i.name) != nil {
			continue
		}
		if known, err := s.knowsName(ctx, tree.Join(dir, i.name)); err != nil {
			return nil, err
		} else if !known {
			continue
		}
		e := i.entry(i.name)
		if e.Type == tree.Dir {
			back, err := s.leadsBack(ctx, tree.Join(dir, i.name), i.id, above)
			if err != nil {
				return nil, err
			}
			if back {
				e.Type = tree.Link
			}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// knowsName reports whether the server knows the name that it has listed. Where one is not Unicode (it was cut in the
// middle of a letter, say) the library writes U+FFFD for what it cannot read, and the server knows nothing under
// that name: its file would be found and be absent by turns.
func (s *Share) knowsName(ctx context.Context, path string) (bool, error) {
	if !strings.ContainsRune(tree.Base(path), utf8.RuneError) {
		return true, nil
	}
	_, err := s.lookNow(ctx, path)
	if classify(err) == thisEntry {
		return !errors.Is(err, fs.ErrNotExist), nil
	}
	return err == nil, err
}

// asDirectory is the error of opening a path that should be a directory.
func asDirectory(err error) error {
	var status *statusError
	if errors.As(err, &status) && (status.code == statusStoppedOnSymlink || status.code == statusNotADirectory) {
		return fmt.Errorf("%w: %w", tree.ErrNotDir, err)
	}
	return err
}

// stat looks at one name, on whatever disk it is.
func (s *Share) stat(ctx context.Context, path string) (tree.Entry, error) {
	i, err := s.lookNow(ctx, path)
	if err == nil {
		return i.entry(tree.Base(path)), nil
	}
	var status *statusError
	if !errors.As(err, &status) || status.notFound() {
		return tree.Entry{}, err
	}
	// It is there, but may not be opened for reading: denied, in use, a link.
	return s.lookAt(ctx, path)
}

// lookAt looks at a name without opening it for reading. Its id is known to its directory only.
func (s *Share) lookAt(ctx context.Context, path string) (tree.Entry, error) {
	i, err := withSession(ctx, s, func(ses *session) (info, error) {
		return asked(ctx, ses, weightSmall, func() (info, error) { return ses.mount.lookAt(s.sharePath(path)) })
	})
	if err != nil || path == "" {
		return i.entry(""), err
	}
	l, _, _, err := s.list(ctx, tree.Parent(path))
	if err != nil {
		return tree.Entry{}, err
	}
	for _, e := range l.Entries {
		if e.Name == tree.Base(path) {
			return e, nil
		}
	}
	return i.entry(tree.Base(path)), nil
}
