package analyzer

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Scope says for the store which items beside a file the file describes.
func Scope(name string) store.Scope {
	switch rule := sidecar.RuleOf(name); rule.Scope {
	case sidecar.InTree:
		return store.Scope{Tree: true}
	case sidecar.InFolder:
		return store.Scope{Folder: true}
	case sidecar.OneFile:
		return store.Scope{Stems: stems(strings.TrimSuffix(name, path.Ext(name)))}
	}
	return store.Scope{}
}

// stems are the names that a sidecar's own may begin with: it, and what is left of it when marks of
// language, flags or role are taken off its end.
func stems(s string) []string {
	out := []string{s}
	for len(out) < 6 {
		i := strings.LastIndexAny(s, "._- [(")
		if i <= 0 {
			break
		}
		s = s[:i]
		out = append(out, s)
	}
	return out
}

// siblingCache keeps what lies beside the files that are analysed now: those of a directory come one
// after the other. What it holds may be a moment old; each use says of which moment.
type siblingCache struct {
	store *store.Store
	mu    sync.Mutex // guards dirs and held; not held while the store is read
	dirs  map[int64]directory
	held  int // bytes in dirs
}

// directory is what lies in and above a directory, sorted out.
type directory struct {
	store.Beside
	named  map[string]*store.Companion // what is Here, by name
	folder *sidecar.Folder             // of Here
	until  time.Time
	part   []store.Companion // by name: the only ones that may be called alike; nil: those that the catalog has
}

// newDirectory works out once for a directory which of its files go with which.
func newDirectory(b store.Beside, until time.Time) directory {
	named, folder := sortOut(b.Here)
	return directory{Beside: b, named: named, folder: folder, until: until}
}

// bytes is about how much of the memory it takes that files decide about.
func (b *directory) bytes() (n int) {
	for _, list := range [][]store.Companion{b.Here, b.Above} {
		for i := range list {
			n += 100 + len(list[i].Name) + len(list[i].Probed) + len(list[i].Doc)
		}
	}
	return n
}

func sortOut(list []store.Companion) (map[string]*store.Companion, *sidecar.Folder) {
	named := make(map[string]*store.Companion, len(list))
	names := make([]string, 0, len(list))
	for i := range list {
		o := &list[i]
		if named[o.Name] == nil {
			named[o.Name] = o
			names = append(names, o.Name)
		}
	}
	return named, sidecar.NewFolder(names, func(name string) media.Kind {
		if o := named[name]; o != nil {
			return o.Kind
		}
		return ""
	})
}

const (
	siblingTime = time.Second
	siblingDirs = 64
	// siblingBytes bounds what is kept of all of them. One directory has at most some 3 MiB, and is kept whatever it
	// has: the files in it would else read it anew one by one.
	siblingBytes = 8 << 20

	maxDocuments = 32 // of one file; beyond that the less sure ones are left out
)

// get reads what lies in and above a directory, as it was at a number of the feed or later.
func (c *siblingCache) get(ctx context.Context, dir, since int64) (directory, error) {
	now := time.Now()
	if b, ok := c.kept(dir); ok && now.Before(b.until) && b.AsOf >= since {
		return b, nil
	}
	read, err := c.store.Beside(ctx, dir)
	if err != nil {
		return directory{}, err
	}
	b := newDirectory(read, now.Add(siblingTime))
	c.keep(dir, b)
	return b, nil
}

func (c *siblingCache) kept(dir int64) (b directory, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok = c.dirs[dir]
	return b, ok
}

func (c *siblingCache) keep(dir int64, b directory) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.dirs[dir]
	c.held -= was.bytes()
	if c.dirs == nil || len(c.dirs) >= siblingDirs || c.held+b.bytes() > siblingBytes {
		c.dirs, c.held = make(map[int64]directory, siblingDirs), 0
	}
	c.dirs[dir] = b
	c.held += b.bytes()
}

// companions are what lies beside a file that matters to it.
type companions struct {
	docs []sidecar.Document // that describe it, the least sure first
	with []media.Companion  // what goes with it
	of   int64              // the item that it goes with
	asOf int64              // the feed's number at which this was so
}

// companionsOf finds what goes with a file, and with what it goes.
func (c *siblingCache) companionsOf(ctx context.Context, t *store.Task) (s companions, err error) {
	b, err := c.get(ctx, t.Dir, t.SiblingSeq)
	if err != nil {
		return s, err
	}
	return c.companionsIn(ctx, t, &b)
}

// companionsIn finds in a directory what goes with one of its files, and with what that goes.
func (c *siblingCache) companionsIn(ctx context.Context, t *store.Task, b *directory) (s companions, err error) {
	s.asOf = b.AsOf
	if s.of, err = c.whose(ctx, t, b); err != nil {
		return s, err
	}
	named, folder, err := c.candidates(ctx, t, b)
	if err != nil {
		return s, err
	}
	var found []string
	if folder != nil {
		found = folder.For(t.Name)
	}
	for _, n := range found {
		s.with = append(s.with, companion(named[n]))
	}
	above := b.Above
	if store.Accompanies(t.Kind) { // else it would depend on which of the two was read first: nobody marks it then
		above = nil
	}
	s.docs, err = c.documents(ctx, speakers(found, named, above))
	return s, err
}

// candidates are the files of a directory that may go with one of them; nil where there are none. Of one that is too
// large to keep whole they are those that are called alike, and those that speak for all of it.
func (c *siblingCache) candidates(
	ctx context.Context, t *store.Task, b *directory,
) (map[string]*store.Companion, *sidecar.Folder, error) {
	if b.All {
		return b.named, b.folder, nil
	}
	same, err := c.namesakes(ctx, t, strings.TrimSuffix(t.Name, path.Ext(t.Name)), b)
	if err != nil || len(same) <= 1 && len(b.Here) == 0 { // nearly always it is alone
		return nil, nil, err
	}
	same = append(same[:len(same):len(same)], b.Here...)
	named, folder := sortOut(same)
	return named, folder, nil
}

// namesakes are the files of a large directory whose names begin alike: see store.Namesakes.
func (c *siblingCache) namesakes(
	ctx context.Context, t *store.Task, prefix string, b *directory,
) ([]store.Companion, error) {
	if b.part == nil {
		return c.store.Namesakes(ctx, t.Dir, prefix)
	}
	all := between(b.part, prefix, prefix+"\xff")
	if len(all) <= store.MaxNamesakes {
		return all, nil
	}
	near := between(b.part, prefix+"-", prefix+"/")
	return slices.Concat(near[:min(len(near), store.MaxNamesakes)], all[:store.MaxNamesakes]), nil
}

// between are those of a list that is sorted by names from one up to before another.
func between(list []store.Companion, from, to string) []store.Companion {
	at := func(name string) int {
		i, _ := slices.BinarySearchFunc(list, name, func(o store.Companion, name string) int {
			return strings.Compare(o.Name, name)
		})
		return i
	}
	return list[at(from):at(to)]
}

// speakers are those of what goes with a file, and of what lies above it, that say something of it: the surest first.
func speakers(found []string, named map[string]*store.Companion, above []store.Companion) []*store.Companion {
	out := make([]*store.Companion, 0, len(found))
	for _, n := range found {
		if o := named[n]; len(o.Probed) > 0 || o.Long {
			out = append(out, o)
		}
	}
	for i := range above { // the nearer has the last word
		if sidecar.RuleOf(above[i].Name).Scope == sidecar.InTree {
			out = append(out, &above[i])
		}
	}
	return out[:min(len(out), maxDocuments)]
}

// companion is what an item says of a file that goes with it.
func companion(o *store.Companion) media.Companion {
	c := media.Companion{ID: o.ID, Name: o.Name, Role: string(sidecar.RuleOf(o.Name).Role)}
	if len(o.Doc) == 0 {
		return c
	}
	var d media.Description
	if err := json.Unmarshal(slices.Concat([]byte("{"), o.Doc, []byte("}")), &d); err != nil {
		return c // written by another version: it is described anew in its time, and this with it
	}
	if len(d.Languages) > 0 {
		c.Language = d.Languages[0]
	}
	c.Forced, c.HearingAid = d.Forced, d.HearingAid
	return c
}

// whose gives the item that a sidecar of one file goes with; 0 where it goes with none. Of several, as of one film in
// two containers, it is the first that came.
func (c *siblingCache) whose(ctx context.Context, t *store.Task, b *directory) (of int64, err error) {
	switch kindByName(t.Name) {
	case media.KindSubtitle, media.KindArtwork, media.KindMetadata:
	default:
		return 0, nil
	}
	if sidecar.RuleOf(t.Name).Scope != sidecar.OneFile {
		return 0, nil
	}
	if b.All {
		return firstOf(b.named, b.folder, t.Name), nil
	}
	for _, stem := range stems(strings.TrimSuffix(t.Name, path.Ext(t.Name))) { // the longest that fits is meant
		same, err := c.namesakes(ctx, t, stem, b)
		if err != nil {
			return 0, err
		}
		named, folder := sortOut(same)
		if of := firstOf(named, folder, t.Name); of != 0 {
			return of, nil
		}
	}
	return 0, nil
}

func firstOf(named map[string]*store.Companion, folder *sidecar.Folder, name string) (of int64) {
	for _, n := range folder.Describes(name) {
		if id := named[n].ID; of == 0 || id < of {
			of = id
		}
	}
	return of
}

// documents are what sidecars said when they were analysed themselves; the last of them comes first.
func (c *siblingCache) documents(ctx context.Context, of []*store.Companion) (docs []sidecar.Document, err error) {
	for _, o := range slices.Backward(of) {
		probed := o.Probed
		if o.Long {
			if probed, err = c.store.Probed(ctx, o.ID); err != nil {
				return nil, err
			}
		}
		if f := decodeFindings(probed); f.Form != "" {
			docs = append(docs, sidecar.Document{Form: sidecar.Form(f.Form), Description: f.Description})
		}
	}
	return docs, nil
}
