package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
