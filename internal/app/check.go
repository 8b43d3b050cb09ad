package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Verdict is how well something is.
type Verdict string

// Verdicts.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // it works, but not as well as it could
	Failure Verdict = "failure"
)

// Finding is what Check found out about one thing, with the mend where there is something to mend.
type Finding struct {
	Verdict Verdict `json:"verdict"`
	What    string  `json:"what"` // such as "root films"
	Text    string  `json:"text"`
}

// checkLimit is how long a root may take to answer.
const checkLimit = 20 * time.Second

// Free space below which the catalog's disk is worth a word, in bytes.
const (
	spaceFailure = 16 << 20
	spaceWarning = 256 << 20
)

// Check looks whether the daemon would run well with a configuration on this machine: its roots, the kernel's limits
// and the catalog. It changes nothing, and a daemon may be running. tell gets one finding after the other. The error
// says that the roots are not configured well; what does not work otherwise is in the findings.
func Check(ctx context.Context, cfg *config.Config, tell func(Finding)) error {
	roots, err := buildRoots(cfg, zap.NewNop())
	if err != nil {
		return err
	}
	tell(Finding{OK, "configuration", fmt.Sprintf("%d roots", len(roots))})
	for _, w := range cfg.Warnings() {
		tell(Finding{Warning, "configuration", w.Error()})
	}
	if _, err := cfg.Token(); err != nil {
		tell(Finding{Failure, "token", err.Error()})
	}
	for i := range roots {
		tell(checkRoot(ctx, &roots[i]))
	}
	tell(checkSpace(cfg.DataDir))
	st, f := openChecked(ctx, cfg.DataDir)
	tell(f)
	directories := int64(-1)
	if st != nil {
		defer st.Close()
		if directories, err = st.LocalDirectories(ctx); err != nil {
			directories = -1
		}
	}
	tell(checkWatches(directories))
	return ctx.Err()
}

// checkRoot asks a root what it is and what it holds.
func checkRoot(ctx context.Context, r *scanner.RootConfig) Finding {
	f := Finding{Verdict: Failure, What: "root " + r.Name}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	if s, ok := r.Tree.(*share); ok {
		defer s.Close()
	}
	v, err := r.Tree.Identify(ctx)
	if err != nil {
		f.Text = err.Error()
		return f
	}
	r.Tree.Expect(v)
	l, err := r.Tree.List(ctx, "")
	switch {
	case err != nil:
		f.Text = err.Error()
	case len(l.Broken) > 0:
		f.Verdict, f.Text = Warning, fmt.Sprintf("%s: %d of %d entries cannot be looked at, such as %q: let the daemon's user read them", r.Location, len(l.Broken), len(l.Broken)+len(l.Entries), l.Broken[0])
	case len(l.Entries) == 0:
		f.Verdict, f.Text = Warning, r.Location+": empty: is its disk mounted?"
	case r.Kind == "local" && v.Remote:
		f.Verdict, f.Text = OK, fmt.Sprintf("%s: %d entries on %s, which sends no events: polled every %v", r.Location, len(l.Entries), v.FSType, r.PollInterval)
	default:
		f.Verdict, f.Text = OK, fmt.Sprintf("%s: %d entries on %s", r.Location, len(l.Entries), v.FSType)
	}
	return f
}

// checkSpace looks whether a catalog can be kept in the data directory, or where that is yet to be made.
func checkSpace(dir string) Finding {
	f := Finding{Verdict: Failure, What: "data directory"}
	at := dir
	for {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		f.Text = fmt.Sprintf("%s: %s cannot be written to: %v: give it to the daemon's user, or set data_dir", dir, at, err)
		return f
	}
	var st unix.Statfs_t
	if err := unix.Statfs(at, &st); err != nil {
		f.Text = fmt.Sprintf("%s: ask for its free space: %v", dir, err)
		return f
	}
	free := st.Bavail * uint64(st.Bsize)
	f.Text = fmt.Sprintf("%s: %s free", dir, humanize.IBytes(free))
	switch {
	case free < spaceFailure:
		f.Text += ": make room, the catalog cannot be kept"
	case free < spaceWarning:
		f.Verdict, f.Text = Warning, f.Text+": a catalog takes about 2 KiB for each file"
	default:
		f.Verdict = OK
	}
	return f
}

// openChecked opens the catalog, if there is one, and has SQLite check all of it. st is nil where it cannot be read.
func openChecked(ctx context.Context, dir string) (st *store.Store, f Finding) {
	f = Finding{Verdict: Failure, What: "catalog"}
	st, err := store.OpenReader(ctx, dir)
	switch {
	case errors.Is(err, store.ErrNone):
		return nil, Finding{OK, f.What, "none yet, it is made when the daemon starts"}
	case errors.Is(err, store.ErrOlder):
		return nil, Finding{OK, f.What, "of an older version, it is brought up to date when the daemon starts"}
	case err != nil:
		f.Text = err.Error()
		return nil, f
	}
	if err := st.Integrity(ctx); err != nil {
		f.Text = err.Error()
		return st, f
	}
	n := st.ItemCounts()
	return st, Finding{OK, f.What, fmt.Sprintf("%s items, whole", humanize.Comma(n.Items))}
}

// checkWatches compares the kernel's limits with the directories that the catalog knows; fewer than none says that it
// knows nothing yet.
func checkWatches(directories int64) Finding {
	f := Finding{Verdict: OK, What: "watches"}
	if l := realtime.InstanceLimit(); l.Sysctl != "" && l.Value < 1 {
		return Finding{Warning, f.What, fmt.Sprintf("the kernel allows no inotify instance: raise %s: until then everything is polled", l.Sysctl)}
	}
	limit := realtime.WatchLimit()
	if limit.Sysctl == "" {
		f.Text = "the kernel tells no limit"
		return f
	}
	budget := int64(realtime.WatchBudget(limit.Value))
	if directories < 0 {
		f.Text = fmt.Sprintf("%s directories can be watched (%s is %d)", humanize.Comma(budget), limit.Sysctl, limit.Value)
		return f
	}
	f.Text = fmt.Sprintf("%s directories, of which %s can be watched (%s is %d)", humanize.Comma(directories), humanize.Comma(min(budget, directories)), limit.Sysctl, limit.Value)
	if directories > budget {
		f.Verdict = Warning
		f.Text += fmt.Sprintf(": those that changed longest ago are polled: sysctl %s=%d", limit.Sysctl, realtime.SuggestedWatches(int(directories), 0, limit.Value))
	}
	return f
}
