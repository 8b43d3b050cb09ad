package main

import (
	"context"
	"fmt"
	"os"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// configured are the flags of commands that read the configuration.
type configured struct {
	Config  string `help:"Configuration file (TOML)." placeholder:"FILE" type:"path"`
	DataDir string `help:"Where the catalog is kept." placeholder:"DIR" type:"path"`
}

func (c *configured) options(listen string, roots []string, needRoots bool) config.LoadOptions {
	return config.LoadOptions{
		File: c.Config, DataDir: c.DataDir, Listen: listen, Roots: roots, Env: os.Environ(), NeedRoots: needRoots,
	}
}

func (c *configured) load(listen string, roots []string, needRoots bool) (*config.Config, error) {
	return config.Load(c.options(listen, roots, needRoots))
}

// catalog is the configuration of a daemon, whose catalog lies in its data directory.
func (c *configured) catalog() (*config.Config, error) {
	cfg, err := c.load("", nil, false)
	if err == nil && cfg.IsHub() {
		return nil, usageError{fmt.Errorf("%s is a hub's configuration, and its catalog lies in PostgreSQL: "+
			"copy that with pg_dump, or ask the hub's API", c.Config)}
	}
	return cfg, err
}

// readCatalog opens the catalog to be read; a daemon may be running on it or not.
func (c *configured) readCatalog(ctx context.Context) (*store.Store, error) {
	cfg, err := c.catalog()
	if err != nil {
		return nil, err
	}
	return store.OpenReader(ctx, cfg.DataDir)
}
