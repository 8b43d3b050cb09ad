# make            build bin/catalogizerd
# make run        serve the sample library, or ROOT=/path or ROOT=smb://..., on 127.0.0.1:8780
# make run-hub    three daemons on parts of the sample library, and a hub of them on 127.0.0.1:8790, with a PostgreSQL of its own
# make test       every test, with the race detector; test-quick: within a minute, what needs neither servers nor long runs
# make check      what CI runs: lint, vet, test, and the tests against a real Samba and systemd
# make test-page  the page in Debian's Chromium; PAGE_VIEWS=all in three windows and two themes, pictures in test/page/shots
# make bench      ratios of whole scans to `find`, on a tree of FILES=100000; bench-memory: peaks of memory;
#                 bench-growth: files a second while a catalog grows to a million;
#                 bench-millions: the table of docs/performance.md, at SIZES=10000,100000,1000000 files;
#                 bench-questions: a hundred questions of made catalogs of SIZES=1000000 items, alone and beside a scan;
#                 bench-hub: those that a hub can be asked, of one with HUB_ITEMS=1000000 items from each of two sources;
#                 bench-feed: CLIENTS=5000 of the live feed, told of 200 changes a second;
#                 bench-thumbnails: of 12-megapixel JPEGs, alone and beside a first scan of 20,000 files;
#                 bench-works: a first scan of FILES=100000 with and without works;
#                 bench-moves: big directories renamed, moved and removed, with MOVES=50000,200000 files
# make fuzz       every fuzz target for FUZZTIME=30s
# make verify     what is too long for every change: soaks, a daemon's year, an upgrade and back, long fuzzing, a million mutations; SOAK=10m FUZZTIME=1m
#                 MUTATIONS=1000 make it short; PARTS="hostile mutations" takes some
# make soak       hours of random changes against one daemon: SOAK=1h; soak-share: the same on a share; soak-hub: HUB_SOURCES=20
#                 daemons of HUB_ITEMS=100000 files each under a hub, all of them and its database killed at random
# make package    .deb and .rpm of VERSION=1.2.3 for ARCHS="amd64 arm64" into dist/; test-package: lives with the Debian one;
#                 test-docker: carries out the Dockerfile, and runs what comes of it
# make release    the packages of VERSION=1.2.3, of a clean tree whose CHANGELOG.md has a section of it, tagged
# make install    into DESTDIR, prefix=/usr/local
# make clean

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# SQLite's full-text search is a build tag; without it the daemon refuses to start.
TAGS := sqlite_fts5
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
LDFLAGS := -X main.version=$(VERSION) -X main.commit=$(COMMIT)
GO := CGO_ENABLED=1 GOTOOLCHAIN=local go
PACKAGES := ./...

# What packages are called where nobody says: no release.
PACKAGE_VERSION := $(if $(filter command%,$(origin VERSION)),$(VERSION),0.0.0-dev)
ARCHS ?= amd64 arm64

ROOT ?= testdata/library
LISTEN ?= 127.0.0.1:8780
FILES ?= 100000
SIZES ?= 10000,100000,1000000
comma := ,
MOVES ?= 50000,200000
CLIENTS ?= 5000
FUZZTIME ?= 30s
SOAK ?= 1h
HUB_SOURCES ?= 20

prefix ?= /usr/local
bindir ?= $(prefix)/bin
sysconfdir ?= /etc
unitdir ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
docdir ?= $(prefix)/share/doc/catalogizerd
mandir ?= $(prefix)/share/man
bashcompletiondir ?= $(prefix)/share/bash-completion/completions
zshcompletiondir ?= $(prefix)/share/zsh/site-functions
fishcompletiondir ?= $(prefix)/share/fish/vendor_completions.d

.PHONY: build run run-hub test test-quick check lint vet fmt test-memory test-time test-samba test-systemd test-page test-clients generate bench bench-memory bench-growth bench-thumbnails bench-works bench-millions bench-questions bench-hub bench-moves bench-feed fuzz verify soak soak-share soak-hub library package test-package test-docker release install clean

# It is copied as an installed one is: what the linker has written some kernels keep in pieces of 2 MiB, each of which is in
# memory whole.
build:
	$(GO) build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o bin/linked/catalogizerd ./cmd/catalogizerd
	install bin/linked/catalogizerd bin/catalogizerd

run-hub: build
	scripts/run-hub.sh bin/catalogizerd

run: build
	bin/catalogizerd serve --data-dir .run --listen $(LISTEN) $(ROOT)

test:
	$(GO) test -race -timeout 20m $(TESTFLAGS) -tags $(TAGS) $(PACKAGES)

# All rooms but those whose tests run the daemon, servers and models (app, api, cmd, hub, smb), without what takes seconds.
test-quick:
	$(GO) test -short -timeout 5m -tags $(TAGS) $$($(GO) list $(PACKAGES) | grep -vE '/internal/(api|app|hub|smb)(/|$$)|/cmd/|/client(/|$$)')

check: lint vet test test-memory test-time test-samba test-systemd

lint:
	$(GO) run ./tools/concurrencylint client cmd internal tools
	scripts/lint.sh run $(PACKAGES)

fmt:
	scripts/lint.sh fmt $(PACKAGES)

vet:
	$(GO) vet -tags $(TAGS) $(PACKAGES)

# Where there is no smbd these tests are skipped by `make test`; here that is a failure.
test-samba:
	scripts/require-tests.sh .ci/allowed-skips -- $(GO) test -race -count=1 -v -tags $(TAGS) ./internal/smb/...
	scripts/require-tests.sh .ci/allowed-skips -- $(GO) test -race -short -count=1 -v -run '^TestShare' -tags $(TAGS) ./internal/app/...

# What `make test` passes over, since the race detector makes pools forget, and takes much memory itself.
test-memory:
	scripts/require-tests.sh .ci/allowed-skips -- $(GO) test -count=1 -v -run 'LittleMemory$$' -tags $(TAGS) ./internal/media/analyzer/probe ./internal/app

# Time that a name takes with its length; the race detector would take ten times more of it.
test-time:
	scripts/require-tests.sh -- $(GO) test -count=1 -v -run 'LinearTime$$' -tags $(TAGS) ./internal/media/analyzer/name

test-systemd: build
	scripts/test-systemd.sh bin/catalogizerd

# What it needs is installed at first: chromium, and two modules of npm.
# What is generated of openapi.yaml, and docs/clients.md, against the daemon.
test-clients:
	scripts/test-clients.sh

generate:
	scripts/generate.sh

test-page:
	scripts/test-page.sh

bench: build
	$(GO) run ./tools/bench -files $(FILES)

bench-memory: build
	$(GO) run ./tools/bench -memory

bench-thumbnails: build
	$(GO) run ./tools/bench -thumbnails 20000

# One program more, that is the same but for a variable which only the linker sets: it derives no works.
bench-works: build
	$(GO) build -tags $(TAGS) -trimpath -o bin/linked/catalogizerd-without-works \
		-ldflags '$(LDFLAGS) -X github.com/catalogizer/catalogizerd/internal/media/librarian.omitted=yes' ./cmd/catalogizerd
	install bin/linked/catalogizerd-without-works bin/catalogizerd-without-works
	$(GO) run ./tools/bench -rounds 6 -works $(FILES) -without bin/catalogizerd-without-works

bench-growth: build
	$(GO) run ./tools/bench -growth 8

bench-millions: build
	$(GO) run ./tools/bench -rounds 5 -millions $(SIZES) -document docs/performance.md

bench-questions: build
	$(GO) run -tags $(TAGS) ./tools/bench -questions $(lastword $(subst $(comma), ,$(SIZES)))

bench-hub: HUB_ITEMS ?= 1000000
bench-hub: build
	scripts/with-postgres.sh .run/bench-hub env $(GO) run -tags $(TAGS) ./tools/bench -hub $(HUB_ITEMS)

bench-moves: build
	$(GO) run ./tools/bench -moves $(MOVES)

bench-feed: build
	$(GO) run -tags $(TAGS) ./tools/bench -feed $(CLIENTS)

fuzz:
	scripts/fuzz.sh $(FUZZTIME)

verify:
	scripts/verify.sh $(PARTS)

# Soak tests are those named TestSoak...; they run for as long as SOAK says, and not at all without it.
soak:
	SAID=1 SOAK=$(SOAK) scripts/require-tests.sh -- $(GO) test -count=1 -timeout 0 -v -run '^TestSoak' -skip '^TestSoakShareModel$$' -tags $(TAGS) ./internal/app/...

# The daemon on a share and the share by itself, side by side.
soak-share:
	SAID=1 SOAK=$(SOAK) SMB_CHAOS=$(SOAK) scripts/require-tests.sh -- $(GO) test -count=1 -timeout 0 -v -run '^(TestSoakShareModel|TestChaos)$$' -tags $(TAGS) ./internal/app/modeltest ./internal/smb

# `make test` has three sources of 300 files, for some seconds.
soak-hub: HUB_ITEMS ?= 100000
soak-hub:
	SAID=1 SOAK=$(SOAK) HUB_SOURCES=$(HUB_SOURCES) HUB_ITEMS=$(HUB_ITEMS) scripts/require-tests.sh -- $(GO) test -count=1 -timeout 0 -v \
		-run '^TestTheHubIsTheUnionOfItsSourcesWhoeverIsKilled$$' -tags $(TAGS) ./internal/hub

library:
	scripts/make-sample-library.sh testdata/library

package:
	scripts/package.sh $(PACKAGE_VERSION) dist/$(PACKAGE_VERSION) $(ARCHS)

# Of this machine's architecture; `make verify` has arm64 too, under emulation.
test-package:
	scripts/test-package.sh

# The Dockerfile without Docker: its steps in root directories of their own.
test-docker:
	scripts/test-docker.sh

release:
	scripts/release.sh $(PACKAGE_VERSION)

install: build
	install -D -m 755 bin/catalogizerd $(DESTDIR)$(bindir)/catalogizerd
	install -d $(DESTDIR)$(unitdir)
	sed 's|/usr/bin/catalogizerd|$(bindir)/catalogizerd|' deploy/systemd/catalogizerd.service >$(DESTDIR)$(unitdir)/catalogizerd.service
	install -D -m 644 deploy/systemd/catalogizerd.sysusers $(DESTDIR)$(sysusersdir)/catalogizerd.conf
	install -D -m 644 deploy/systemd/catalogizerd.tmpfiles $(DESTDIR)$(tmpfilesdir)/catalogizerd.conf
	install -D -m 644 -t $(DESTDIR)$(docdir) README.md LICENSE deploy/prometheus/catalogizerd.rules.yml deploy/systemd/strict.conf
	install -D -m 644 -t $(DESTDIR)$(mandir)/man1 docs/catalogizerd.1
	install -d $(DESTDIR)$(bashcompletiondir) $(DESTDIR)$(zshcompletiondir) $(DESTDIR)$(fishcompletiondir)
	bin/catalogizerd completion bash >$(DESTDIR)$(bashcompletiondir)/catalogizerd
	bin/catalogizerd completion zsh >$(DESTDIR)$(zshcompletiondir)/_catalogizerd
	bin/catalogizerd completion fish >$(DESTDIR)$(fishcompletiondir)/catalogizerd.fish
	[[ -e $(DESTDIR)$(sysconfdir)/catalogizerd/catalogizerd.toml ]] || \
		install -D -m 644 -t $(DESTDIR)$(sysconfdir)/catalogizerd configs/catalogizerd.toml

clean:
	rm -rf bin dist .run
