package smb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"testing"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestClasses(t *testing.T) {
	status := func(code uint32) error { return fmt.Errorf("read: %w", &statusError{code: code, text: "x"}) }
	for name, c := range map[string]struct {
		err  error
		want class
	}{
		"nothing":              {nil, success},
		"not found":            {status(statusObjectNameNotFound), thisEntry},
		"path not found":       {status(statusObjectPathNotFound), thisEntry},
		"denied":               {status(statusAccessDenied), thisEntry},
		"in use":               {status(statusSharingViolation), thisEntry},
		"bad name":             {status(statusObjectNameInvalid), thisEntry},
		"DFS link":             {status(statusPathNotCovered), thisEntry},
		"disk error":           {status(0xc0000185), thisEntry},
		"never heard of":       {status(0xc0999999), thisEntry},
		"share withdrawn":      {status(statusNetworkNameDeleted), away},
		"no such share":        {status(statusBadNetworkName), away},
		"session gone":         {status(statusUserSessionDeleted), away},
		"session expired":      {status(statusNetworkSessionExpired), away},
		"connection lost":      {&lostError{cause: net.ErrClosed}, away},
		"no answer":            {fmt.Errorf("list: %w", errSilent), away},
		"garbage":              {&brokenReply{what: "x"}, away},
		"password":             {status(statusLogonFailure), refused},
		"locked":               {status(statusAccountLockedOut), refused},
		"expired":              {status(statusPasswordExpired), refused},
		"must change":          {status(statusPasswordMustChange), refused},
		"disabled":             {status(statusAccountDisabled), refused},
		"not granted":          {status(statusLogonNotGranted), refused},
		"not at this time":     {status(statusLoginTimeRestriction), refused},
		"not to this server":   {mountClass(status(statusAuthenticationBarred)), refused},
		"domain unreachable":   {mountClass(status(0xc000005e)), away}, // NO_LOGON_SERVERS: no password was tried
		"disk not ready":       {status(0xc00000a3), thisEntry},        // away where it is the root that says so
		"we left":              {fmt.Errorf("list: %w", context.Canceled), cancelled},
		"our time was up":      {context.DeadlineExceeded, cancelled},
		"we closed":            {&lostError{cause: errClosed}, cancelled},
		"denied at the mount":  {mountClass(status(statusAccessDenied)), refused},
		"not found at mount":   {mountClass(status(statusBadNetworkName)), away},
		"refused at the mount": {mountClass(status(statusLogonFailure)), refused},
		"odd at the mount":     {mountClass(status(statusInvalidParameter)), away},
		"words at the mount":   {mountClass(errors.New("unexpected dialect")), away},
	} {
		if got := classify(c.err); got != c.want {
			t.Errorf("%s: class %d, want %d", name, got, c.want)
		}
	}
}

func TestPublicErrors(t *testing.T) {
	for _, err := range []error{&statusError{code: statusNetworkNameDeleted}, &statusError{code: statusLogonFailure}, &lostError{cause: net.ErrClosed}, errClosed} {
		if !errors.Is(public(err), tree.ErrAway) {
			t.Errorf("%v: callers do not see that the root is away", err)
		}
	}
	// What the server says of a name is no proof, and not shown as one.
	absent := public(&statusError{code: statusObjectNameNotFound})
	if errors.Is(absent, tree.ErrNotExist) || errors.Is(absent, tree.ErrAway) {
		t.Errorf("%v proves what it must not", absent)
	}
	if !errors.Is(public(&statusError{code: statusAccessDenied}), fs.ErrPermission) {
		t.Error("a denial cannot be recognized")
	}
	if err := public(context.Canceled); err != context.Canceled {
		t.Errorf("%v in place of the caller's own cancellation", err)
	}
}

func TestConfig(t *testing.T) {
	good := Config{Host: "nas.lan", Share: "video", User: "media"}
	for name, c := range map[string]func(*Config){
		"no host":             func(c *Config) { c.Host = "" },
		"a host in brackets":  func(c *Config) { c.Host = "[::1]" },
		"a port too high":     func(c *Config) { c.Port = 65536 },
		"no share":            func(c *Config) { c.Share = "" },
		"a path for a share":  func(c *Config) { c.Share = `a\b` },
		"a path upwards":      func(c *Config) { c.Path = "a/../../b" },
		"a stream for a path": func(c *Config) { c.Path = "a:b" },
		"a negative time":     func(c *Config) { c.Timeout = -1 },
		"a guest that signs":  func(c *Config) { c.User, c.RequireSigning = "", true },
	} {
		bad := good
		c(&bad)
		if _, err := New(bad, zap.NewNop()); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	for want, c := range map[string]Config{
		"nas.lan/video":          {Host: "NAS.lan", Share: "Video", User: "media", Path: "/"},
		"nas.lan/video/Attic/x":  {Host: "nas.lan", Share: "video", User: "media", Path: "/Attic/x/"},
		"nas.lan:1445/video":     {Host: "nas.lan", Port: 1445, Share: "video"},
		"[fe80::1]/video":        {Host: "fe80::1", Share: "video"},
		"[fe80::1]:1445/video/a": {Host: "fe80::1", Port: 1445, Share: "video", Path: "a"},
	} {
		s, err := New(c, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		if got := s.config.location(); got != want {
			t.Errorf("location %q, want %q", got, want)
		}
	}
	if got := uncHost("fe80::1%eth0"); got != "fe80--1seth0.ipv6-literal.net" {
		t.Errorf("UNC host %q", got)
	}
}
