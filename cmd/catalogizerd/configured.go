package main

import (
	"os"

	"github.com/catalogizer/catalogizerd/internal/config"
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
