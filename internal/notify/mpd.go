package notify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
)

// mpd has the Music Player Daemon look at folders (https://mpd.readthedocs.io/en/latest/protocol.html).
type mpd struct{ t *target }

func (p mpd) send(ctx context.Context, m *message) error {
	at, err := url.Parse(p.t.cfg.URL)
	if err != nil {
		return err
	}
	address := at.Host
	if at.Port() == "" {
		address = net.JoinHostPort(at.Hostname(), "6600")
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("reach %s: %w%s", p.t.cfg.URL, err, fenced(err))
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	s := mpdSession{conn: conn, in: bufio.NewReader(io.LimitReader(conn, 1<<20))}
	if line, err := s.in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "OK MPD ") {
		return fmt.Errorf("%s is no MPD: it says %.60q: %w", p.t.cfg.URL, line, errors.Join(err, errProtocol))
	}
	token, err := p.t.cfg.Token()
	if err != nil {
		return err
	}
	if token != "" {
		if err := s.do(ctx, "password "+quoted(token)); err != nil {
			return err
		}
	}
	for _, folder := range p.folders(m) {
		if err := s.do(ctx, "update "+quoted(below(folder))); err != nil {
			return err
		}
	}
	return s.do(ctx, "ping")
}

// folders are what MPD is to look at: paths below its music directory.
func (p mpd) folders(m *message) (out []string) {
	if m.Type != typeRefresh {
		return m.folders()
	}
	for root := range p.t.roots {
		if p.t.filter.OfRoot(root) {
			out = append(out, p.t.rootPath(root))
		}
	}
	return out
}

var errProtocol = errors.New("no answer of the protocol")

type mpdSession struct {
	conn net.Conn
	in   *bufio.Reader
}

// do sends a command and reads its answer. MPD takes some 32 updates at a time: beyond that it is asked again.
func (s *mpdSession) do(ctx context.Context, command string) error {
	const busy, pause = "ACK [54@", 200 * time.Millisecond
	for {
		if _, err := io.WriteString(s.conn, command+"\n"); err != nil {
			return fmt.Errorf("send to MPD: %w", err)
		}
		line, err := "", error(nil)
		for line != "OK\n" && !strings.HasPrefix(line, "ACK ") {
			if line, err = s.in.ReadString('\n'); err != nil {
				return fmt.Errorf("read MPD's answer: %w", err)
			}
		}
		switch {
		case line == "OK\n":
			return nil
		case !strings.HasPrefix(line, busy):
			return fmt.Errorf("MPD refuses %.100q: %s", strings.Fields(command)[0], strings.TrimSpace(line))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("MPD is busy: %s", strings.TrimSpace(line))
		}
	}
}

var mpdEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ")

func quoted(s string) string { return `"` + mpdEscapes.Replace(s) + `"` }

// below is a folder as MPD writes it: from its music directory on, which is the empty text.
func below(folder string) string {
	if folder = strings.Trim(folder, "/"); folder == "." {
		return ""
	}
	return folder
}
