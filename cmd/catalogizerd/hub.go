package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/confine"
)

type hubCommand struct {
	configured
	Listen string `help:"Address to listen on (127.0.0.1:8780)." placeholder:"ADDR"`
}

// Run serves until it is told to stop. SIGHUP has other sources followed.
func (c *hubCommand) Run(p *process) error {
	options := c.options(c.Listen, nil, false)
	load := func() (*config.Config, error) { return loadWithTokens(options) }
	cfg, err := load()
	if err != nil {
		return err
	}
	defer outliveReaders()()
	log, change, err := newLog(p, cfg)
	if err != nil {
		return err
	}
	reloads := make(chan os.Signal, 1) // several before one is served are one
	signal.Notify(reloads, syscall.SIGHUP)
	defer signal.Stop(reloads)
	return app.ServeHub(p.ctx, cfg, log, app.Options{
		Version: version, Reload: load, Reloads: reloads, Reloaded: change, Confine: confine.Writing,
	})
}
