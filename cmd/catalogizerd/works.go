package main

import (
	"bufio"
	"fmt"
)

type worksCommand struct {
	configured
	Kind []string `help:"Only these kinds."`
}

// Run prints every work from the database alone; a daemon may be running on it or not. What of the items is not taken
// in yet makes it fail, once all that is known is printed.
func (c *worksCommand) Run(p *process) error {
	if err := checkWorkKinds(c.Kind); err != nil {
		return err
	}
	st, err := c.readCatalog(p.ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	lag, err := st.Lag(p.ctx)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(p.out, 256<<10)
	err = st.EachWork(p.ctx, c.Kind, func(line []byte) error {
		_, err := w.Write(append(line, '\n'))
		return err
	})
	if err == nil {
		err = w.Flush()
	}
	if err == nil && lag.Works > 0 {
		err = fmt.Errorf("works are behind by %d changes of items: "+
			"ask again when the daemon is idle, or after `catalogizerd scan`", lag.Works)
	}
	return err
}
