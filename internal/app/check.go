package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
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
// says that the roots are not configured well; what does not work otherwise is in the findings. Of a hub's
// configuration, which has no roots, the database and the sources are looked at.
func Check(ctx context.Context, cfg *config.Config, tell func(Finding)) error {
	if cfg.IsHub() {
		checkHub(ctx, cfg, tell)
		return ctx.Err()
	}
	roots, err := buildRoots(cfg, zap.NewNop())
	if err != nil {
		return err
	}
	tell(Finding{OK, "configuration", counted(len(roots), "root")})
	for _, w := range cfg.Warnings() {
		tell(Finding{Warning, "configuration", w.Error()})
	}
	for _, read := range []func() (string, error){cfg.Token, cfg.ReadToken} {
		if _, err := read(); err != nil {
			tell(Finding{Failure, "token", err.Error()})
		}
	}
	var seen survey
	for i := range roots {
		tell(checkRoot(ctx, &roots[i], &seen))
	}
	for i := range cfg.Notify {
		tell(checkTarget(ctx, cfg, &cfg.Notify[i]))
	}
	tell(checkSpace(cfg.DataDir))
	st, f := openChecked(ctx, cfg.DataDir)
	tell(f)
	if st != nil {
		defer st.Close()
		for i := range roots {
			checkSkipped(ctx, st, &roots[i], &seen, tell)
		}
		if known, err := st.LocalDirectories(ctx); err == nil && known > seen.directories {
			seen.directories, seen.partial = known, false
		}
	}
	tell(checkWatches(seen.directories, seen.partial))
	return ctx.Err()
}

// checkSkipped tells what the catalog says is not followed of a root that has not been looked at whole.
func checkSkipped(ctx context.Context, st *store.Store, r *scanner.RootConfig, seen *survey, tell func(Finding)) {
	if slices.Contains(seen.whole, r.Name) {
		return
	}
	if known, err := st.RootSkipped(ctx, r.Name); err == nil && known.Any() {
		tell(Finding{Warning, "root " + r.Name, "as it was scanned last, " + known.Text(-1)})
	}
}

// counted puts a number before its noun.
func counted(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return humanize.Comma(int64(n)) + " " + noun
}

// checkRoot asks a root what it is and what it holds. What of it is to be watched is added to seen.
func checkRoot(ctx context.Context, r *scanner.RootConfig, seen *survey) Finding {
	f := Finding{Verdict: Failure, What: "root " + r.Name}
	look, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	if s, ok := r.Tree.(*share); ok {
		defer s.Close()
	}
	v, err := r.Tree.Identify(look)
	if err != nil {
		f.Text = awayText(r, err)
		return f
	}
	r.Tree.Expect(v)
	l, err := r.Tree.List(look, "")
	if err != nil {
		f.Text = awayText(r, err)
		return f
	}
	f.Verdict, f.Text = OK, fmt.Sprintf("%s: %s on %s", r.Location, counted(len(l.Entries), "entry"), v.FSType)
	switch {
	case len(l.Broken) > 0:
		f.Verdict = Warning
		f.Text = fmt.Sprintf("%s: %d of %d entries cannot be looked at, such as %q: let the daemon's user read them",
			r.Location, len(l.Broken), len(l.Broken)+len(l.Entries), l.Broken[0])
	case len(l.Entries) == 0:
		f.Verdict, f.Text = Warning, r.Location+": empty: is its disk mounted?"
	case r.Kind == "local" && v.Remote:
		f.Text += fmt.Sprintf(", which sends no events: polled every %v", r.PollInterval)
	}
	if r.Kind != "local" || v.Remote {
		return f
	}
	s := surveyRoot(ctx, r)
	seen.directories, seen.partial = seen.directories+s.directories, seen.partial || s.partial
	if !s.partial {
		seen.whole = append(seen.whole, r.Name)
	}
	if len(s.closed) > 0 {
		f.Verdict = Warning
		them := "them"
		if len(s.closed) == 1 {
			them = "it"
		}
		f.Text = fmt.Sprintf("%s: %s cannot be listed, what is known of %s stands: %v: "+
			"let the daemon's user read %[3]s, or exclude %[3]s",
			r.Location, counted(len(s.closed), "directory"), them, s.why)
	}
	if s.skipped.Any() {
		f.Text += "; " + s.skipped.Text(s.files)
		if s.skipped.Mounts > 0 || s.files == 0 {
			f.Verdict = Warning
		}
	}
	return f
}

// awayText says why a root cannot be reached, and what to do.
func awayText(r *scanner.RootConfig, err error) string {
	text := strings.ReplaceAll(err.Error(), tree.ErrAway.Error()+": ", "")
	for _, told := range []string{"identify the share: ", "identify " + r.Location + ": ", r.Location + " "} {
		text = strings.TrimPrefix(text, told)
	}
	text = r.Location + ": " + text
	is := func(e syscall.Errno) bool { return errors.Is(err, e) }
	switch {
	case errors.As(err, new(*net.DNSError)),
		is(syscall.ECONNREFUSED), is(syscall.EHOSTUNREACH), is(syscall.ENETUNREACH), is(syscall.ETIMEDOUT):
		text += ": is the server on, and is it the one that url names?"
	case errors.Is(err, fs.ErrPermission): // the error says whose, and for what
	case r.Kind == "local" && errors.Is(err, tree.ErrAway):
		text += ": mount or make it for the daemon's user, or correct path"
	}
	return text
}

// checkSpace looks whether a catalog can be kept in the data directory, or where that is yet to be made.
func checkSpace(dir string) Finding {
	finding := func(v Verdict, format string, args ...any) Finding {
		return Finding{v, "data directory", dir + ": " + fmt.Sprintf(format, args...)}
	}
	at := dir
	info, err := os.Stat(at)
	for err != nil && at != filepath.Dir(at) {
		at = filepath.Dir(at)
		info, err = os.Stat(at)
	}
	if err == nil && !info.IsDir() {
		return finding(Failure, "%s is not a directory: set data_dir to one", at)
	}
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		return finding(Failure, "%s cannot be written to: %v: give it to the daemon's user, or set data_dir", at, err)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(at, &st); err != nil {
		return finding(Failure, "ask for its free space: %v", err)
	}
	switch free := st.Bavail * uint64(st.Bsize); {
	case free < spaceFailure:
		return finding(Failure, "%s free: make room, the catalog cannot be kept", humanize.IBytes(free))
	case free < spaceWarning:
		return finding(Warning, "%s free: a catalog takes about 1 KiB for each file", humanize.IBytes(free))
	default:
		return finding(OK, "%s free", humanize.IBytes(free))
	}
}

// openChecked opens the catalog, if there is one, and has SQLite check all of it. st is nil where it cannot be read.
func openChecked(ctx context.Context, dir string) (*store.Store, Finding) {
	finding := func(v Verdict, text string) Finding { return Finding{v, "catalog", text} }
	st, err := store.OpenReader(ctx, dir)
	switch {
	case errors.Is(err, store.ErrNone):
		return nil, finding(OK, "none yet, it is made when the daemon starts")
	case errors.Is(err, store.ErrOlder):
		return nil, finding(OK, "of an older version, it is brought up to date when the daemon starts")
	case err != nil:
		return nil, finding(Failure, err.Error())
	}
	if err := st.Integrity(ctx); err != nil {
		return st, finding(Failure, err.Error())
	}
	if kept := store.Asides(dir); len(kept) > 0 {
		return st, finding(Warning, kept[0].Text+": look after its disk, then remove that file")
	}
	text := humanize.Comma(st.ItemCounts().Items) + " items, whole"
	if s, err := st.Space(ctx); err == nil {
		text += fmt.Sprintf(", %s, of which %s are free", humanize.IBytes(uint64(s.Bytes)), humanize.IBytes(uint64(s.Free)))
	}
	return st, finding(OK, text)
}

// checkWatches compares the kernel's limits with the directories that there are to watch, or with what could be counted
// of them.
func checkWatches(directories int64, partial bool) Finding {
	finding := func(v Verdict, format string, args ...any) Finding {
		return Finding{v, "watches", fmt.Sprintf(format, args...)}
	}
	if l := inotify.InstanceLimit(); l.Sysctl != "" && l.Value < 1 {
		return finding(Warning, "the kernel allows no inotify instance: raise %s: until then everything is polled",
			l.Sysctl)
	}
	limit := inotify.WatchLimit()
	if limit.Sysctl == "" {
		return finding(OK, "the kernel tells no limit")
	}
	budget := int64(inotify.WatchBudget(limit.Value))
	if directories == 0 {
		return finding(OK, "%s directories can be watched (%s is %d)", humanize.Comma(budget), limit.Sysctl,
			limit.Value)
	}
	text := fmt.Sprintf("%s, of which %s can be watched (%s is %d)", counted(int(directories), "directory"),
		humanize.Comma(min(budget, directories)), limit.Sysctl, limit.Value)
	if partial {
		text = "at least " + text
	}
	if directories > budget {
		return finding(Warning, "%s: those that changed longest ago are polled: sysctl %s=%d",
			text, limit.Sysctl, inotify.SuggestedWatches(int(directories), 0, limit.Value))
	}
	return finding(OK, "%s", text)
}
