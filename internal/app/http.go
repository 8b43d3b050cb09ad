package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// httpConfig is what the server needs of a configuration. Tokens are read of the one in force.
func (d *Daemon) httpConfig(cfg *config.Config) api.Config {
	key, err := linkKey(cfg.DataDir)
	if err != nil {
		d.log.Warn("signed links are void after a restart", zap.Error(err))
	}
	return api.Config{
		Version: d.opts.Version, Instance: d.instance, Site: siteOf(cfg), LinkKey: key,
		LoginsFile: filepath.Join(cfg.DataDir, "logins.used"),
		Token:      func() (string, error) { return d.config.Load().Token() },
		ReadToken:  func() (string, error) { return d.config.Load().ReadToken() },
		InForce:    func() map[string]any { return d.config.Load().InForce() },
	}
}

// instance says which daemon this is, by the name that is in force.
func (d *Daemon) instance() media.Instance {
	return media.Instance{ID: d.store.Instance(), Name: d.config.Load().Name()}
}

func siteOf(cfg *config.Config) api.Site {
	h := cfg.HTTP
	return api.Site{AllowedHosts: h.AllowedHosts, AllowedOrigins: h.AllowedOrigins, BasePath: h.BasePath}
}

// linkKeyFile names the file of the secret by which links are signed. It is a secret of its own, so that nobody who
// holds a link can try tokens at it.
const linkKeyFile = "link.key"

const linkKeySize = 32 // bytes

// linkKey reads the secret, or makes one. Where it cannot be kept the error says so, and it is good until the end.
func linkKey(dataDir string) ([]byte, error) {
	path := filepath.Join(dataDir, linkKeyFile)
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == linkKeySize:
		return key, nil
	case store.OfDisk(err):
		return newLinkKey(), fmt.Errorf("read the key of links: %w", store.Unkept(path, err))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("read the key of links: %w: make it readable for this user, or remove it", err)
		return newLinkKey(), err
	}
	key = newLinkKey()
	if err := keep(path, key); err != nil {
		return key, fmt.Errorf("keep the key of links: %w", store.Unkept(path, err))
	}
	return key, nil
}

func newLinkKey() []byte {
	key := make([]byte, linkKeySize)
	_, _ = rand.Read(key) // never fails
	return key
}

// keep writes a file that only this user can read, whole or not at all.
func keep(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return store.Entrust(path)
}
