package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
)

// compareLimit bounds how long a disk that is in a root's place is compared with the catalog. What has not been
// compared by then counts as not there.
const compareLimit = 10 * time.Minute

// compareEvery is how often it is, at most, and a tenth of the time.
const compareEvery = time.Minute

// fewFiles is how many files, none of them media, are too few for a library: a note on a bare mount point.
const fewFiles = 10

// otherDisk is a file system in a root's place that is not what the catalog knows.
type otherDisk struct {
	volume tree.Volume
	since  time.Time
	cancel context.CancelFunc
	again  time.Time          // when it is compared anew: somebody may still be copying to it; zero: now
	seen   *comparison        // nil: it is still being compared
	offer  *media.VolumeOffer // as the outside sees it, from then on
}

// comparison is what a walk over another disk found of the catalog.
type comparison struct {
	stock    store.Stock
	matching int64 // are there by path, size and time
	other    int64 // are there by path only
	fresh    int64 // files where none is catalogued
	partial  bool  // some of it could not be looked at, or not in time
}

// missing is how many items are not there.
func (c *comparison) missing() int64 { return c.stock.Present - c.matching - c.other }

// losesNothing reports whether the disk can be taken without asking: it holds all that is catalogued, or what is
// catalogued is no library and the disk holds anything.
func (c *comparison) losesNothing() bool {
	if c.partial {
		return false
	}
	return c.stock.Present > 0 && c.matching == c.stock.Present ||
		c.stock.All < fewFiles && c.stock.Media == 0 && c.matching+c.other+c.fresh > 0
}

// offered is what the outside is told of the disk in the root's place.
func (r *runner) offered() *media.VolumeOffer {
	if r.other == nil {
		return nil
	}
	return r.other.offer
}

// withdraw ends the offer of a disk that is there no more.
func (r *runner) withdraw() {
	if r.other != nil {
		r.other.cancel()
		r.other = nil
	}
}

// propose compares a disk in the root's place with the catalog, off the runner's goroutine, so that somebody can say
// with the figures before him that it is the root's disk now. It begins once no scan of the one before is under way.
func (r *runner) propose(ctx context.Context, v tree.Volume) {
	o := r.other
	if o != nil && o.volume == v && (o.again.IsZero() || time.Now().Before(o.again)) {
		return
	}
	if o != nil && o.volume != v {
		r.withdraw()
		o = nil
	}
	if r.online || r.flying > 0 || r.cfg.Another == nil {
		return
	}
	if o == nil {
		o = &otherDisk{volume: v, since: time.Now().UTC()}
	}
	o.again = time.Time{}
	began := time.Now()
	walk, cancel := context.WithTimeout(ctx, compareLimit)
	o.cancel, r.other = cancel, o
	volumes := append([]int64{r.row.Volume}, r.row.FormerVolumes...)
	r.s.group.Go("compare the disk in the place of "+r.name, func(context.Context) error {
		defer cancel()
		c, err := r.compare(walk, v, volumes)
		if err != nil && ctx.Err() == nil {
			r.log.Info("the disk in the root's place is not compared whole", zap.Error(err))
		}
		r.send(ctx, diskCompared{ctx, o, c, time.Now().Add(max(compareEvery, 10*time.Since(began)))})
		return nil
	})
}

// diskCompared is what was found on another disk.
type diskCompared struct {
	ctx   context.Context
	disk  *otherDisk
	found *comparison
	again time.Time
}

func (d diskCompared) do(r *runner) {
	ctx, o, c, again := d.ctx, d.disk, d.found, d.again
	if r.other != o {
		return // gone by now
	}
	same := o.seen != nil && *o.seen == *c
	o.seen, o.again = c, again
	if c.losesNothing() && !otherServer(o.volume, r.row.Ident) {
		r.log.Info("another disk is in the root's place and holds all that is catalogued: it is the root's from now on",
			zap.String("volume", o.volume.ID), zap.String("before", r.row.Ident), zap.Int64("files", c.matching))
		if err := r.takeOver(ctx, o); err != nil {
			r.log.Warn("the disk in the root's place is not taken", zap.Error(err))
		}
		return
	}
	if same {
		return
	}
	o.offer = &media.VolumeOffer{Volume: o.volume.ID, Catalogued: c.stock.Present, Matching: c.matching, Since: o.since}
	r.reason = r.otherPlace(o.volume).Error()
	r.log.Warn("another disk is offered in the root's place", zap.String("reason", r.reason))
}

// takeOver makes another disk the root's: a walk over it finds the items again by path, size and time.
func (r *runner) takeOver(ctx context.Context, o *otherDisk) error {
	row := r.row
	if err := r.s.store.Update(ctx, func(tx *store.Tx) error { return tx.ReplaceVolume(&row, o.volume.ID, o.volume.Root) }); err != nil {
		return fmt.Errorf("record the root's file system: %w", err)
	}
	r.setRow(row)
	r.identified(ctx, o.volume, nil)
	return nil
}

// AcceptVolume puts a root on the file system that is offered for it. It is not broken off when the one who accepted
// leaves: ctx is for its values only.
func (s *Scanner) AcceptVolume(ctx context.Context, root, volume string) (media.Accepted, error) {
	r := s.runner(root)
	if r == nil {
		return media.Accepted{}, fmt.Errorf("%w: %q", media.ErrNoRoot, root)
	}
	ctx = context.WithoutCancel(ctx)
	o, err := ask(ctx, s, root, findOffer{volume})
	if err != nil {
		return media.Accepted{}, err
	}
	limited, cancel := context.WithTimeout(ctx, identLimit)
	defer cancel()
	v, err := r.tree.Identify(limited)
	if err != nil {
		return media.Accepted{}, fmt.Errorf("look at the disk of root %q: %w", root, err)
	}
	if v != o.volume {
		_ = s.Prove(ctx, root) // so that it is said what is there
		return media.Accepted{}, fmt.Errorf("%w: root %q: %s, not %s", media.ErrVolumeChanged, root, v.ID, volume)
	}
	return ask(ctx, s, root, takeOffer{findOffer{volume}, o})
}

// findOffer gives the disk that is offered for a root under a name.
type findOffer struct{ volume string }

func (c findOffer) answer(r *runner) (*otherDisk, error) {
	switch o := r.other; {
	case o == nil || o.offer == nil:
		return nil, fmt.Errorf("%w: root %q", media.ErrNotOffered, r.name)
	case o.offer.Volume != c.volume:
		return nil, fmt.Errorf("%w: root %q: %s, not %s", media.ErrVolumeChanged, r.name, o.offer.Volume, c.volume)
	default:
		return o, nil
	}
}

// takeOffer makes an offered disk the root's, if it is still the one.
type takeOffer struct {
	findOffer
	disk *otherDisk
}

func (c takeOffer) answer(r *runner) (media.Accepted, error) {
	still, err := c.findOffer.answer(r)
	switch {
	case err != nil:
		return media.Accepted{}, err
	case still != c.disk:
		return media.Accepted{}, fmt.Errorf("%w: root %q", media.ErrVolumeChanged, r.name)
	}
	seen := c.disk.seen
	r.log.Info("another disk is accepted to be the root's", zap.String("volume", c.volume), zap.String("before", r.row.Ident), zap.Int64("files", seen.matching))
	accepted := media.Accepted{Kept: seen.matching, New: seen.fresh, Missing: seen.missing()}
	return accepted, r.takeOver(r.s.group.Context(), c.disk)
}

// otherServer reports whether a volume is the known share of another server.
func otherServer(v tree.Volume, known string) bool {
	return v.Former != "" && strings.HasPrefix(known, v.Former+"@")
}

// otherPlace says what is in a root's place that is not what the catalog knows, and what to do.
func (r *runner) otherPlace(v tree.Volume) error {
	what, mend := "another file system is in its place", "mount the right one"
	if otherServer(v, r.row.Ident) {
		what, mend = "another server answers in its place", "find out what answers there"
	}
	figures := ""
	if o := r.other; o != nil && o.volume == v && o.seen != nil {
		figures = fmt.Sprintf(" %s of the %s files that are catalogued are there:", humanize.Comma(o.seen.matching), humanize.Comma(o.seen.stock.Present))
	}
	return fmt.Errorf("%s (%s, the catalog knows %s):%s if it is the root's from now on, accept it with `catalogizerd accept volume %s`, else %s",
		what, v.ID, r.row.Ident, figures, r.name, mend)
}

// compare walks over the disk in the root's place and counts what is there of the catalog. It is called on a goroutine
// of its own, and reads only what does not change. What the error concerns is left out of the figures.
func (r *runner) compare(ctx context.Context, v tree.Volume, volumes []int64) (*comparison, error) {
	c := &comparison{}
	var kinds []string
	for _, k := range media.LibraryKinds() {
		kinds = append(kinds, string(k))
	}
	var err error
	if c.stock, err = r.s.store.StockOf(ctx, r.id, volumes, kinds); err != nil {
		c.partial = true
		return c, err
	}
	t, done, err := r.cfg.Another()
	if err != nil {
		c.partial = true
		return c, err
	}
	defer done()
	t.Expect(v)
	w := &comparing{comparison: c, r: r, t: t, volumes: volumes}
	w.todo = []step{{dir: "", rules: r.rules}}
	for len(w.todo) > 0 && ctx.Err() == nil {
		next := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if e := w.compareDir(ctx, next); e != nil {
			c.partial, err = true, errors.Join(err, e)
			if errors.Is(e, tree.ErrAway) {
				break
			}
		}
	}
	if ctx.Err() != nil {
		c.partial, err = true, ctx.Err()
	}
	return c, err
}
