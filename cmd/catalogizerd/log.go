package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// newLog writes to standard error: text for people, JSON for collectors. Under systemd it leaves the
// time to the journal and gives each line its priority. The first that it says are the configuration's warnings; change
// has it write as another configuration says.
func newLog(p *process, cfg *config.Config) (log *zap.Logger, change func(*config.Config) error, err error) {
	out := zapcore.Lock(zapcore.AddSync(p.err))
	var now atomic.Pointer[zapcore.Core]
	change = func(cfg *config.Config) error {
		level, err := zapcore.ParseLevel(cfg.Log.Level)
		if err != nil {
			return fmt.Errorf("log level: %w", err)
		}
		core := zapcore.NewCore(encoder(cfg.Log.Format), out, level)
		now.Store(&core)
		return nil
	}
	if err := change(cfg); err != nil {
		return nil, nil, err
	}
	log = zap.New(&changing{now: &now})
	for _, w := range cfg.Warnings() {
		log.Warn(w.Error())
	}
	return log, change, nil
}

func encoder(format string) zapcore.Encoder {
	ec := zap.NewProductionEncoderConfig()
	ec.EncodeTime = zapcore.RFC3339TimeEncoder
	ec.EncodeDuration = zapcore.StringDurationEncoder
	if format != "text" {
		return zapcore.NewJSONEncoder(ec)
	}
	ec.EncodeLevel = zapcore.CapitalLevelEncoder
	if os.Getenv("JOURNAL_STREAM") != "" {
		ec.TimeKey = ""
		ec.EncodeLevel = journalLevel
	}
	return readable{zapcore.NewConsoleEncoder(ec)}
}

// readable is an encoder for people, whose lines show what they hold and do nothing else to a terminal.
type readable struct{ zapcore.Encoder }

func (r readable) Clone() zapcore.Encoder { return readable{r.Encoder.Clone()} }

func (r readable) EncodeEntry(e zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	e.Message = terminal.Line(e.Message)
	line, err := r.Encoder.EncodeEntry(e, fields)
	if err != nil {
		return nil, err
	}
	if text := line.String(); text != terminal.Block(text) {
		line.Reset()
		line.AppendString(terminal.Block(text))
	}
	return line, nil
}

// changing is a core that passes on to the one in force. It keeps the fields of loggers made from it, since the one
// that will write them is not known yet.
type changing struct {
	now    *atomic.Pointer[zapcore.Core]
	fields []zapcore.Field
}

func (c *changing) Enabled(l zapcore.Level) bool { return (*c.now.Load()).Enabled(l) }

func (c *changing) With(fields []zapcore.Field) zapcore.Core {
	return &changing{c.now, slices.Concat(c.fields, fields)}
}

func (c *changing) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

func (c *changing) Write(e zapcore.Entry, fields []zapcore.Field) error {
	return (*c.now.Load()).Write(e, slices.Concat(c.fields, fields))
}

func (c *changing) Sync() error { return (*c.now.Load()).Sync() }

// journalLevel writes the prefix that journald makes the line's priority of: see sd-daemon(3).
func journalLevel(l zapcore.Level, enc zapcore.PrimitiveArrayEncoder) {
	n := map[zapcore.Level]int{zapcore.DebugLevel: 7, zapcore.InfoLevel: 6, zapcore.WarnLevel: 4}[l]
	enc.AppendString(fmt.Sprintf("<%d>", cmp.Or(n, 3))) // errors, and worse
}
