package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/terminal"
)

type checkCommand struct {
	configured
	JSON bool     `name:"json" help:"Print one JSON object for each finding."`
	Root []string `arg:"" optional:"" help:"Directories or smb:// URLs."`
}

// Run prints a line for each finding. A daemon may be running.
func (c *checkCommand) Run(p *process) error {
	options := c.options("", c.Root, true)
	options.HubToo = true
	cfg, err := config.Load(options)
	if err != nil {
		return err
	}
	failed := false
	var broken error
	err = app.Check(p.ctx, cfg, func(f app.Finding) {
		failed = failed || f.Verdict == app.Failure
		if c.JSON {
			broken = errors.Join(broken, json.NewEncoder(p.out).Encode(f))
			return
		}
		_, perr := terminal.Fprintf(p.out, "%-8s%s: %s\n", f.Verdict, f.What, strings.ReplaceAll(f.Text, "\n", "; "))
		broken = errors.Join(broken, perr)
	})
	if err = errors.Join(err, broken); err == nil && failed {
		return exitError(exitFailed)
	}
	return err
}
