package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/dustin/go-humanize"
)

type acceptCommand struct {
	remote
	Yes  bool   `help:"Do not ask."`
	What string `arg:"" enum:"volume,removals" help:"volume: the disk in the root's place is the root's from now on. removals: what is held is gone."`
	Root string `arg:"" help:"The root's name."`
}

// Run says what is to be accepted, asks, and accepts it.
func (c *acceptCommand) Run(p *process) error {
	if c.Root == "" {
		return usageError{errors.New("the root's name is empty: `catalogizerd status` shows their names")}
	}
	at := "roots/" + url.PathEscape(c.Root)
	var r media.Root
	if err := c.get(p.ctx, at, nil, &r); err != nil {
		return err
	}
	if c.What == "removals" {
		return c.removals(p, at, &r)
	}
	return c.volume(p, at, &r)
}

func (c *acceptCommand) volume(p *process, at string, r *media.Root) error {
	o := r.VolumeOffer
	if o == nil {
		why := "it is " + r.State
		if r.Reason != "" {
			why += ": " + r.Reason
		}
		return fmt.Errorf("no other disk is offered for root %s: %s", r.Name, why)
	}
	err := c.agree(p, fmt.Sprintf(
		"Root %s (%s): %s of the %s files that are catalogued are on the disk that is there now, %s",
		r.Name, r.Location, humanize.Comma(o.Matching), humanize.Comma(o.Catalogued), o.Volume),
		"Those keep their ids; what is not there goes missing. Is it the root's disk from now on?")
	if err != nil {
		return err
	}
	var accepted media.Accepted
	if err := c.post(p.ctx, at+"/accept-volume", map[string]string{"volume": o.Volume}, &accepted); err != nil {
		return err
	}
	return c.tell(p, accepted, fmt.Sprintf("%s kept, %s new, %s missing", humanize.Comma(accepted.Kept),
		humanize.Comma(accepted.New), humanize.Comma(accepted.Missing)))
}

func (c *acceptCommand) removals(p *process, at string, r *media.Root) error {
	if r.Held == nil {
		return fmt.Errorf("no removals of root %s are held", r.Name)
	}
	if err := c.agree(p, fmt.Sprintf("Root %s (%s): %s vanished (%s)", r.Name, r.Location,
		countedItems(r.Held.Count), r.Held.Reason), "Are they really gone?"); err != nil {
		return err
	}
	var accepted struct {
		Removed int64 `json:"removed"`
	}
	if err := c.post(p.ctx, at+"/accept-removals", struct{}{}, &accepted); err != nil {
		return err
	}
	return c.tell(p, accepted, humanize.Comma(accepted.Removed)+" removed")
}

func (c *acceptCommand) tell(p *process, answer any, text string) error {
	if c.JSON {
		return json.NewEncoder(p.out).Encode(answer)
	}
	_, err := fmt.Fprintln(p.out, text)
	return err
}

// agree says what is at stake and has a person say yes, or --yes.
func (c *acceptCommand) agree(p *process, stake, question string) error {
	if c.Yes {
		return nil
	}
	terminal.Fprintf(p.err, "%s\n%s\n", stake, question)
	if !isTerminal(p.in) {
		return usageError{errors.New("nobody is there to ask: say yes with --yes")}
	}
	terminal.Fprintf(p.err, "Type yes: ")
	answer, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil || strings.TrimSpace(answer) != "yes" {
		return errors.New("nothing is accepted")
	}
	return nil
}
