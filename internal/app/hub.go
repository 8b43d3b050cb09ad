package app

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/hub"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/run"
)

// hubServer is a hub, running.
type hubServer struct {
	shell   *Daemon // of which the configuration and the options are asked for, and nothing else
	server  *api.Server
	store   *postgres.Store
	sources *hub.Sources
	works   *hub.Works
	bus     *realtime.EventBus
	stages  *stages
	log     *zap.Logger
}

// ServeHub runs a hub until ctx ends, and then stops it in order. Its error says why it could not run or what did not
// stop in time. It starts, and stops in the opposite order: what follows the database, the sources, the event bus,
// HTTP, and what a hub does that leads.
func ServeHub(ctx context.Context, cfg *config.Config, log *zap.Logger, o Options) (err error) {
	log = logs.Bounded(log)
	if err := cfg.CheckHub(); err != nil {
		return err
	}
	password, err := cfg.DatabasePassword()
	if err != nil {
		return err
	}
	unlock, err := lockDataDir(cfg.DataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	notify := newNotifier(log)
	opened := notify.extend(openingTime)
	st, err := postgres.Open(ctx, cfg.Hub.Database, password, log)
	opened()
	if err != nil {
		return err
	}
	defer st.Close()
	listener, err := api.Listen(ctx, cmp.Or(o.listen, cfg.HTTP.Listen))
	if err != nil {
		return err
	}
	h := &hubServer{shell: &Daemon{core: &core{log: log}, opts: o}, store: st,
		bus: realtime.NewEventBus(st, logs.Sparing(log)), log: log}
	h.shell.config.Store(cfg)
	h.sources = hub.New(sourcesOf(cfg), st, h.tellRoot, log)
	h.works = hub.NewWorks(st, logs.Sparing(log))
	if err := h.sources.Recall(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	h.stages = newStages(ctx, log)
	h.stages.start("database", st.Run)
	h.stages.start("sources", h.sources.Watch)
	h.stages.start("event bus", h.bus.Run)
	h.server = h.newServer(cfg, o, listener)
	h.stages.start("http", h.server.Run)
	h.stages.start("lead", h.stand) // and so given up first, for another hub to have it
	defer func() {
		err = errors.Join(err, h.stages.stopAll(h.shell.config.Load().ShutdownTimeout, func() {}))
	}()
	confine(cfg, o, log)
	h.server.SetReady(true)
	if o.Listening != nil {
		o.Listening(h.server.Addr().String())
	}
	log.Info("serving", zap.String("version", o.Version), zap.Stringer("address", h.server.Addr()),
		zap.Int("sources", len(cfg.Sources)))
	return h.runUntilStopped(notify)
}

// runUntilStopped waits for the end, and has new configurations taken in until then.
func (h *hubServer) runUntilStopped(notify *notifier) error {
	ended := h.stages.group.Context()
	notify.ready()
	// Nobody's answer is waited for: a hub whose database is away is not better for being started again.
	h.stages.group.Go("watchdog", func(ctx context.Context) error { return notify.watchdog(ctx, nil) })
	h.stages.group.Go("status line", func(ctx context.Context) error { return notify.follow(ctx, h.doing) })
	reloads := reloads{group: h.stages.group, reload: h.reload, notify: notify}
	for {
		select {
		case <-ended.Done():
			h.log.Info("stopping")
			notify.stopping()
			if err := context.Cause(ended); !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		case <-h.shell.opts.Reloads:
			reloads.ask()
		case <-reloads.done:
			reloads.ended()
		}
	}
}

// reload takes in a new configuration, or says why it does not.
func (h *hubServer) reload(context.Context) {
	if err := h.takeIn(); err != nil {
		h.log.Error("new configuration refused, the old one stays in force", zap.Error(err))
	}
}

func (h *hubServer) takeIn() error {
	cfg, err := h.shell.opts.Reload()
	if err != nil {
		return err
	}
	old := h.shell.config.Load()
	fixed, keys := config.Diff(old, cfg)
	if len(fixed) > 0 {
		h.log.Warn("only a restart changes these keys", zap.Strings("keys", fixed))
	}
	if err := cfg.KeepFixed(old); err != nil {
		return err
	}
	if err := cfg.CheckHub(); err != nil {
		return err
	}
	if err := h.sources.Set(sourcesOf(cfg)); err != nil {
		return err
	}
	if h.shell.opts.Reloaded != nil {
		if err := h.shell.opts.Reloaded(cfg); err != nil {
			return errors.Join(err, h.sources.Set(sourcesOf(old)))
		}
	}
	h.server.SetSite(siteOf(cfg))
	h.shell.config.Store(cfg)
	h.log.Info("configuration reloaded", zap.Int("sources", len(cfg.Sources)), zap.Strings("keys", keys))
	return nil
}

// stand has this hub lead whenever no other does: what a leader does it does then.
func (h *hubServer) stand(ctx context.Context) error {
	name := func() string { return h.shell.config.Load().Name() }
	return h.store.Lead(ctx, name, func(ctx context.Context) error {
		g := run.NewGroup(ctx, h.log)
		g.Go("sources", h.sources.Run)
		g.Go("search", h.store.Index)
		g.Go("works", h.works.Run)
		g.Go("pruning", h.prune)
		return g.Wait()
	})
}

// leader says which hub leads, as the API shows it.
func (h *hubServer) leader() *media.HubLead {
	l := h.store.Leader()
	if l == nil {
		return &media.HubLead{}
	}
	return &media.HubLead{Leads: l.Here, Leader: l.Name, Since: &l.Since}
}

// keptEnds is for how long ends of items are remembered: who was away for longer loads anew.
const keptEnds = 30 * 24 * time.Hour

// prune bounds what a hub remembers of items that are gone.
func (h *hubServer) prune(ctx context.Context) error {
	run.Every(ctx, time.Hour, func() {
		n, err := h.store.Prune(ctx, keptEnds, h.bus.Oldest())
		switch {
		case err != nil && ctx.Err() == nil:
			h.log.Warn("ends of items not pruned", zap.Error(err))
		case n > 0:
			h.log.Info("ends of items pruned", zap.Int64("items", n))
		}
	})
	return nil
}

func sourcesOf(cfg *config.Config) (out []hub.Source) {
	for i := range cfg.Sources {
		s := &cfg.Sources[i]
		out = append(out, hub.Source{Name: s.Name, URL: s.URL, Token: s.Token})
	}
	return out
}

// tellRoot has a root told of to those who asked for the signal, as it is when they are told.
func (h *hubServer) tellRoot(r media.Root) {
	h.bus.Signal("root", r.Name, r.Name, func(ctx context.Context) (any, bool) {
		r, err := h.sources.Root(ctx, r.Name)
		return r, err == nil
	})
}

func (h *hubServer) newServer(inForce *config.Config, o Options, l net.Listener) *api.Server {
	instance := func() media.Instance {
		return media.Instance{ID: h.store.Instance(), Name: h.shell.config.Load().Name()}
	}
	cfg := h.shell.httpConfig(inForce)
	cfg.Instance = instance
	catalog := hub.Catalog{Store: h.store, Sources: h.sources}
	return api.New(cfg, api.Deps{
		Catalog: catalog, Capabilities: catalog.Capabilities, Scans: h.sources, Roots: h.sources,
		Live:  &live.Server{Bus: h.bus, Version: o.Version, Instance: instance, Log: h.log, Roots: h.sources.Roots},
		Idle:  h.idle,
		Files: h.sources, Daemons: h.sources.Daemons, Leader: h.leader, Health: h.store.Health,
		Metrics: h.newMetrics(), Log: h.log,
	}, l)
}

// idle reports whether there is nothing to do: which nobody knows while the database does not answer, or no hub leads.
func (h *hubServer) idle() bool {
	return h.store.Health() == nil && h.store.Leader() != nil && h.sources.Idle() && h.works.Idle()
}

// newMetrics makes the registry of what monitors read of a hub.
func (h *hubServer) newMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		opts := prometheus.GaugeOpts{Namespace: "catalogizerd", Name: name, Help: help}
		r.MustRegister(prometheus.NewGaugeFunc(opts, value))
	}
	gauge("items", "Items in the catalog.", func() float64 { return float64(h.store.ItemCounts().Items) })
	gauge("feed_head", "Number of the last change.", func() float64 { return float64(h.store.Head()) })
	gauge("live_clients", "Clients that follow the feed.", func() float64 { return float64(h.bus.Subscribers()) })
	gauge("idle", "1 while there is nothing to do.", func() float64 { return oneIf(h.idle()) })
	gauge("hub_leads", "1 while this hub takes in what the sources say; another may.", func() float64 {
		l := h.store.Leader()
		return oneIf(l != nil && l.Here)
	})
	gauge("sources_offline", "Sources of a hub that are away.", func() (n float64) {
		for _, st := range h.sources.States() {
			n += oneIf(!st.Online)
		}
		return n
	})
	return r
}
