package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/hub"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
)

// checkHub looks whether a hub would run well: its database, and each of its sources. It changes nothing.
func checkHub(ctx context.Context, cfg *config.Config, tell func(Finding)) {
	if err := cfg.CheckHub(); err != nil {
		tell(Finding{Failure, "configuration", err.Error()})
		return
	}
	tell(Finding{OK, "configuration", counted(len(cfg.Sources), "source")})
	for _, read := range []func() (string, error){cfg.Token, cfg.ReadToken} {
		if _, err := read(); err != nil {
			tell(Finding{Failure, "token", err.Error()})
		}
	}
	tell(checkDatabase(ctx, cfg))
	sources := hub.New(sourcesOf(cfg), nil, nil, zap.NewNop())
	for i := range cfg.Sources {
		tell(checkSource(ctx, sources, cfg.Sources[i].Name))
	}
	tell(checkSpace(cfg.DataDir))
}

func checkDatabase(ctx context.Context, cfg *config.Config) Finding {
	f := Finding{Verdict: Failure, What: "database"}
	password, err := cfg.DatabasePassword()
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, checkLimit)
		defer cancel()
		f.Text, err = postgres.Look(ctx, cfg.Hub.Database, password)
	}
	if f.Verdict = OK; err != nil {
		f.Verdict, f.Text = Failure, err.Error()
	}
	return f
}

// checkSource asks a source how it is. One that is away is none of the configuration's fault.
func checkSource(ctx context.Context, of *hub.Sources, name string) Finding {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	what, began := "source "+name, time.Now()
	version, roots, err := of.Ask(ctx, name)
	var refused *hub.RefusedError
	switch {
	case err == nil:
		return Finding{OK, what, counted(roots, "root") + ", version " + version + ", answers within " +
			time.Since(began).Round(time.Millisecond).String()}
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		return Finding{Failure, what, "it refuses the token: put that daemon's token, or its read token, into token_file"}
	case errors.As(err, &refused):
		return Finding{Failure, what, err.Error()}
	default:
		return Finding{Warning, what, err.Error() +
			": does it run, and is url its address? Its items stay as they are until it answers"}
	}
}
