package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// FloorName is the name, in the data directory, of the file that says which ids may have been given. It outlives the
// catalog: what takes the place of one that is lost gives none of them again.
const FloorName = "catalog.ids"

// floorStep is how many ids one write of the file allows. A lost catalog costs as many numbers, a first pass a write for
// each so many files.
const floorStep = 50_000

// idFloor is what the file says: no id above it has ever been given, and whose catalog it was.
type idFloor struct {
	Items    int64  `json:"items"`
	Works    int64  `json:"works"`
	Instance string `json:"instance"`
}

func (f idFloor) ids() lastIDs { return lastIDs{f.Items, f.Works} }

// floorOf is the path of the file that belongs to a catalog.
func floorOf(path string) string { return filepath.Join(filepath.Dir(path), FloorName) }

// readFloor reads what ids may have been given. A file that is not there says that none were.
func readFloor(path string) (f idFloor, err error) {
	b, err := os.ReadFile(floorOf(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case errors.Is(err, syscall.EIO): // what it says is not known, and may be more than the catalog's
		return f, fmt.Errorf("%w: %s (%w): %s", ErrDisk, floorOf(path), bare(err), mendDisk)
	}
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err == nil && (f.Items < 0 || f.Works < 0) {
		err = errors.New("an id below zero")
	}
	if err != nil {
		return idFloor{}, fmt.Errorf("read which ids were given, %s: %w: remove it, and ids begin "+
			"behind those of the catalog", floorOf(path), bare(err))
	}
	return f, nil
}

// writeFloor writes it, on disk before it returns, whole or not at all.
func writeFloor(path string, f idFloor) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	file := floorOf(path)
	part, err := os.CreateTemp(filepath.Dir(file), "."+FloorName+".*.part")
	if err != nil {
		return notKept(file, err)
	}
	_, err = part.Write(append(b, '\n'))
	if err = errors.Join(err, part.Close()); err == nil {
		err = Entrust(part.Name())
	}
	if err != nil {
		return errors.Join(notKept(file, err), removeIfThere(part.Name()))
	}
	if err := putInPlace(part.Name(), file); err != nil {
		return notKept(file, err)
	}
	return nil
}

func notKept(file string, err error) error {
	if OfDisk(err) {
		return Unkept(file, err)
	}
	return fmt.Errorf("write %s, which ids may be given: %w: make its directory writable for this user", file, err)
}

// allowIDs sees to it that ids which are given next are within what the file says. least is how many have to be.
func (s *Store) allowIDs(least int64) error {
	id, work := s.lastID.Load(), s.lastWork
	if id+least <= s.idFloor.Items && work+least <= s.idFloor.Works && s.idFloor.Instance == s.instance {
		return nil
	}
	f := idFloor{max(s.idFloor.Items, id+floorStep), max(s.idFloor.Works, work+floorStep), s.instance}
	if err := writeFloor(s.path, f); err != nil {
		return err
	}
	s.idFloor = f
	return nil
}
