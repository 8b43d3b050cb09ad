package analyzer

import (
	"context"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// retryDelays is how long a file that failed is left alone, by the number of failures before. After the
// last it is tried again only when it changes.
var retryDelays = [...]time.Duration{
	time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour,
}

// retryAt is when a file is tried again that has failed, by how often it did before; 0: not before it changes.
func retryAt(failures int64) int64 {
	if failures >= int64(len(retryDelays)) {
		return 0
	}
	return time.Now().Add(retryDelays[failures]).UnixNano()
}

// retry puts failed items back on the list when their time has come.
func (a *Analyzer) retry(ctx context.Context) error {
	const every = 15 * time.Second
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		if err := a.retryDue(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("failed analyses not taken up again", zap.Error(err))
		}
		timer.Reset(every)
	}
}

func (a *Analyzer) retryDue(ctx context.Context) error {
	if at, err := a.store.NextRetry(ctx); err != nil || at == 0 || at > time.Now().UnixNano() {
		return nil //nolint:nilerr // a store that cannot be read says so itself
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Retry(time.Now().UnixNano(), 1000)
		return err
	})
}
