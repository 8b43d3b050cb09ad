package app

import (
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// newMetrics makes the registry of what monitors read. Everything in it is read when it is asked for.
func (d *Daemon) newMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	cpu := collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile("^/cpu/classes/")} // the collector's share
	r.MustRegister(collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(cpu)))
	r.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		opts := prometheus.GaugeOpts{Namespace: "catalogizerd", Name: name, Help: help}
		r.MustRegister(prometheus.NewGaugeFunc(opts, value))
	}
	counter := func(name, help string, value func() float64) {
		opts := prometheus.CounterOpts{Namespace: "catalogizerd", Name: name, Help: help}
		r.MustRegister(prometheus.NewCounterFunc(opts, value))
	}
	gauge("items", "Items in the catalog.", func() float64 { return float64(d.store.ItemCounts().Items) })
	gauge("items_missing", "Items that are missing.", func() float64 { return float64(d.store.ItemCounts().Missing) })
	gauge("items_pending", "Items to be analysed.", func() float64 { return float64(d.store.ItemCounts().Pending) })
	gauge("items_failed", "Items whose analysis failed.",
		func() float64 { return float64(d.store.ItemCounts().Failed) })
	gauge("feed_head", "Number of the last change.", func() float64 { return float64(d.store.Head()) })
	gauge("live_clients", "Clients that follow the feed.", func() float64 { return float64(d.bus.Subscribers()) })
	gauge("idle", "1 while there is nothing to do.", func() float64 { return oneIf(d.idle()) })
	st := d.store.Counters()
	gauge("store_queue", "Changes that wait for the writer.", func() float64 { return float64(st.Queue.Load()) })
	counter("store_commits_total", "Transactions committed.", func() float64 { return float64(st.Commits.Load()) })
	counter("store_rows_total", "Rows written.", func() float64 { return float64(st.Rows.Load()) })
	counter("store_failures_total", "Transactions that failed and were rolled back.",
		func() float64 { return float64(st.Failures.Load()) })
	an := d.analyzer.Counters()
	counter("analysed_total", "Files analysed.", func() float64 { return float64(an.Done.Load()) })
	counter("analysis_failed_total", "Analyses that failed.", func() float64 { return float64(an.Failed.Load()) })
	counter("watch_events_total", "Events that the kernel sent.",
		func() float64 { return float64(d.watcher.Stats().Events) })
	counter("watch_overflows_total", "Times at which events were lost and directories listed instead.",
		func() float64 { return float64(d.watcher.Stats().Overflows) })
	gauge("watches", "Directories watched.", func() float64 { return float64(d.watcher.Stats().Watches) })
	r.MustRegister(&rootCollector{d})
	return r
}

// rootCollector gives figures of each root.
type rootCollector struct{ d *Daemon }

var (
	rootOnline = rootMetric("online", "1 while the root can be reached.")
	rootItems  = rootMetric("items", "Items of the root.")
	rootHeld   = rootMetric("held", "Removals that wait to be accepted.")
	rootOpen   = rootMetric("breaker_open", "1 while the share's breaker is not closed.")
)

func rootMetric(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("catalogizerd_root_"+name, help, []string{"root"}, nil)
}

// Describe implements prometheus.Collector.
func (c *rootCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{rootOnline, rootItems, rootHeld, rootOpen} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *rootCollector) Collect(ch chan<- prometheus.Metric) {
	roots, err := c.d.Roots(c.d.stages.group.Context())
	if err != nil {
		ch <- prometheus.NewInvalidMetric(rootOnline, err)
		return
	}
	for i := range roots {
		r := &roots[i]
		tell := func(what *prometheus.Desc, value float64) {
			ch <- prometheus.MustNewConstMetric(what, prometheus.GaugeValue, value, r.Name)
		}
		tell(rootOnline, oneIf(r.State == "online"))
		tell(rootItems, float64(r.Items))
		if r.Held != nil {
			tell(rootHeld, float64(r.Held.Count))
		} else {
			tell(rootHeld, 0)
		}
		if r.Breaker != nil {
			tell(rootOpen, oneIf(r.Breaker.State != "closed"))
		}
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
