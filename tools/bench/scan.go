package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// scanTwice makes a catalog of a tree, then scans it again.
func (b *bench) scanTwice(ctx context.Context, tree string) (first, second sample, err error) {
	data, err := os.MkdirTemp(b.dir, "catalog")
	if err != nil {
		return first, second, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	scan := func() (sample, error) { return runCommand(ctx, b.binary, "scan", "--json", "--data-dir", data, tree) }
	if first, err = scan(); err != nil {
		return first, second, err
	}
	if second, err = scan(); err != nil {
		return first, second, err
	}
	return first, second, b.checkAnalysed(ctx, data)
}

// checkAnalysed refuses figures of a scan that left work undone.
func (b *bench) checkAnalysed(ctx context.Context, data string) error {
	cmd := exec.CommandContext(ctx, b.binary, "export", "--data-dir", data)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("export the catalog: %w", err)
	}
	pending := 0
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var item struct {
			Analysis string `json:"analysis"`
		}
		if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
			return errors.Join(fmt.Errorf("read the export: %w", err), cmd.Wait())
		}
		if item.Analysis == "pending" {
			pending++
		}
	}
	return errors.Join(lines.Err(), cmd.Wait(), complain(pending > 0, "%d files were left unanalysed", pending))
}
