package app

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/config"
)

func TestCheckLooksAtProgramsThatAreToldOfChanges(t *testing.T) {
	cfg := &config.Config{Roots: []config.Root{{Name: "attic", URL: "smb://nas.lan/attic"}}}
	for _, c := range []struct {
		n       config.Notify
		verdict Verdict
		says    string
	}{
		{config.Notify{Type: config.NotifyJSON, URL: "http://127.0.0.1:1"}, OK, "127.0.0.1"},
		{config.Notify{Type: config.NotifyJSON, URL: "http://192.168.1.4:1"}, OK, "192.168.1.4"},
		{config.Notify{Type: config.NotifyJSON, URL: "http://203.0.113.7"}, Warning, "IPAddressAllow="},
		{config.Notify{Type: config.NotifyJellyfin, URL: "http://[::1]:1"}, Warning, "path_map"},
		{config.Notify{Type: config.NotifyJSON, URL: "http://127.0.0.1:1", TokenFile: "/nowhere/token"}, Failure, "/nowhere/token"},
		{config.Notify{Type: config.NotifyExec, Command: []string{"/nowhere/program"}}, Failure, "/nowhere/program"},
		{config.Notify{Type: config.NotifyExec, Command: []string{"/bin/sh"}}, OK, "/bin/sh"},
	} {
		if f := checkTarget(t.Context(), cfg, &c.n); f.Verdict != c.verdict || !strings.Contains(f.Text, c.says) {
			t.Errorf("%s %s: %+v", c.n.Type, c.n.URL, f)
		}
	}
}
