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
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "catalogizerd", Name: name, Help: help}, value))
	}
	counter := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "catalogizerd", Name: name, Help: help}, value))
	}
	gauge("items", "Items in the catalog.", func() float64 { return float64(d.store.ItemCounts().Items) })
	gauge("items_missing", "Items that are missing.", func() float64 { return float64(d.store.ItemCounts().Missing) })
	gauge("items_pending", "Items to be analysed.", func() float64 { return float64(d.store.ItemCounts().Pending) })
	gauge("items_failed", "Items whose analysis failed.", func() float64 { return float64(d.store.ItemCounts().Failed) })
	gauge("feed_head", "Number of the last change.", func() float64 { return float64(d.store.Head()) })
	gauge("live_clients", "Clients that follow the feed.", func() float64 { return float64(d.bus.Subscribers()) })
	gauge("idle", "1 while there is nothing to do.", func() float64 {
		if d.idle() {
			return 1
		}
		return 0
	})
	st := d.store.Counters()
	gauge("store_queue", "Changes that wait for the writer.", func() float64 { return float64(st.Queue.Load()) })
	counter("store_commits_total", "Transactions committed.", func() float64 { return float64(st.Commits.Load()) })
	counter("store_rows_total", "Rows written.", func() float64 { return float64(st.Rows.Load()) })
	counter("store_failures_total", "Transactions that failed and were rolled back.", func() float64 { return float64(st.Failures.Load()) })
	an := d.analyzer.Counters()
	counter("analysed_total", "Files analysed.", func() float64 { return float64(an.Done.Load()) })
	counter("analysis_failed_total", "Analyses that failed.", func() float64 { return float64(an.Failed.Load()) })
	counter("watch_events_total", "Events that the kernel sent.", func() float64 { return float64(d.watcher.Stats().Events) })
	counter("watch_overflows_total", "Times at which events were lost and directories listed instead.", func() float64 { return float64(d.watcher.Stats().Overflows) })
	gauge("watches", "Directories watched.", func() float64 { return float64(d.watcher.Stats().Watches) })
	r.MustRegister(&rootCollector{d})
	return r
}

// rootCollector gives figures of each root.
type rootCollector struct{ d *Daemon }

var (
	rootOnline = prometheus.NewDesc("catalogizerd_root_online", "1 while the root can be reached.", []string{"root"}, nil)
	rootItems  = prometheus.NewDesc("catalogizerd_root_items", "Items of the root.", []string{"root"}, nil)
	rootHeld   = prometheus.NewDesc("catalogizerd_root_held", "Removals that wait to be accepted.", []string{"root"}, nil)
	rootOpen   = prometheus.NewDesc("catalogizerd_root_breaker_open", "1 while the share's breaker is not closed.", []string{"root"}, nil)
)

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
	one := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	for i := range roots {
		r := &roots[i]
		held := 0.0
		if r.Held != nil {
			held = float64(r.Held.Count)
		}
		ch <- prometheus.MustNewConstMetric(rootOnline, prometheus.GaugeValue, one(r.State == "online"), r.Name)
		ch <- prometheus.MustNewConstMetric(rootItems, prometheus.GaugeValue, float64(r.Items), r.Name)
		ch <- prometheus.MustNewConstMetric(rootHeld, prometheus.GaugeValue, held, r.Name)
		if r.Breaker != nil {
			ch <- prometheus.MustNewConstMetric(rootOpen, prometheus.GaugeValue, one(r.Breaker.State != "closed"), r.Name)
		}
	}
}
