package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// program runs a command with a message on its standard input.
type program struct{ t *target }

func (p program) send(ctx context.Context, m *message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	command := p.t.cfg.Command
	c := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the operator says which
	c.Env = append(c.Environ(), "CATALOGIZERD_NOTIFY="+p.t.cfg.Name, "WEBHOOK_ID="+m.id)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what it has started ends with it
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
	c.Stdin = bytes.NewReader(append(body, '\n'))
	said := &tail{}
	c.Stderr = said
	// A program that ended well took its message, though what it left running may still hold its output.
	if err := c.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		if ctx.Err() != nil {
			err = fmt.Errorf("not done within %v", deliveryTime)
		}
		return fmt.Errorf("run %s: %w: %.200q", command[0], err, strings.TrimSpace(string(said.last)))
	}
	return nil
}

// tail keeps the end of what is written to it.
type tail struct{ last []byte }

func (t *tail) Write(b []byte) (int, error) {
	const keeps = 512
	t.last = append(t.last, b...)
	if over := len(t.last) - keeps; over > 0 {
		t.last = slices.Clone(t.last[over:])
	}
	return len(b), nil
}
