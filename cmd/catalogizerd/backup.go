package main

import (
	"github.com/dustin/go-humanize"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/terminal"
)

type backupCommand struct {
	configured
	File string `arg:"" help:"Where to; a backup that is there is replaced by the new one once that is whole." type:"written"`
}

// Run copies the catalog. A daemon may be running on it.
func (c *backupCommand) Run(p *process) error {
	cfg, err := c.catalog()
	if err != nil {
		return err
	}
	size, err := app.Backup(p.ctx, cfg, c.File)
	if err != nil {
		return err
	}
	_, err = terminal.Fprintf(p.out, "%s: %s, whole\n", c.File, humanize.IBytes(uint64(size)))
	return err
}

type restoreCommand struct {
	configured
	File string `arg:"" help:"A file that backup has written." type:"path"`
}

// Run puts a backup in the place of the catalog. No daemon may be running on it.
func (c *restoreCommand) Run(p *process) error {
	cfg, err := c.catalog()
	if err != nil {
		return err
	}
	done, err := app.Restore(p.ctx, cfg, c.File)
	if err != nil {
		return err
	}
	_, err = terminal.Fprintf(p.out, "restored %s to %s\n", countedItems(done.Items), cfg.DataDir)
	if err == nil && done.Replaced != "" {
		_, err = terminal.Fprintf(p.out, "the catalog that was there is kept as %s\n", done.Replaced)
	}
	return err
}
