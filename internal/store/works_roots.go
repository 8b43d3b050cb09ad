package store

import "fmt"

// What a work says of itself has numbers for its roots, of which the names stand in work_roots: a large library has
// few roots and very many works. A row there is never changed or removed, and no number is given to another name: so
// works that are gone, or whose root is, say what they said, and what a connection has read of them holds for good.

// rootNumbers are the numbers of roots' names, as far as they have been asked for. What a transaction has learned is
// good for the next, if it was committed.
type rootNumbers struct {
	of    map[string]int64
	sound bool // they are those of the catalog
}

// begin forgets what a transaction that failed has left.
func (n *rootNumbers) begin() {
	if !n.sound {
		n.of = make(map[string]int64)
	}
	n.sound = false
}

// numberRoots sees that the roots of a work have numbers.
func (tx *Tx) numberRoots(known *rootNumbers, names []string) error {
	for _, name := range names {
		if known.of[name] != 0 {
			continue
		}
		err := tx.c.exec("INSERT INTO work_roots (name) VALUES (?) ON CONFLICT DO NOTHING", name)
		if err != nil {
			return err
		}
		if known.of[name], err = tx.c.number("SELECT id FROM work_roots WHERE name = ?", name); err != nil {
			return err
		}
	}
	return nil
}

// workRoot gives the name of a root by the number that works have for it.
func (c *conn) workRoot(number int64) (string, error) {
	if name, known := c.workRoots[number]; known {
		return name, nil
	}
	names := make(map[int64]string)
	err := c.each("SELECT id, name FROM work_roots", func(r row) error {
		names[r.int(0)] = r.text(1)
		return nil
	})
	if err != nil {
		return "", err
	}
	c.workRoots = names
	name, known := names[number]
	if !known {
		return "", fmt.Errorf("%w: works have no root %d: %s", ErrCorrupt, number, mendCatalog)
	}
	return name, nil
}

// forgetRoots forgets what names this connection has read: a request that failed may have written them.
func (c *conn) forgetRoots() { c.workRoots = nil }
