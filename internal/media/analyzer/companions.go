package analyzer

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Reach says for the store which items beside a file the file describes.
func Reach(name string) store.Reach {
	switch rule := sidecar.RuleOf(name); rule.Reach {
	case sidecar.InTree:
		return store.Reach{Tree: true}
	case sidecar.InFolder:
		return store.Reach{Folder: true}
	case sidecar.OneFile:
		return store.Reach{Stems: stems(strings.TrimSuffix(name, path.Ext(name)))}
	}
	return store.Reach{}
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

// besideCache keeps what lies beside the files that are analysed now: those of a directory come one
// after the other. What it holds may be a moment old; each use says of which moment.
type besideCache struct {
	store *store.Store
	mu    sync.Mutex // guards dirs; not held while the store is read
	dirs  map[int64]cachedBeside
}

type cachedBeside struct {
	store.Beside
	said   map[string][]byte // what the sidecars in Here say, by name
	folder *sidecar.Folder   // of Here
	until  time.Time
}

// newCachedBeside works out once for a directory which of its files go with which.
func newCachedBeside(b store.Beside, until time.Time) cachedBeside {
	said, folder := sortOut(b.Here)
	return cachedBeside{b, said, folder, until}
}

func sortOut(list []store.Companion) (map[string][]byte, *sidecar.Folder) {
	said := map[string][]byte{}
	kinds := make(map[string]media.Kind, len(list))
	names := make([]string, 0, len(list))
	for i := range list {
		o := &list[i]
		if _, seen := kinds[o.Name]; seen {
			continue
		}
		kinds[o.Name] = o.Kind
		names = append(names, o.Name)
		if len(o.Probed) > 0 {
			said[o.Name] = o.Probed
		}
	}
	return said, sidecar.NewFolder(names, func(n string) media.Kind { return kinds[n] })
}

const (
	besideTime = time.Second
	besideDirs = 64
)

// get reads what lies in and above a directory, as it was at a number of the feed or later.
func (c *besideCache) get(ctx context.Context, dir, since int64) (cachedBeside, error) {
	now := time.Now()
	if b, ok := c.kept(dir); ok && now.Before(b.until) && b.AsOf >= since {
		return b, nil
	}
	read, err := c.store.Beside(ctx, dir)
	if err != nil {
		return cachedBeside{}, err
	}
	b := newCachedBeside(read, now.Add(besideTime))
	c.keep(dir, b)
	return b, nil
}

func (c *besideCache) kept(dir int64) (b cachedBeside, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok = c.dirs[dir]
	return b, ok
}

func (c *besideCache) keep(dir int64, b cachedBeside) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dirs == nil || len(c.dirs) >= besideDirs {
		c.dirs = make(map[int64]cachedBeside, besideDirs)
	}
	c.dirs[dir] = b
}

// around finds what goes with a file: the sidecars that describe it, the least sure first, and the
// names of all that belongs to it.
func (c *besideCache) around(ctx context.Context, t *store.Task) (docs []sidecar.Document, with []media.Companion, asOf int64, err error) {
	b, err := c.get(ctx, t.Dir, t.Marked)
	if err != nil {
		return nil, nil, 0, err
	}
	for i := len(b.Above) - 1; i >= 0; i-- { // the nearer has the last word
		if sidecar.RuleOf(b.Above[i].Name).Reach == sidecar.InTree {
			docs = appendDocument(docs, b.Above[i].Probed)
		}
	}
	said, folder := b.said, b.folder
	if !b.All { // too large to keep whole: what is called alike, and what speaks for all of it
		same, err := c.store.Namesakes(ctx, t.Dir, strings.TrimSuffix(t.Name, path.Ext(t.Name)))
		if err != nil {
			return nil, nil, 0, err
		}
		for _, o := range b.Here {
			if sidecar.RuleOf(o.Name).Reach > sidecar.OneFile {
				same = append(same, o)
			}
		}
		said, folder = sortOut(same)
	}
	found := folder.For(t.Name)
	for _, n := range slices.Backward(found) {
		docs = appendDocument(docs, said[n])
	}
	for _, n := range found {
		with = append(with, media.Companion{Name: n, Role: string(sidecar.RuleOf(n).Role)})
	}
	return docs, with, b.AsOf, nil
}

// appendDocument adds what a sidecar said when it was analysed itself.
func appendDocument(docs []sidecar.Document, probed []byte) []sidecar.Document {
	f := decodeFindings(probed)
	if f.Form == "" {
		return docs
	}
	return append(docs, sidecar.Document{Form: sidecar.Form(f.Form), Description: f.Description})
}
