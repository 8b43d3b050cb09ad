// Command catalogizerd keeps a catalog of media files true to the disks and shares that hold them, and
// tells whoever listens of every change.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/config"
	gorun "github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"go.uber.org/zap"
)

// Set by the linker.
var (
	version = "devel"
	commit  = ""
)

// Exit codes. An interrupted command exits as a shell would say it: 128 and the signal's number.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	app.TuneMemory()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// process is what a command may touch of the process around it.
type process struct {
	ctx context.Context // ends at the first signal, with a signalled for its cause
	in  io.Reader
	out io.Writer
	err io.Writer
}

// signalled says that a signal has ended the process's context.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return s.String() }

func (s signalled) Unwrap() error { return context.Canceled }

// commands is the command line; each command stands in a file of its own.
type commands struct {
	ShowVersion versionFlag `name:"version" help:"Print the versions, as the command of this name does."`

	Serve      serveCommand      `cmd:"" help:"Run the daemon in the foreground."`
	Hub        hubCommand        `cmd:"" help:"Show several daemons as one catalog, kept in PostgreSQL."`
	Scan       scanCommand       `cmd:"" help:"Make one complete pass over the roots, then exit."`
	Export     exportCommand     `cmd:"" help:"Print the whole catalog as JSON lines."`
	Works      worksCommand      `cmd:"" help:"Print every work, such as films, series and albums, as JSON lines."`
	Search     searchCommand     `cmd:"" help:"Find works and files of a running daemon."`
	Status     statusCommand     `cmd:"" help:"Show how a running daemon is; exit with 1 where something needs a person."`
	Accept     acceptCommand     `cmd:"" help:"Say that another disk is a root's from now on, or that what is held is really gone."`
	Setup      setupCommand      `cmd:"" help:"Ask what is to be catalogued, and write the configuration."`
	Notify     notifyCommand     `cmd:"" help:"See whether a program that is told of changes takes a message."`
	Login      loginCommand      `cmd:"" help:"Print a link that lets a browser in once, without typing the token."`
	Watch      watchCommand      `cmd:"" help:"Follow the live feed of a running daemon."`
	Parse      parseCommand      `cmd:"" help:"Print what paths alone say, one JSON line each."`
	Probe      probeCommand      `cmd:"" help:"Print what the bytes of files say, one JSON line each."`
	Check      checkCommand      `cmd:"" help:"Look whether the configuration and the machine are as they should be; exit with 1 where something fails."`
	Backup     backupCommand     `cmd:"" help:"Write a consistent copy of the catalog, also of a running daemon's."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup in the place of the catalog, while no daemon runs."`
	Completion completionCommand `cmd:"" help:"Print the script by which bash, zsh or fish completes this command line."`
	Version    versionCommand    `cmd:"" help:"Print the versions of this program, Go and SQLite."`
}

// exitError carries an exit code with an error that has been reported, or none.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func run(args []string, in io.Reader, out, errOut io.Writer) int {
	var cmds commands
	parser, err := kong.New(&cmds, append(verbatim(), kong.Name("catalogizerd"),
		kong.Description("A media catalog that is never wrong: it keeps itself true to the files it describes."),
		kong.Writers(out, errOut), kong.UsageOnError(), kong.Exit(func(code int) { panic(exitError(code)) }))...)
	if err != nil {
		terminal.Fprintf(errOut, "catalogizerd: %v\n", err)
		return exitFailed
	}
	return parseAndRun(parser, args, in, out, errOut)
}

// parseAndRun catches the way in which the parser ends the program after --help.
func parseAndRun(parser *kong.Kong, args []string, in io.Reader, out, errOut io.Writer) (code int) {
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(exitError)
			if !ok {
				panic(v)
			}
			code = int(e)
		}
	}()
	args = askedForHelp(args)
	kctx, err := parser.Parse(flagsFirst(parser.Model, args))
	if unwritten := new(fs.PathError); errors.As(err, &unwritten) { // --help to a full disk
		terminal.Fprintf(errOut, "catalogizerd: %v\n", err)
		return exitFailed
	}
	if err != nil {
		terminal.Fprintf(errOut, "catalogizerd: %v\nTry: %s --help\n", err, commandOf(parser.Model, args))
		return exitUsage
	}
	p, stop := newProcess(in, out, errOut)
	defer stop()
	return exitCode(p, kctx.Run(p))
}

// newProcess ends its context at the first SIGINT or SIGTERM; a second one ends the process at once.
func newProcess(in io.Reader, out, errOut io.Writer) (p *process, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2) // the one that asks and the one that insists
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	group := gorun.NewGroup(context.Background(), zap.NewNop())
	group.Go("signals", func(stopped context.Context) error {
		for {
			select {
			case s := <-signals:
				if ctx.Err() != nil {
					os.Exit(signalCode(s))
				}
				cancel(signalled{s})
			case <-stopped.Done():
				return nil
			}
		}
	})
	return &process{ctx, in, out, errOut}, func() {
		signal.Stop(signals)
		group.Stop()
		_ = group.Wait() // it does not fail
		cancel(nil)
	}
}

func signalCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitFailed
}

// exitCode reports an error and says what it means for the shell.
func exitCode(p *process, err error) int {
	var code exitError
	var by signalled
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &by):
		return signalCode(by.Signal)
	case errors.Is(err, context.Canceled) && errors.As(context.Cause(p.ctx), &by):
		return signalCode(by.Signal)
	case errors.As(err, new(*config.Error)):
		terminal.Fprintf(p.err, "%v\n", err)
		return exitUsage
	}
	if errors.Is(err, syscall.EIO) && !errors.Is(err, store.ErrDisk) { // which says so itself
		err = fmt.Errorf("%w: look after its disk, the cable and what the system's log says of them", err)
	}
	terminal.Fprintf(p.err, "catalogizerd: %v\n", err)
	if errors.As(err, new(usageError)) || errors.Is(err, store.ErrNoMapping) {
		return exitUsage
	}
	return exitFailed
}

// usageError is a mistake in how the command was called or configured.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }
