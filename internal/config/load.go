package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadOptions is what the command line and the process say.
type LoadOptions struct {
	File    string   // --config; empty: none is read
	DataDir string   // --data-dir; a relative one counts from the working directory
	Listen  string   // --listen
	Roots   []string // ROOT arguments, added to those of the file
	// Env is the environment as os.Environ gives it; nil is an empty one.
	Env []string
	// RootsExist makes a ROOT argument an error that is no directory now. One of the file may be away.
	RootsExist bool
	// NeedRoots makes a configuration without any root an error.
	NeedRoots bool
	// HubToo lets a hub's configuration pass without them.
	HubToo bool
}

// maxFileSize bounds what is read of a configuration file, in bytes: a path typed wrong can be a film.
const maxFileSize = 1 << 20

// Load reads and validates a configuration. The error is one or more *Error, joined, in the order of
// the file. It reads the file and, of everything else, nothing but whether systemd handed over a
// token: whether roots and credentials are reachable shows when they are used.
func Load(o LoadOptions) (*Config, error) {
	var p problems
	env := environ(o.Env)
	c := Default()
	c.credentials = env["CREDENTIALS_DIRECTORY"]
	c.httpToken = credential(c.credentials, "http-token")
	c.readToken = credential(c.credentials, "http-read-token")
	if o.File != "" {
		if err := c.loadFile(o.File, &p); err != nil {
			return nil, err
		}
	}
	for _, arg := range o.Roots { // before the environment, which has variables for each root
		c.addRoot(arg, env["HOME"], o.RootsExist, &p)
	}
	c.applyEnvironment(env, &p)
	c.applyFlags(o, &p)
	c.defaultDataDir(env, &p)
	for i := range c.Roots {
		c.Roots[i].credentials = c.credentials
	}
	// A value that could not be decoded has been reported: judging the default in its place would only
	// confuse.
	if len(p) == 0 {
		c.validate(o, &p)
	}
	if err := p.join(); err != nil {
		return nil, err
	}
	c.keepDataDirOut()
	return c, nil
}

func (c *Config) loadFile(name string, p *problems) error {
	data, err := readAtMost(name, maxFileSize, "is larger than 1 MiB: is this the configuration?")
	if err != nil {
		return &Error{File: name, Msg: err.Error()}
	}
	entries, bad := parse(name, data)
	if bad != nil {
		return bad
	}
	c.decode(name, entries, p)
	return nil
}

// readAtMost reads a whole file, unless it is longer than so many bytes.
func readAtMost(name string, most int64, tooLong string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case int64(len(data)) > most:
		return nil, errors.New(tooLong)
	}
	return data, nil
}

// unreadable drops the path, which the Error around it names, from a file error.
func unreadable(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("cannot be read by user %d: %w", os.Geteuid(), err)
	}
	return fmt.Errorf("cannot be read: %w", err)
}

func (c *Config) applyFlags(o LoadOptions, p *problems) {
	if o.DataDir != "" {
		at := origin{fromCommandLine, 0, "--data-dir"}
		dir, err := filepath.Abs(o.DataDir)
		if err != nil {
			p.add(at.errorf("cannot be made absolute: %v", err))
		}
		c.DataDir, c.origins["data_dir"] = dir, at
	}
	if o.Listen != "" {
		c.HTTP.Listen, c.origins["http.listen"] = o.Listen, origin{fromCommandLine, 0, "--listen"}
	}
}

// defaultDataDir chooses the data directory where nobody did.
func (c *Config) defaultDataDir(env map[string]string, p *problems) {
	if c.DataDir != "" {
		return
	}
	// systemd lists several directories with colons between them; the first is the service's main one.
	state := filepath.SplitList(env["STATE_DIRECTORY"])
	switch {
	case len(state) > 0 && filepath.IsAbs(state[0]):
		c.DataDir = filepath.Clean(state[0])
	case filepath.IsAbs(env["XDG_STATE_HOME"]): // a relative one is to be ignored (XDG Base Directory)
		c.DataDir = filepath.Join(env["XDG_STATE_HOME"], "catalogizerd")
	case filepath.IsAbs(env["HOME"]):
		c.DataDir = filepath.Join(env["HOME"], ".local", "state", "catalogizerd")
	default:
		p.add(origin{fromCommandLine, 0, "--data-dir"}.errorf(
			"no directory for the catalog: give --data-dir DIR, set data_dir, or set HOME"))
	}
}
