package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/confine"
)

type serveCommand struct {
	configured
	Listen string   `help:"Address to listen on (127.0.0.1:8780)." placeholder:"ADDR"`
	Root   []string `arg:"" optional:"" help:"Directories or smb:// URLs."`
}

// Run serves until it is told to stop. A graceful stop is a success, whatever asked for it.
func (c *serveCommand) Run(p *process) error {
	options := c.options(c.Listen, c.Root, true)
	options.RootsExist = true // now: what was typed wrongly would be an offline root for ever
	load := func() (*config.Config, error) { return loadWithTokens(options) }
	cfg, err := load()
	if err != nil {
		return err
	}
	options.RootsExist = false // at a reload a root may be away
	defer outliveReaders()()
	log, change, err := newLog(p, cfg)
	if err != nil {
		return err
	}
	reloads := make(chan os.Signal, 1) // several before one is served are one
	signal.Notify(reloads, syscall.SIGHUP)
	defer signal.Stop(reloads)
	return app.Serve(p.ctx, cfg, log, app.Options{
		Version: version, Reload: load, Reloads: reloads, Reloaded: change, Confine: confine.Writing,
	})
}

// loadWithTokens reads a configuration of whoever serves, whose tokens can be read: else nobody could be let in.
func loadWithTokens(o config.LoadOptions) (*config.Config, error) {
	cfg, err := config.Load(o)
	if err == nil {
		_, err = cfg.Token()
	}
	if err == nil {
		_, err = cfg.ReadToken()
	}
	return cfg, err
}

// outliveReaders has the daemon go on where nobody reads its log any longer: a write to it fails then, and does not end
// the process. Commands that print and end do end there, as those before a pipe's head should.
func outliveReaders() (stop func()) {
	broken := make(chan os.Signal, 1) // read by nobody: the failed write says it already
	signal.Notify(broken, syscall.SIGPIPE)
	return func() { signal.Stop(broken) }
}
