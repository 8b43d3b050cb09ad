package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/catalogizer/catalogizerd/configs"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/setup"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/dustin/go-humanize/english"
)

type setupCommand struct {
	Config  string   `help:"Configuration file (TOML) to write." placeholder:"FILE" type:"path"`
	Network bool     `help:"Let machines of the local network in, who need a token, which is made."`
	Group   []string `help:"Groups that the service joins, beside those that may read the roots."`
	Add     bool     `help:"Add to a configuration that is there."`
	Start   bool     `help:"Start the service, at once and at every boot."`
	Yes     bool     `help:"Do not ask."`
	Root    []string `arg:"" optional:"" help:"Directories or smb:// URLs."`
}

// openAddress is where a daemon listens that machines of the local network reach.
const openAddress = "0.0.0.0:8780"

// plan is what is going to be written.
type plan struct {
	file      string // of the configuration
	before    []byte // what it is made of
	exists    bool
	service   bool
	roots     []setup.Root
	passwords map[string]string // by the names of their files
	http      map[string]string
	token     string // that is made; empty: none
	reading   setup.Reading
}

// Run asks what is to be catalogued and by whom, and writes the configuration. Nothing is written before the last
// question.
func (c *setupCommand) Run(p *process) error {
	if !c.Yes && !isTerminal(p.in) {
		return usageError{errors.New("nobody is there to ask: name roots, and say yes with --yes")}
	}
	if c.Yes && len(c.Root) == 0 {
		return usageError{errors.New("--yes without a root: name directories or smb:// URLs")}
	}
	pl := plan{file: cmp.Or(c.Config, defaultConfig()), http: map[string]string{}, passwords: map[string]string{}}
	pl.service = os.Geteuid() == 0 && pl.file == setup.ServiceConfig && setup.HasUnit()
	if pl.service && !setup.HasUser() { // as `make install` leaves it, and a package does not
		return fmt.Errorf("the service's user %s is not there: run `systemd-sysusers` and `systemctl daemon-reload` first",
			setup.ServiceUser)
	}
	if (c.Start || len(c.Group) > 0) && !pl.service {
		return usageError{fmt.Errorf("--start and --group are for the service, which root sets up where its unit "+
			"is installed, in %s: leave them out", setup.ServiceConfig)}
	}
	ask := newQuestions(p, c.Yes)
	for _, step := range []func(*process, *questions, *plan) error{
		c.readConfig, c.chooseRoots, c.choosePasswords, c.chooseNetwork, c.findReaders, c.agree,
	} {
		if err := step(p, ask, &pl); err != nil {
			return err
		}
	}
	if err := pl.write(p); err != nil {
		return err
	}
	return c.goOn(p, ask, &pl)
}

// defaultConfig is the service's configuration, or one's own.
func defaultConfig() string {
	if os.Geteuid() == 0 {
		return setup.ServiceConfig
	}
	if dir, err := os.UserConfigDir(); err == nil {
		return filepath.Join(dir, "catalogizerd", "catalogizerd.toml")
	}
	return "catalogizerd.toml"
}

// readConfig takes the configuration that is there, or the example. One that says something is not touched unasked.
func (c *setupCommand) readConfig(p *process, ask *questions, pl *plan) error {
	text, err := os.ReadFile(pl.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		pl.before = configs.Example
		return nil
	case err != nil:
		return fmt.Errorf("read the configuration: %w", err)
	}
	pl.before, pl.exists = text, true
	if !saysSomething(text) || c.Add {
		return nil
	}
	cfg, err := loadConfig(pl.file, nil)
	if err != nil {
		return err
	}
	terminal.Fprintf(p.err, "%s is there already, with %s.\n", pl.file, english.Plural(len(cfg.Roots), "root", ""))
	if c.Yes {
		return usageError{fmt.Errorf("%s is not touched: add to it with --add", pl.file)}
	}
	return ask.want("Add to it? What it says stays as it is.", true)
}

// saysSomething tells a configuration from one that shows defaults only.
func saysSomething(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && (line[0] != '[' || bytes.HasPrefix(line, []byte("[["))) {
			return true
		}
	}
	return false
}

// loadConfig reads a configuration with more roots, as the daemon would; none has to be reachable.
func loadConfig(file string, roots []string) (*config.Config, error) {
	r := remote{}
	return config.Load(config.LoadOptions{File: file, Roots: roots, RootsExist: true, Env: r.environment()})
}

// chooseRoots judges the roots, with those that are configured.
func (c *setupCommand) chooseRoots(p *process, ask *questions, pl *plan) error {
	file := ""
	if pl.exists {
		file = pl.file
	}
	before, err := loadConfig(file, nil)
	if err != nil {
		return err
	}
	wanted := c.Root
	if len(wanted) == 0 {
		if wanted, err = ask.places(p, before); err != nil {
			return err
		}
	}
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(arg string) bool {
		abs, err := filepath.Abs(arg)
		return slices.ContainsFunc(before.Roots, func(r config.Root) bool {
			return r.URL == arg && r.URL != "" || err == nil && r.Path == abs
		})
	})
	cfg, err := loadConfig(file, wanted)
	if err != nil {
		return err
	}
	for _, r := range cfg.Roots[len(before.Roots):] {
		pl.roots = append(pl.roots, setup.Root{Name: r.Name, Path: r.Path, URL: r.URL})
	}
	if len(cfg.Roots) == 0 {
		return usageError{errors.New("no root: nothing is written")}
	}
	return nil
}

// choosePasswords asks for those of shares with a user. A file of the root's name beside the configuration is taken as
// it is.
func (c *setupCommand) choosePasswords(_ *process, ask *questions, pl *plan) error {
	for i := range pl.roots {
		r := &pl.roots[i]
		at, err := config.ParseShare(r.URL)
		if r.URL == "" || err != nil || at.User == "" {
			continue
		}
		file := filepath.Join(filepath.Dir(pl.file), r.Name+".password")
		if _, err := os.Stat(file); err == nil {
			r.PasswordFile = file
			continue
		}
		if c.Yes {
			return usageError{fmt.Errorf("root %s has a user: write the password to %s (chmod 600) first", r.Name, file)}
		}
		password, err := ask.secret(fmt.Sprintf("Password of %s on %s (it is not shown): ", at.User, at.Host))
		if err != nil {
			return err
		}
		r.PasswordFile, pl.passwords[file] = file, password
	}
	return nil
}

// chooseNetwork offers to let other machines in, by a token.
func (c *setupCommand) chooseNetwork(_ *process, ask *questions, pl *plan) error {
	file := ""
	if pl.exists {
		file = pl.file
	}
	cfg, err := loadConfig(file, nil)
	if err != nil {
		return err
	}
	if cfg.HasToken() || cfg.HTTP.Auth == config.AuthNone { // decided already
		return nil
	}
	if !c.Network && !c.Yes {
		c.Network, err = ask.yes(
			"May other machines of the local network ask this daemon? They need a token, which is made now.", false)
		if err != nil {
			return err
		}
	}
	if c.Network {
		pl.http["listen"] = openAddress
		pl.http["token_file"] = filepath.Join(filepath.Dir(pl.file), "token")
		pl.token = cmp.Or(tokenIn(pl.http["token_file"]), rand.Text())
	}
	return nil
}

// tokenIn is the token that a file holds already: clients may have it from an earlier setup, or another configuration
// name the file. One that other machines may guess at is none.
func tokenIn(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "" // one is made, and writing it says what is wrong
	}
	token := string(bytes.TrimSpace(text))
	if len(token) < config.MinToken || strings.ContainsFunc(token, unicode.IsSpace) {
		return ""
	}
	return token
}

// findReaders finds out what the service needs to read the directories.
func (c *setupCommand) findReaders(p *process, _ *questions, pl *plan) (err error) {
	if !pl.service {
		return nil
	}
	cfg := pl.roots
	if before, err := loadConfig(pl.file, nil); pl.exists && err == nil { // the drop-in is for all of them
		for _, r := range before.Roots {
			cfg = append(cfg, setup.Root{Path: r.Path})
		}
	}
	var dirs []string
	for _, r := range cfg {
		if _, err := os.Stat(r.Path); r.Path != "" && err == nil {
			dirs = append(dirs, r.Path)
		}
	}
	if pl.reading, err = setup.WhoReads(dirs); err != nil {
		return err
	}
	pl.reading.Groups = append(pl.reading.Groups, c.Group...)
	slices.Sort(pl.reading.Groups)
	pl.reading.Groups = slices.Compact(pl.reading.Groups)
	for _, closed := range pl.reading.Closed {
		terminal.Fprintf(p.err, "Only its owner may read %s: `setfacl -m u:%s:rX` or `chmod g+rX` lets the daemon in.\n",
			closed, setup.ServiceUser)
	}
	return nil
}

// agree shows the plan.
func (c *setupCommand) agree(p *process, ask *questions, pl *plan) error {
	terminal.Fprintf(p.err, "\nGoing to write %s:\n", pl.file)
	for _, r := range pl.roots {
		terminal.Fprintf(p.err, "  root %s: %s\n", r.Name, r.Where())
	}
	if pl.token != "" {
		terminal.Fprintf(p.err, "  open to the local network at port 8780, by the token in %s\n", pl.http["token_file"])
	}
	if text := setup.DropInFor(pl.reading); text != "" {
		var lets []string
		if len(pl.reading.Groups) > 0 {
			lets = append(lets, "the service joins "+strings.Join(pl.reading.Groups, ", "))
		}
		if pl.reading.AtHome {
			lets = append(lets, "it may look below homes")
		}
		terminal.Fprintf(p.err, "  and %s: %s\n", setup.DropIn, strings.Join(lets, "; "))
	}
	return ask.want("Write that?", true)
}

// write writes what the configuration names, then itself, if the daemon would take it.
func (pl *plan) write(p *process) error {
	group, err := setup.Secret(pl.service)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if group >= 0 {
		mode = 0o640
	}
	did := func(format string, args ...any) { terminal.Fprintf(p.out, format+"\n", args...) }
	for file, password := range pl.passwords {
		if err := setup.Write(file, []byte(password+"\n"), mode, group); err != nil {
			return err
		}
		did("wrote %s, which holds a password", file)
	}
	if pl.token != "" {
		if err := setup.Write(pl.http["token_file"], []byte(pl.token+"\n"), mode, group); err != nil {
			return err
		}
		did("wrote %s, which holds the token", pl.http["token_file"])
	}
	if pl.exists {
		if err := setup.Write(pl.file+".before-setup", pl.before, 0o600, -1); err != nil {
			return err
		}
		did("kept what was there as %s.before-setup", pl.file)
	}
	text := pl.before
	if pl.service && !saysSomething(text) { // else its catalog may be elsewhere already
		text = setup.Kept(text)
	}
	err = setup.Replace(pl.file, setup.Edit(text, pl.roots, pl.http), 0o644, -1, func(file string) error {
		_, err := loadConfig(file, nil)
		return err
	})
	if err != nil {
		return err
	}
	did("wrote %s", pl.file)
	return pl.writeDropIn(p.ctx, did)
}

func (pl *plan) writeDropIn(ctx context.Context, did func(string, ...any)) error {
	text := setup.DropInFor(pl.reading)
	if !pl.service || text == "" {
		return nil
	}
	if err := setup.Write(setup.DropIn, []byte(text), 0o644, -1); err != nil {
		return err
	}
	did("wrote %s", setup.DropIn)
	if !booted() {
		return nil
	}
	return systemctl(ctx, "daemon-reload")
}

// booted reports whether systemd runs this machine.
func booted() bool {
	_, err := os.Stat("/run/systemd/system")
	return err == nil
}

func systemctl(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, "systemctl", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("run systemctl %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

// goOn starts the service where that is wanted, and says what is next.
func (c *setupCommand) goOn(p *process, ask *questions, pl *plan) (err error) {
	say := func(format string, args ...any) { terminal.Fprintf(p.out, format+"\n", args...) }
	start := c.Start
	if pl.service && booted() && !start && !c.Yes {
		if start, err = ask.yes("Start the daemon now, and at every boot?", true); err != nil {
			return err
		}
	}
	switch {
	case start && pl.service:
		if err := systemctl(p.ctx, "enable", "catalogizerd.service"); err != nil {
			return err
		}
		if err := systemctl(p.ctx, "restart", "catalogizerd.service"); err != nil {
			return fmt.Errorf("%w: see journalctl -u catalogizerd", err)
		}
		say("the daemon runs: catalogizerd status --config %s", pl.file)
	case pl.service:
		say("next: systemctl enable --now catalogizerd (or restart it, where it runs)")
	default:
		say("next: catalogizerd serve --config %s", pl.file)
	}
	cfg, err := loadConfig(pl.file, nil)
	if err != nil || !cfg.HasToken() {
		return err
	}
	links, err := loginLinks(cfg)
	if err != nil || len(links) == 0 {
		return err
	}
	say("open one of these in a browser, once, within an hour; `catalogizerd login --config %s` prints another:", pl.file)
	for _, link := range links {
		say("  %s", link)
	}
	return nil
}
