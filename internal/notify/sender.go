package notify

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/catalogizer/catalogizerd/internal/config"
)

// deliveryTime is how long a target may take for one message.
const deliveryTime = 30 * time.Second

// errGone says that a target wants no more.
var errGone = errors.New("the target answers 410: it wants no more")

// sender delivers messages of one type.
type sender interface {
	send(ctx context.Context, m *message) error
}

// senderOf is how a target is told.
func senderOf(t *target) sender {
	switch t.cfg.Type {
	case config.NotifyJellyfin:
		return jellyfin{t}
	case config.NotifyMPD:
		return mpd{t}
	case config.NotifyExec:
		return program{t}
	}
	return webhook{t}
}

// client follows no redirection: a target is where its URL says. It keeps no connections beyond a short rest.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       deliveryTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			MaxIdleConns: 1, IdleConnTimeout: 5 * time.Second, ResponseHeaderTimeout: deliveryTime,
		},
	}
}

// post sends a body, and takes what is answered.
func (t *target) post(ctx context.Context, at string, header http.Header, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "catalogizerd")
	resp, err := t.client.Do(req)
	if err != nil {
		var text *url.Error
		if errors.As(err, &text) {
			err = text.Err
		}
		return fmt.Errorf("reach %s: %w%s", t.cfg.URL, err, fenced(err))
	}
	defer func() { _ = resp.Body.Close() }()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		return nil
	case resp.StatusCode == http.StatusGone:
		return errGone
	}
	return fmt.Errorf("%s answers %s: %.200q", t.cfg.URL, resp.Status, strings.TrimSpace(string(said)))
}

// fenced says what to do where the kernel lets nothing out, as it does for a unit with IPAddressDeny.
func fenced(err error) string {
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		return ": the unit's IP filter lets out to this machine and the local networks only; see IPAddressAllow in docs/notify.md"
	}
	return ""
}

// webhook posts messages as JSON, signed as the standard webhooks are (https://www.standardwebhooks.com).
type webhook struct{ t *target }

func (w webhook) send(ctx context.Context, m *message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	header := http.Header{}
	token, err := w.t.cfg.Token()
	if err != nil {
		return err
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	header.Set("webhook-id", m.id)
	header.Set("webhook-timestamp", stamp)
	secret, err := w.t.cfg.Secret()
	if err != nil {
		return err
	}
	if secret != "" {
		header.Set("webhook-signature", sign(secret, m.id, stamp, body))
	}
	return w.t.post(ctx, w.t.cfg.URL, header, body)
}

// sign makes the signature of a body. A secret that begins with whsec_ is base64 behind it, as the standard has it.
func sign(secret, id, stamp string, body []byte) string {
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, stamp)
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// jellyfin tells a media server which files to look at.
type jellyfin struct{ t *target }

type mediaUpdate struct{ Path, UpdateType string }

func (j jellyfin) send(ctx context.Context, m *message) error {
	token, err := j.t.cfg.Token()
	if err != nil {
		return err
	}
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", fmt.Sprintf("MediaBrowser Token=%q", token))
		header.Set("X-Emby-Token", token)
	}
	at := strings.TrimSuffix(j.t.cfg.URL, "/")
	if m.Type == typeRefresh {
		return j.t.post(ctx, at+"/Library/Refresh", header, nil)
	}
	updates := []mediaUpdate{}
	for i := range m.Changes {
		ch := &m.Changes[i]
		if ch.PreviousFile != "" {
			updates = append(updates, mediaUpdate{ch.PreviousFile, "Deleted"})
		}
		if ch.File != "" {
			kind := "Created"
			if ch.What == "changed" {
				kind = "Modified"
			}
			updates = append(updates, mediaUpdate{ch.File, kind})
		}
	}
	body, err := json.Marshal(map[string]any{"Updates": updates})
	if err != nil {
		return err
	}
	return j.t.post(ctx, at+"/Library/Media/Updated", header, body)
}

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
	if err := c.Run(); err != nil {
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
