package main

import (
	"bufio"

	"github.com/catalogizer/catalogizerd/internal/store"
)

type exportCommand struct {
	configured
}

// Run prints the catalog from the database alone; a daemon may be running on it or not.
func (c *exportCommand) Run(p *process) error {
	st, err := c.readCatalog(p.ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	w := bufio.NewWriterSize(p.out, 256<<10)
	var line []byte
	err = st.Walk(p.ctx, store.Position{}, func(v *store.View) error {
		line = append(v.AppendJSON(line[:0]), '\n')
		_, err := w.Write(line)
		return err
	})
	if err != nil {
		return err
	}
	return w.Flush()
}
