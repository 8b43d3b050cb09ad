package main

import (
	"encoding/json"
	"net/url"

	"github.com/catalogizer/catalogizerd/internal/terminal"
)

type notifyCommand struct {
	remote
	Do   string `arg:"" enum:"test" help:"test: send the program a message that tells of nothing."`
	Name string `arg:"" help:"The program's name in the configuration."`
}

// Run has the daemon send the message, since it is the daemon that has to reach the program.
func (c *notifyCommand) Run(p *process) error {
	var answer map[string]any
	if err := c.post(p.ctx, "notify/"+url.PathEscape(c.Name)+"/test", struct{}{}, &answer); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(p.out).Encode(answer)
	}
	_, err := terminal.Fprintf(p.out, "%s took the message\n", c.Name)
	return err
}
