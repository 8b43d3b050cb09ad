package app

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/notify"
)

// newTargets returns what tells programs of changes; it tells nobody yet.
func (d *Daemon) newTargets() *notify.Notifier {
	return notify.New(d.store, d.instance, logs.Sparing(d.log))
}

// setTargets has the programs of a configuration told of changes, and no others.
func (d *Daemon) setTargets(ctx context.Context, cfg *config.Config) error {
	roots := make(map[string]string, len(cfg.Roots))
	for i := range cfg.Roots {
		roots[cfg.Roots[i].Name] = cfg.Roots[i].Location()
	}
	if err := d.notifier.Set(ctx, cfg.Notify, roots); err != nil {
		return fmt.Errorf("take in the programs that are told of changes: %w", err)
	}
	return nil
}

// targetCollector gives the metrics of programs that are told of changes.
type targetCollector struct{ d *Daemon }

var (
	targetLag = prometheus.NewDesc("catalogizerd_notify_lag",
		"Changes of the feed that a target has not been told of.", []string{"target"}, nil)
	targetDeliveries = prometheus.NewDesc("catalogizerd_notify_deliveries_total",
		"Messages that a target took.", []string{"target"}, nil)
	targetErrors = prometheus.NewDesc("catalogizerd_notify_errors_total",
		"Messages that a target did not take, and that are sent again.", []string{"target"}, nil)
)

func (c targetCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- targetLag
	ch <- targetDeliveries
	ch <- targetErrors
}

func (c targetCollector) Collect(ch chan<- prometheus.Metric) {
	states := c.d.notifier.States()
	for i := range states {
		s := &states[i]
		ch <- prometheus.MustNewConstMetric(targetLag, prometheus.GaugeValue, float64(s.Lag), s.Name)
		ch <- prometheus.MustNewConstMetric(targetDeliveries, prometheus.CounterValue, float64(s.Deliveries), s.Name)
		ch <- prometheus.MustNewConstMetric(targetErrors, prometheus.CounterValue, float64(s.Failures), s.Name)
	}
}
