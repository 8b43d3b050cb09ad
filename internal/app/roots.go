package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/smb"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
	"go.uber.org/zap"
)

// buildRoots makes the trees of the configured roots. A root that is away is no error: it is offline
// until it is there. Two roots that are one directory, or one inside the other, are: by path the
// configuration has refused them, here by what the paths lead to.
func buildRoots(cfg *config.Config, log *zap.Logger) ([]scanner.RootConfig, error) {
	if err := errors.Join(checkOverlap(cfg), checkPatterns(cfg)); err != nil {
		return nil, err
	}
	out := make([]scanner.RootConfig, 0, len(cfg.Roots))
	for _, r := range cfg.Roots {
		rc := scanner.RootConfig{
			Name: r.Name, Location: r.Location(), Exclude: r.Exclude, MaxRemovals: r.MaxRemovals,
			PollInterval: r.PollInterval, CrossMounts: r.CrossMounts,
		}
		t, err := buildTree(cfg, r, &rc, log)
		if err != nil {
			return nil, fmt.Errorf("root %q: %w", r.Name, err)
		}
		rc.Tree = t
		rc.Another = func() (tree.Tree, func(), error) { return anotherTree(cfg, r, log) }
		out = append(out, rc)
	}
	return out, nil
}

func buildTree(cfg *config.Config, r config.Root, rc *scanner.RootConfig, log *zap.Logger) (tree.Tree, error) {
	if r.URL == "" {
		rc.Kind, rc.Workers = "local", scanner.Workers(cfg.Scanner.Workers)
		return local.New(r.Path, local.Options{CrossMounts: r.CrossMounts})
	}
	rc.Kind, rc.Workers, rc.Poll = "smb", shareWalkers, true
	at, err := config.ParseShare(r.URL)
	if err != nil {
		return nil, err
	}
	rc.Access = fmt.Sprintf("%s within %s, signing %t", r.PasswordFile, r.Timeout, r.RequiresSigning())
	s := &share{location: r.Location()}
	s.Share, err = smb.New(smb.Config{
		Host: at.Host, Port: at.Port, Share: at.Share, Path: at.Path, User: at.User, Domain: at.Domain, Password: r.Password,
		RequireSigning: r.RequiresSigning(), Timeout: r.Timeout, Witnesses: s.witnesses,
	}, log)
	return s, err
}

// anotherTree makes one more tree of a root, to look at what is in its place.
func anotherTree(cfg *config.Config, r config.Root, log *zap.Logger) (t tree.Tree, done func(), err error) {
	t, err = buildTree(cfg, r, &scanner.RootConfig{}, log)
	if s, ok := t.(*share); ok && err == nil {
		return t, func() { _ = s.Close() }, nil
	}
	return t, func() {}, err
}

// checkOverlap refuses roots that lie inside of others, unless patterns of the outer one pass over them.
func checkOverlap(cfg *config.Config) error {
	var errs []error
	for _, n := range cfg.Nested() {
		if !passedOver(n.Outer, n.Rel) {
			errs = append(errs, cfg.NestedError(n.Inner, n.Outer, n.Rel))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	places := locateRoots(cfg.Roots)
	for i, a := range cfg.Roots {
		for j, b := range cfg.Roots[:i] {
			const mend = "keep one of them, or exclude the inner directory from the outer root"
			if overlaps(places[i], places[j], b) {
				errs = append(errs, cfg.RootError(a, "path", "root %q (%s) is the same as or inside of root %q (%s): "+mend,
					a.Name, a.Path, b.Name, b.Path))
			} else if overlaps(places[j], places[i], a) {
				errs = append(errs, cfg.RootError(b, "path", "root %q (%s) is inside of root %q (%s): "+mend,
					b.Name, b.Path, a.Name, a.Path))
			}
		}
	}
	return errors.Join(errs...)
}

// locateTime is how long a start or a reload waits for disks that do not say where roots lie: they may hang.
const locateTime = 5 * time.Second

// locateRoots finds out where the roots lie; nil for those on shares, and for those that are away or do not answer.
func locateRoots(roots []config.Root) []*local.Place {
	ctx, cancel := context.WithTimeout(context.Background(), locateTime)
	defer cancel()
	places := make([]*local.Place, len(roots))
	var all sync.WaitGroup
	for i, r := range roots {
		if r.Path == "" {
			continue
		}
		all.Go(func() {
			if p, err := local.Locate(ctx, r.Path); err == nil {
				places[i] = p
			}
		})
	}
	all.Wait()
	return places
}

// overlaps reports whether a root is the same as another one or lies inside of it, and is not passed over there. Roots
// that are away overlap nothing.
func overlaps(inner, outer *local.Place, root config.Root) bool {
	if inner == nil || outer == nil || !inner.SameOrInside(outer) {
		return false
	}
	rel := inner.Rel(outer)
	return rel == "" || !passedOver(root, rel)
}

// passedOver reports whether a root's own patterns pass over a directory. What is below one that is passed over nothing
// takes back.
func passedOver(r config.Root, dir string) bool {
	rules, err := ignore.New(r.Exclude)
	return err == nil && rules.Ignored(dir, true)
}

// checkPatterns refuses patterns that are none, before any root is touched: a reload must take in all or nothing.
func checkPatterns(cfg *config.Config) error {
	var errs []error
	for _, r := range cfg.Roots {
		if _, err := ignore.New(r.Exclude); err != nil {
			errs = append(errs, cfg.RootError(r, "exclude", "%v", err))
		}
	}
	return errors.Join(errs...)
}

// analyzerRoots gives the analyzer the roots that the scanner runs.
func analyzerRoots(cfg *config.Config, sc *scanner.Scanner, roots []scanner.RootConfig) []analyzer.Root {
	out := make([]analyzer.Root, 0, len(roots))
	for _, r := range roots {
		id, ok := sc.RootID(r.Name)
		if !ok {
			continue
		}
		workers := analyzer.Workers(cfg.Analyzer.Workers)
		if r.Kind != "local" {
			workers = shareReaders
		}
		out = append(out, analyzer.Root{
			Name: r.Name, ID: id, Tree: sc.Tree(r.Name), Workers: workers,
			FileTimeout: cfg.Analyzer.FileTimeout, LowPriority: cfg.Scanner.IdlePriority,
		})
	}
	return out
}

// shareWalkers is how many directories of one share are listed at once; the share bounds what its
// credits allow.
const shareWalkers = 8

// shareReaders is how many files of one share are read at once: a head takes three round trips, so that
// only many under way at the same time fill the line.
const shareReaders = 32
