package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"time"

	"github.com/catalogizer/catalogizerd/internal/config"
)

// checkTarget looks whether a program can be told of changes, as far as that shows without telling it anything.
func checkTarget(ctx context.Context, cfg *config.Config, n *config.Notify) Finding {
	what := "notify " + n.Name
	for _, read := range []func() (string, error){n.Token, n.Secret} {
		if _, err := read(); err != nil {
			return Finding{Failure, what, err.Error()}
		}
	}
	if n.Type == config.NotifyExec {
		if info, err := os.Stat(n.Command[0]); err != nil || info.Mode()&0o111 == 0 {
			return Finding{Failure, what, fmt.Sprintf("%s cannot be run: name a program, and chmod +x it", n.Command[0])}
		}
		return Finding{OK, what, n.Command[0]}
	}
	for i := range cfg.Roots {
		r := &cfg.Roots[i]
		if _, mapped := n.PathMap[r.Name]; n.Type == config.NotifyJellyfin && r.URL != "" && !mapped {
			return Finding{Warning, what, fmt.Sprintf("root %s is a share: say where the program has it, in path_map", r.Name)}
		}
	}
	if elsewhere(ctx, n.URL) {
		return Finding{Warning, what, fmt.Sprintf("%s is outside of the local networks, and the systemd unit lets nothing out to there: "+
			"name it by IPAddressAllow= in a drop-in, see docs/notify.md, and try `catalogizerd notify test %s`", n.URL, n.Name)}
	}
	return Finding{OK, what, n.URL}
}

// cgnat are addresses of networks behind a provider's, which the unit lets out to as well.
var cgnat = netip.MustParsePrefix("100.64.0.0/10")

// elsewhere reports whether a URL leads to where the unit's IP filter lets nothing out.
func elsewhere(ctx context.Context, text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return false // which says nothing
	}
	for _, a := range addresses {
		a = a.Unmap()
		if a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || cgnat.Contains(a) {
			return false
		}
	}
	return true
}
