package notify

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Kinds of messages.
const (
	typeChanges = "changes"
	typeRefresh = "refresh" // look at everything
	typeTest    = "test"
)

// message is what a target is told.
type message struct {
	Type     string         `json:"type"`
	Instance media.Instance `json:"instance"`
	Cursor   string         `json:"cursor"`
	Changes  []telling      `json:"changes"`

	id string // the same whenever it is sent again
}

// telling is a change as targets are told of it. File and PreviousFile are where it is, and was, at the target.
type telling struct {
	Op           string          `json:"op"`
	ID           int64           `json:"id"`
	What         store.What      `json:"what,omitempty"`
	Previous     *place          `json:"previous,omitempty"`
	Was          *place          `json:"was,omitempty"`
	File         string          `json:"file,omitempty"`
	PreviousFile string          `json:"previous_file,omitempty"`
	Item         json.RawMessage `json:"item,omitempty"`
}

type place struct {
	Root string `json:"root"`
	Path string `json:"path"`
}

func placeOf(p store.Spot) *place {
	if !p.Known() {
		return nil
	}
	return &place{p.Root, strings.ToValidUTF8(p.Path, "\ufffd")}
}

// tell makes of a change what a target is told.
func (t *target) tell(ch *store.Change) telling {
	if ch.Delete {
		return telling{Op: "delete", ID: ch.ID, Was: placeOf(ch.Was), PreviousFile: t.file(ch.Was)}
	}
	return telling{
		Op: "upsert", ID: ch.ID, What: ch.What, Previous: placeOf(ch.Previous), Item: ch.Item,
		File: t.file(ch.Was), PreviousFile: t.file(ch.Previous),
	}
}

// file is where the target finds a path of a root.
func (t *target) file(p store.Spot) string {
	if !p.Known() {
		return ""
	}
	return path.Join(t.rootPath(p.Root), p.Path)
}

// rootPath is where the target has a root.
func (t *target) rootPath(root string) string {
	if at, ok := t.cfg.PathMap[root]; ok {
		return at
	}
	return t.roots[root]
}

// files are those that a message is about, each once.
func (m *message) files() (out []string) {
	for i := range m.Changes {
		for _, f := range []string{m.Changes[i].PreviousFile, m.Changes[i].File} {
			if f != "" && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// folders are those in which they lie, each once.
func (m *message) folders() (out []string) {
	for _, f := range m.files() {
		if dir := path.Dir(f); !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// folderOf is the folder of a change.
func folderOf(ch *store.Change) store.Spot {
	return store.Spot{Root: ch.Was.Root, Path: path.Dir(ch.Was.Path)}
}
