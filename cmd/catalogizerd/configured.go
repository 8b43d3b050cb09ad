package main

import (
	"fmt"
	"os"

	"github.com/catalogizer/catalogizerd/internal/config"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// configured are the flags of commands that read the configuration.
type configured struct {
	Config  string `help:"Configuration file (TOML)." placeholder:"FILE" type:"path"`
	DataDir string `help:"Where the catalog is kept." placeholder:"DIR" type:"path"`
}

func (c *configured) load(listen string, roots []string, needRoots bool) (*config.Config, error) {
	return config.Load(config.LoadOptions{
		File: c.Config, DataDir: c.DataDir, Listen: listen, Roots: roots, Env: os.Environ(), NeedRoots: needRoots,
	})
}

// newLog writes to standard error: text for people, JSON for collectors. Under systemd it leaves the
// time to the journal and gives each line its priority.
func newLog(p *process, cfg *config.Config) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(cfg.Log.Level)
	if err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	ec := zap.NewProductionEncoderConfig()
	ec.EncodeTime = zapcore.RFC3339TimeEncoder
	ec.EncodeDuration = zapcore.StringDurationEncoder
	enc := zapcore.NewJSONEncoder(ec)
	if cfg.Log.Format == "text" {
		ec.EncodeLevel = zapcore.CapitalLevelEncoder
		if os.Getenv("JOURNAL_STREAM") != "" {
			ec.TimeKey = ""
			ec.EncodeLevel = journalLevel
		}
		enc = zapcore.NewConsoleEncoder(ec)
	}
	return zap.New(zapcore.NewCore(enc, zapcore.Lock(zapcore.AddSync(p.err)), level)), nil
}

// journalLevel writes the prefix that journald makes the line's priority of: see sd-daemon(3).
func journalLevel(l zapcore.Level, enc zapcore.PrimitiveArrayEncoder) {
	n := 6
	switch {
	case l >= zapcore.ErrorLevel:
		n = 3
	case l == zapcore.WarnLevel:
		n = 4
	case l == zapcore.DebugLevel:
		n = 7
	}
	enc.AppendString(fmt.Sprintf("<%d>", n))
}
