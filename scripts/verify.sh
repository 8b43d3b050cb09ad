#!/usr/bin/env bash
# What is too long for every change: soaks, long fuzzing, a million mutations, hostile clients at full strength.
# Prints each part with the seconds so far; ends at the first that fails. CI runs short forms of most parts.
#
# usage: scripts/verify.sh [PART...]
# parts: hostile faulty-disk asleep year upgrade targets replicas hub mutations fuzz-input benchmarks page packages soak soak-share
#        soak-hub millions
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1 GOTOOLCHAIN=local SAID=1
soak=${SOAK:-1h} fuzz=${FUZZTIME:-10m} mutations=${MUTATIONS:-1000000} target_changes=${TARGET_CHANGES:-10000}
replica_changes=${REPLICA_CHANGES:-100000}

# What it promises to hold beside clients that search without pause or do not read.
hostile() {
	SOAK=$soak scripts/require-tests.sh -- go test -count=1 -v -run "$hostile_tests" -tags sqlite_fts5 ./internal/app
}
hostile_tests='^(TestSearchersDelayNeitherFeedNorStop|TestClientsThatDoNotReadTakeLittleMemory'
hostile_tests+='|TestADaemonThatIsStoppedForAWhileMissesNothing)$'

# Disks that fail: of the catalog's calls each so many-th of each kind, over all of a pass; of all that a backup, a
# restore, an upgrade and the mending of a damaged catalog call, by SQLite or not, one of so many.
faulty-disk() {
	FAULTS=${FAULTS:-32} scripts/require-tests.sh -- go test -count=1 -timeout 0 -v \
		-run "$failing_disks" -tags sqlite_fts5 ./internal/app
}
failing_disks='^(TestAScanOnADiskThatFailsNowAndThen|TestADaemonOnADiskThatFailsForAWhile|Test.*WhateverItsDiskFailsAt'
failing_disks+='|Test.*WhateverTheDiskFailsAt|TestACheckOfWhichOneReadFailsFindsNoDamage)$'

# Disks on which nobody wants anything.
asleep() {
	ASLEEP=$soak scripts/require-tests.sh -- go test -count=1 -timeout 0 -v \
		-run '^TestDisksSleepWhileNothingHappens$' -tags sqlite_fts5 ./internal/app
}

# Programs that are told of changes, which fail in every way, with the daemon killed beside them: each picture is exact.
targets() {
	TARGET_CHANGES=$target_changes scripts/require-tests.sh -- go test -count=1 -timeout 0 -v \
		-run '^TestEveryPictureEqualsTheCatalogWhoeverIsKilled$' -tags sqlite_fts5 ./internal/notify
}

# Clients of the feed that are cut a thousand times and more: each holds exactly the catalog.
replicas() {
	REPLICA_CHANGES=$replica_changes scripts/require-tests.sh -- go test -race -count=1 -timeout 0 -v \
		-run '^TestEveryReplicaEqualsTheCatalogWhateverHappensMeanwhile$' -tags sqlite_fts5 \
		./internal/media/realtime/live
}

# What a hub takes on: a thousand changes, each told in time, and then a first load of a million items beside which
# others' changes come.
hub() {
	HUB_CHANGES=1000 scripts/require-tests.sh -- go test -count=1 -timeout 0 -v -run '^TestAChangeReachesTheHub$' \
		-tags sqlite_fts5 ./internal/hub
	HUB_LOAD=${HUB_LOAD:-1000000} scripts/require-tests.sh -- go test -count=1 -timeout 0 -v \
		-run '^TestAFirstLoadComesBesideTheTail$' -tags sqlite_fts5 ./internal/hub
}

# All that a daemon does by the day, the week and the month, by a clock that goes as fast as the work allows.
year() {
	YEAR=${DAYS:-365} scripts/require-tests.sh -- go test -count=1 -timeout 0 -v -run '^TestAYearOfADaemon$' \
		-tags sqlite_fts5 ./internal/app
}

# From the release before to this one, and back.
upgrade() {
	make -s build
	scripts/test-upgrade.sh bin/catalogizerd "${UPGRADE_FILES:-100000}"
}

mutations() {
	MUTATIONS=$mutations scripts/require-tests.sh -- go test -count=1 -timeout 0 -v -run '^TestSoakMutations$' -tags sqlite_fts5 ./internal/media/analyzer/probe
}

# What comes over the network, with the race detector.
fuzz-input() {
	FUZZFLAGS=-race scripts/fuzz.sh "$fuzz" ./internal/api ./internal/media/realtime/live
}

# That the benchmarks still measure; at this size no time is promised.
benchmarks() {
	make -s build
	go run ./tools/bench -watch-all -rounds 1 -millions 10000
	go run ./tools/bench -moves 1000
	go run ./tools/bench -rounds 1 -thumbnails 200
	go run -tags sqlite_fts5 ./tools/bench -dir "$(mktemp -d)" -rounds 1 -questions 5000 -beside 2000
	scripts/with-postgres.sh .run/bench-hub-short env go run -tags sqlite_fts5 ./tools/bench -rounds 1 -hub 5000
	go run -tags sqlite_fts5 ./tools/bench -feed 200 -feed-time 2s
}

# Five million files in one daemon, 45 GB of them, each of their directories watched where the limit may be raised.
millions() {
	make -s build
	go run ./tools/bench -watch-all -rounds 1 -millions "${MILLIONS:-5000000}"
}

# The page in every window and theme. Look at what is in test/page/shots afterwards.
# What it costs is measured with a million items, of which no file exists.
page() {
	local dir items=${PAGE_ITEMS:-1000000}
	dir=$(mktemp -d)
	make -s build
	go run -tags sqlite_fts5 ./tools/bench -dir "$dir" -rounds 1 -questions "$items" -beside 0
	PAGE_CATALOG=$dir/catalog-$items PAGE_VIEWS=all PAGE_STRICT=1 PAGE_SOAK=${PAGE_SOAK:-3600} scripts/test-page.sh
	rm -rf "$dir"
}

# The packages of other architectures too.
packages() {
	scripts/install-test-deps.sh arm64
	scripts/test-package.sh arm64
	scripts/test-docker.sh
}

soak() { make soak SOAK="$soak"; }
soak-share() { make soak-share SOAK="$soak"; }

# Twenty daemons under a hub, two million items; it takes half an hour longer than SOAK until all has come.
soak-hub() { make soak-hub SOAK="$soak" HUB_SOURCES="${HUB_SOURCES:-20}" HUB_ITEMS="${HUB_ITEMS:-100000}"; }

(($#)) || set -- hostile faulty-disk asleep year upgrade targets replicas hub mutations fuzz-input benchmarks page packages \
	soak soak-share soak-hub millions
for part; do
	printf '\n== %s (%ds)\n' "$part" "$SECONDS"
	"$part"
done
printf '\n== verified (%ds)\n' "$SECONDS"
