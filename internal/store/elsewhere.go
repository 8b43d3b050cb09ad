package store

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// What stands here is for catalogs that are kept elsewhere than in this store, and are asked, filtered and sorted
// alike.

// errItem says that a text is not an item's JSON.
var errItem = errors.New("not an item")

// ParseView reads an item's JSON, as AppendJSON of this or another version wrote it: members that are not known here go
// on in Doc as they are. ids gives what stands for the ids of items in it, its own and those of its companions.
func ParseView(item []byte, ids func(int64) int64) (v View, err error) {
	bad := func(name, value []byte) {
		err = errors.Join(err, fmt.Errorf("%w: %s is %.40q", errItem, name, value))
	}
	moment := func(name, value []byte) int64 {
		t, wrong := time.Parse(time.RFC3339Nano, textOf(value))
		if wrong != nil {
			bad(name, value)
		}
		return filter.Nanoseconds(t)
	}
	number := func(name, value []byte) int64 {
		n, wrong := strconv.ParseInt(string(value), 10, 64)
		if wrong != nil {
			bad(name, value)
		}
		return n
	}
	eachMember(contents(item), func(name, value []byte) {
		switch string(name) {
		case "id":
			v.ID = ids(number(name, value))
		case "root":
			v.Root = textOf(value)
		case "path":
			v.Path = cmp.Or(v.Path, textOf(value)) // path_bytes say more, wherever they stand
		case "path_bytes":
			b, wrong := base64.StdEncoding.DecodeString(textOf(value))
			if wrong != nil {
				bad(name, value)
			}
			v.Path = string(b)
		case "name", "works": // the path has it; works have other ids here
		case "size":
			v.Size = number(name, value)
		case "modified_at":
			v.MTime = moment(name, value)
		case "added_at":
			v.Added = moment(name, value)
		case "state":
			if textOf(value) != "present" {
				v.State = Missing
			}
		case "kind":
			v.Kind = media.Kind(textOf(value))
		case "analysis":
			v.Analysis = analysisOf(textOf(value))
		case "error":
			v.Error = textOf(value)
		case "fingerprint":
			n, wrong := strconv.ParseUint(textOf(value), 16, 64)
			if wrong != nil {
				bad(name, value)
			}
			v.Fingerprint, v.HasFingerprint = int64(n), true //nolint:gosec // any bits
		default:
			v.Doc = appendMember(v.Doc, name, value, ids)
		}
	})
	v.Name = v.Path[1+lastSlash(v.Path):]
	if err == nil && (v.ID == 0 || v.Root == "" || v.Name == "" || v.Kind == "") {
		err = fmt.Errorf("%w: it lacks its id, root, path or kind", errItem)
	}
	return v, err
}

func lastSlash(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return i
		}
	}
	return -1
}

// analysisOf is what a word means; later versions may have others, of which nothing follows here.
func analysisOf(word string) Analysis {
	for _, a := range []Analysis{Pending, Done, Failed} {
		if a.String() == word {
			return a
		}
	}
	return None
}

// appendMember appends a member to a document, with other ids in it where it has any.
func appendMember(doc, name, value []byte, ids func(int64) int64) []byte {
	if len(doc) > 0 {
		doc = append(doc, ',')
	}
	doc = append(append(append(doc, '"'), name...), `":`...)
	switch string(name) {
	case "of":
		return appendID(doc, value, ids)
	case "companions":
		doc = append(doc, '[')
		first := true
		eachElement(value, func(one []byte) {
			if !first {
				doc = append(doc, ',')
			}
			first = false
			doc = appendCompanion(doc, one, ids)
		})
		return append(doc, ']')
	}
	return append(doc, value...)
}

func appendCompanion(doc, one []byte, ids func(int64) int64) []byte {
	doc = append(doc, '{')
	first := true
	eachMember(contents(one), func(name, value []byte) {
		if !first {
			doc = append(doc, ',')
		}
		first = false
		doc = append(append(append(doc, '"'), name...), `":`...)
		if string(name) == "id" {
			doc = appendID(doc, value, ids)
		} else {
			doc = append(doc, value...)
		}
	})
	return append(doc, '}')
}

func appendID(doc, value []byte, ids func(int64) int64) []byte {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return append(doc, value...)
	}
	return strconv.AppendInt(doc, ids(n), 10)
}

// Facts are all that filters compare of an item, but its works.
func (v *View) Facts(f *filter.Facts) {
	f.Clear()
	rowFacts(f, v)
	docFacts(f, v.Doc)
}

// SortKeys are by what an item is sorted, beside what its fields say; nil: unknown. Title, Track and Episode sort as
// bytes do.
type SortKeys struct {
	Title, Track, Episode []byte
	Year, Taken           *int64 // Taken in nanoseconds, see filter.Taken
	Duration              *float64
}

// Sorter makes sort keys. It belongs to one goroutine.
type Sorter struct{ keys *sorter }

// NewSorter returns one.
func NewSorter() *Sorter { return &Sorter{newSorter()} }

// Keys are those of an item.
func (s *Sorter) Keys(v *View) (out SortKeys) {
	k := knownOf(v.Doc)
	if title := cmp.Or(k.SortTitle, k.Title); title != "" {
		out.Title = s.keys.titleKey(title)
	}
	if k.Year != 0 {
		out.Year = &k.Year
	}
	if k.DurationSeconds > 0 {
		out.Duration = &k.DurationSeconds
	}
	taken, track, episode := k.places(s.keys)
	if ns, is := taken.(int64); is {
		out.Taken = &ns
	}
	out.Track, _ = track.([]byte)
	out.Episode, _ = episode.([]byte)
	return out
}

// PagePlace is where an item stands in an order.
type PagePlace struct {
	ID   int64
	Root string // in the order of paths, which is by root first
	Key  any    // int64, float64 or []byte; nil: unknown

	// In the ranked order of what words find, see words.Tier: the tier, the id up to which matches of it are ranked (0:
	// that is not known yet), and for which terms others are meant.
	Tier   int
	Until  int64
	Spread uint16
}

// Check refuses what cannot be asked, and makes out an order where none is asked for.
func (q *Query) Check() error { return q.check() }

// Begin is the place behind which the page begins; nil: it is the first.
func (q *Query) Begin() (*PagePlace, error) {
	e, err := beginning(q.After, q.From, q.Sort, q.Descending, q.order(), newSorter().titleKey)
	if e == nil || err != nil {
		return nil, err
	}
	return &PagePlace{e.id, e.root, e.key, e.tier.number, e.tier.until, e.tier.spread}, nil
}

// End is the text by which the next page is asked for, behind a place.
func (q *Query) End(p *PagePlace) string {
	e := &entry{id: p.ID, root: p.Root, key: p.Key, tier: tier{p.Tier, p.Until, p.Spread}}
	return endAt(e, q.order()).String()
}

// IsRanked reports whether the query asks for the ranked order.
func (q *Query) IsRanked() bool { return q.Sort == byRank }

// RankedMost is how many matches of a tier are ranked.
func (q *Query) RankedMost() int {
	if q.isChecked() {
		return min(q.most.ranked, fewChecked)
	}
	return q.most.ranked
}

// Weight is about what the item takes as JSON, in bytes or more: a page ends at PageBytes.
func (v *View) Weight() int { return v.bytes() }

// Digest tells items apart by all that is known of them, and by what this version derives of it.
func (v *View) Digest() []byte {
	const derived = "2" // what facts and sort keys are made by: another number has all written anew
	sum := xxh3.HashString128(derived + string(v.AppendJSON(nil))).Bytes()
	return slices.Clone(sum[:])
}

// Words are the texts of words that the item is found by: of its titles, people, album and path.
func (v *View) Words() [4]string {
	k := knownOf(v.Doc)
	return k.texts(v.Path)
}
