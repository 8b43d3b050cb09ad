package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

type statusCommand struct {
	remote
}

// Run shows how the daemon is. It exits with 1 where something is offline, held or failing.
func (c *statusCommand) Run(p *process) error {
	var s api.Status
	if err := c.get(p.ctx, "status", nil, &s); err != nil {
		return err
	}
	var err error
	if c.JSON {
		err = json.NewEncoder(p.out).Encode(s)
	} else {
		err = printStatus(p.out, &s)
	}
	if err != nil {
		return err
	}
	off, err := c.targetsOff(p)
	if err != nil {
		return err
	}
	if off || !well(&s) {
		return exitError(exitFailed)
	}
	return nil
}

// targetsOff says which programs are not told of changes, and reports whether one is told of nothing more.
func (c *statusCommand) targetsOff(p *process) (off bool, err error) {
	var targets []media.Target
	if err := c.get(p.ctx, "notify", nil, &targets); err != nil {
		return false, err
	}
	for i := range targets {
		t := &targets[i]
		off = off || t.State == media.TargetOff
		if t.State == media.TargetOK || c.JSON {
			continue
		}
		if _, err := terminal.Fprintf(p.out, "\n%s is not told of changes (%s), %s behind: %s\n", t.Name, t.State,
			humanize.Comma(t.Lag), t.LastError); err != nil {
			return off, err
		}
	}
	return off, nil
}

// well reports whether nothing needs a person.
func well(s *api.Status) bool {
	if s.Health != nil || s.FailedSinceStart > 0 {
		return false
	}
	for i := range s.Roots {
		r := &s.Roots[i]
		if r.State != media.Online || r.Held != nil || (r.Breaker != nil && r.Breaker.State != "closed") {
			return false
		}
		if failing(r.LastScan) {
			return false
		}
	}
	return true
}

func failing(s *media.Scan) bool { return s != nil && (s.State == media.ScanFailed || s.Errors > 0) }

func printStatus(out io.Writer, s *api.Status) error {
	look := terminal.Of(out)
	doing := look.Paint(terminal.Yellow, "working")
	if s.Idle {
		doing = look.Paint(terminal.Green, "idle")
	}
	terminal.Fprintf(out, "catalogizerd %s, up %s, ", s.Version, time.Since(s.StartedAt).Round(time.Second))
	fmt.Fprintln(out, doing)
	terminal.Fprintf(out, "%s, %s missing, %s to analyse, %s failed\n\n", countedItems(s.Counts.Items),
		humanize.Comma(s.Counts.Missing), humanize.Comma(s.Counts.Pending), humanize.Comma(s.Counts.Failed))
	if s.Hub != nil {
		terminal.Fprintf(out, "%s\n\n", leadText(s.Hub))
	}
	rows := [][]terminal.Cell{{
		{Text: "ROOT", Style: terminal.Dim}, {Text: "STATE", Style: terminal.Dim}, {Text: "ITEMS", Style: terminal.Dim},
		{Text: "WATCH", Style: terminal.Dim}, {Text: "LAST SCAN", Style: terminal.Dim},
		{Text: "LOCATION", Style: terminal.Dim},
	}}
	for i := range s.Roots {
		rows = append(rows, rootRow(&s.Roots[i]))
	}
	if err := terminal.WriteTable(out, look, statusColumns, rows); err != nil {
		return err
	}
	if s.Health != nil {
		fmt.Fprintf(out, "\n%s\n", look.Paint(terminal.Red, terminal.Line(*s.Health)))
	}
	if s.FailedSinceStart > 0 {
		terminal.Fprintf(out, "\n%s could not be read since the start: /api/v1/items?analysis=failed says which, and why\n",
			english.Plural(int(s.FailedSinceStart), "file", ""))
	}
	for i := range s.Roots {
		explainRoot(out, &s.Roots[i])
	}
	return nil
}

// leadText says which hub takes in what the sources say.
func leadText(h *media.HubLead) string {
	switch {
	case h.Since == nil:
		return "no hub leads now: what the sources say waits"
	case h.Leads:
		return "this hub leads since " + h.Since.Local().Format(time.DateTime)
	}
	return fmt.Sprintf("the hub %s leads since %s; this one follows", h.Leader, h.Since.Local().Format(time.DateTime))
}

var statusColumns = []terminal.Column{
	{Shrinks: true}, {}, {Right: true}, {}, {Shrinks: true}, {Shrinks: true, FromLeft: true},
}

func rootRow(r *media.Root) []terminal.Cell {
	state := terminal.Cell{Text: r.State, Style: terminal.Green}
	if r.State != media.Online {
		state.Style = terminal.Red
	}
	scan := terminal.Cell{Text: scanText(r.LastScan)}
	switch {
	case failing(r.LastScan):
		scan.Style = terminal.Red
	case r.Scanning:
		scan.Style = terminal.Yellow
	}
	return []terminal.Cell{
		{Text: r.Name, Style: terminal.Bold}, state, {Text: humanize.Comma(r.Items)}, {Text: watchText(r)}, scan,
		{Text: r.Location},
	}
}

func watchText(r *media.Root) string {
	if r.Watch.Mode == media.WatchInotify {
		return fmt.Sprintf("inotify (%s)", humanize.Comma(int64(r.Watch.Directories)))
	}
	return r.Watch.Mode
}

func scanText(s *media.Scan) string {
	switch {
	case s == nil:
		return "never"
	case s.State == media.ScanRunning && s.ETASeconds != nil:
		return fmt.Sprintf("running, %s files, %s left", humanize.Comma(s.Files),
			time.Duration(*s.ETASeconds*float64(time.Second)).Round(time.Second))
	case s.State == media.ScanRunning:
		return fmt.Sprintf("running, %s files", humanize.Comma(s.Files))
	case s.FinishedAt != nil:
		return s.State + " " + humanize.Time(*s.FinishedAt)
	}
	return s.State
}

// countedItems is a number of items in words.
func countedItems(n int64) string {
	return humanize.Comma(n) + " " + english.PluralWord(int(n), "item", "")
}

// explainRoot says what of a root needs a person, and what to do.
func explainRoot(out io.Writer, r *media.Root) {
	if r.State != media.Online {
		terminal.Fprintf(out, "\n%s is offline, its items stand: %s\n", r.Name, r.Reason)
	}
	if r.Skipped.Any() {
		terminal.Fprintf(out, "\n%s: %s\n", r.Name, r.Skipped.Text(r.Items))
	}
	if r.Held != nil {
		terminal.Fprintf(out, "\n%s: %s removals are held since %s, %s: "+
			"look, then `catalogizerd accept removals %s` if they are really gone\n",
			r.Name, humanize.Comma(r.Held.Count), r.Held.Since.Local().Format(time.DateTime), r.Held.Reason, r.Name)
	}
	if s := r.LastScan; s != nil && s.Errors > 0 && s.Error != "" {
		terminal.Fprintf(out, "\n%s: %s in the last scan, the first: %s\n", r.Name,
			english.Plural(int(s.Errors), "error", ""), s.Error)
	}
	if r.Watch.Reason != "" && r.State == media.Online && r.Kind == "local" {
		terminal.Fprintf(out, "\n%s: %s\n", r.Name, r.Watch.Reason)
	}
	if b := r.Breaker; b != nil && b.State != "closed" {
		why := "for an unknown reason"
		if b.LastError != nil {
			why = *b.LastError
		}
		terminal.Fprintf(out, "\n%s: share is away (%s): %s\n", r.Name, b.State, why)
	}
}
