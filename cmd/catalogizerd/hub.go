package main

import (
	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/confine"
)

type hubCommand struct {
	configured
	Listen string `help:"Address to listen on (127.0.0.1:8780)." placeholder:"ADDR"`
}

// Run serves until it is told to stop.
func (c *hubCommand) Run(p *process) error {
	cfg, err := c.load(c.Listen, nil, false)
	if err != nil {
		return err
	}
	if _, err := cfg.Token(); err != nil { // else nobody could be let in
		return err
	}
	if _, err := cfg.ReadToken(); err != nil {
		return err
	}
	defer outliveReaders()()
	log, _, err := newLog(p, cfg)
	if err != nil {
		return err
	}
	return app.ServeHub(p.ctx, cfg, log, app.Options{Version: version, Confine: confine.Writing})
}
