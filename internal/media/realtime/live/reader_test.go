package live

import (
	"errors"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestAPanicOfTheReaderIsTheEndOfItsClient(t *testing.T) {
	core, log := observer.New(zapcore.InfoLevel)
	c := &client{server: &Server{lines: zap.New(core)}, gone: make(chan struct{})} // without a connection to read from
	_ = c.read(t.Context())
	<-c.gone
	var panicked *run.PanicError
	if !errors.As(c.readErr, &panicked) || log.Len() != 1 || log.All()[0].ContextMap()["stack"] == nil {
		t.Errorf("it ends with %v, and the log has %v", c.readErr, log.All())
	}
}
