package app

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sys/unix"
)

// newMetrics makes the registry of what monitors read. Everything in it is read when it is asked for.
func (d *Daemon) newMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	// The collector's share of the CPU, and what it found to live.
	more := collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile("^/cpu/classes/|^/gc/heap/live:bytes$")}
	r.MustRegister(collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(more)))
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
	gauge("watches_limit", "How many directories may be watched now.",
		func() float64 { return float64(d.watcher.Stats().Limit) })
	d.addStorageMetrics(r, gauge)
	r.MustRegister(&rootCollector{d}, kindCollector{d}, targetCollector{d})
	return r
}

// addStorageMetrics adds what is served from where, and how that is.
func (d *Daemon) addStorageMetrics(r *prometheus.Registry, gauge func(name, help string, value func() float64)) {
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "catalogizerd", Name: "build_info", Help: "1, with the versions of the daemon and of Go.",
		ConstLabels: prometheus.Labels{"version": d.opts.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 }))
	gauge("storage_healthy", "1 while the catalog can be kept: the disk is not full, and nothing is damaged.",
		func() float64 { return oneIf(d.trouble() == nil) })
	gauge("damaged_catalogs_kept", "1 while a damaged catalog is kept aside, for a person to look at and to remove.",
		func() float64 { return oneIf(d.keptAside() != nil) })
	gauge("check_last_timestamp_seconds", "When all of the catalog was last found sound; 0: never.", func() float64 {
		if at := d.store.LastCheck(); !at.IsZero() {
			return float64(at.Unix())
		}
		return 0
	})
	gauge("backup_last_timestamp_seconds", "When the daemon last made a backup; 0: never.",
		func() float64 { return float64(max(0, d.backups.made.Load())) })
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Namespace: "catalogizerd", Name: "backup_failures_total", Help: "Backups of the daemon's own that failed.",
	}, func() float64 { return float64(d.backups.failed.Load()) }))
	gauge("database_size_bytes", "Size of the catalog's files.", func() float64 { return float64(d.databaseSize()) })
	gauge("data_dir_free_bytes", "What is free for this user where the catalog is kept.", func() float64 {
		var fs unix.Statfs_t
		if err := unix.Statfs(d.config.Load().DataDir, &fs); err != nil {
			return math.NaN()
		}
		return float64(fs.Bavail) * float64(fs.Bsize)
	})
}

// databaseSize counts the database and what SQLite keeps beside it.
func (d *Daemon) databaseSize() (n int64) {
	files, _ := filepath.Glob(filepath.Join(d.config.Load().DataDir, "catalog.db*")) // the pattern is a good one
	for _, file := range files {
		if fi, err := os.Stat(file); err == nil { // else it has gone since
			n += fi.Size()
		}
	}
	return n
}

// rootCollector gives figures of each root.
type rootCollector struct{ d *Daemon }

var (
	rootOnline = rootMetric("online", "1 while the root can be reached.")
	rootItems  = rootMetric("items", "Items of the root.")
	rootHeld   = rootMetric("held", "Removals that wait to be accepted.")
	rootOpen   = rootMetric("breaker_open", "1 while the share's breaker is not closed.")

	rootScanEnd    = rootMetric("last_scan_end_timestamp_seconds", "When the root's last scan ended.")
	rootScanTime   = rootMetric("last_scan_duration_seconds", "How long the root's last scan took.")
	rootScanErrors = rootMetric("last_scan_errors",
		"Directories and files that the root's last scan could not look at.")
)

func rootMetric(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("catalogizerd_root_"+name, help, []string{"root"}, nil)
}

// Describe implements prometheus.Collector.
func (c *rootCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		rootOnline, rootItems, rootHeld, rootOpen, rootScanEnd, rootScanTime, rootScanErrors,
	} {
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
		if s := r.LastScan; s != nil && s.StartedAt != nil && s.FinishedAt != nil {
			tell(rootScanEnd, float64(s.FinishedAt.UnixMilli())/1000)
			tell(rootScanTime, s.FinishedAt.Sub(*s.StartedAt).Seconds())
			tell(rootScanErrors, float64(s.Errors))
		}
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
