#!/usr/bin/env bash
# Tries the service unit under a real systemd; see in-systemd.sh.
#
# usage: scripts/test-systemd.sh BINARY [JOURNAL]      JOURNAL: a file for the log of the boot
set -euo pipefail
here=$(dirname "$(realpath "$0")")

outside() {
	exchange=$(mktemp -d)
	trap 'rm -rf "$exchange"' EXIT
	install -m 755 "$1" "$exchange/catalogizerd"
	cp "$here"/../deploy/systemd/{catalogizerd.service,catalogizerd.sysusers,strict.conf} "$exchange/"
	cp -r "$here/../testdata/library" "$exchange/library"
	cp "$here/lib-systemd.sh" "$exchange/"
	cp "$here/test-systemd.sh" "$exchange/test-systemd"
	"$here/in-systemd.sh" "$exchange" test-systemd "${@:2}"
}

inside() {
	local pid before
	token=$'Authorization: Bearer of-systemd\r\n'
	install -m 755 catalogizerd /usr/bin/catalogizerd
	install -m 644 catalogizerd.service /etc/systemd/system/catalogizerd.service
	install -D -m 644 catalogizerd.sysusers /usr/lib/sysusers.d/catalogizerd.conf
	systemd-sysusers
	mkdir -p /srv/media /etc/catalogizerd
	cp -r /run/exchange/library/. /srv/media/
	printf '[[root]]\nname = "media"\npath = "/srv/media"\n' >/etc/catalogizerd/catalogizerd.toml
	echo of-systemd >/etc/catalogizerd/token
	chmod 600 /etc/catalogizerd/token
	mkdir /etc/systemd/system/catalogizerd.service.d
	printf '[Service]\nLoadCredential=http-token:/etc/catalogizerd/token\nWatchdogSec=2\n' >/etc/systemd/system/catalogizerd.service.d/test.conf
	systemctl daemon-reload

	must "the unit is sound" systemd-analyze verify --man=no catalogizerd.service
	must "it starts, and says itself that it is ready" systemctl start catalogizerd
	must "it has confined its writing" logged 'writing is confined to the data directory'
	must "it serves" answers /readyz "" '^200'
	must "the token of systemd is asked for" answers /api/v1/status "" '^401'
	must "the library is catalogued" within 120 idle
	must "and systemctl status says so, once files that are new are looked at again" within 120 status_says 'items, following changes'
	must "no file was passed over" answers /api/v1/status "$token" "\"items\":\s*$(find /srv/media -type f | wc -l)\b"
	must "its state is its own" test "$(stat -c '%a %U' /var/lib/catalogizerd)" = "700 catalogizerd"

	pid=$(property MainPID)
	printf '\n[[root]]\nname = "more"\npath = "/srv/more"\n' >>/etc/catalogizerd/catalogizerd.toml
	mkdir /srv/more
	systemctl reload catalogizerd
	must "a reload takes in a root" within 120 answers /api/v1/roots/more "$token" '^200'
	echo 'nonsense = 1' >/etc/catalogizerd/catalogizerd.toml
	systemctl reload catalogizerd
	must "a bad configuration is refused by name" within 120 logged 'nonsense'
	must "the old configuration stays in force" answers /api/v1/roots/more "$token" '^200'
	must "no reload was a restart" test "$(property MainPID)" = "$pid"
	printf '[[root]]\nname = "media"\npath = "/srv/media"\n' >/etc/catalogizerd/catalogizerd.toml

	kill -STOP "$pid"
	must "the watchdog replaces a daemon that hangs" within 120 restarted 1
	before=$(property NRestarts)
	kill -KILL "$(property MainPID)"
	must "a killed daemon comes back" within 120 restarted $((before + 1))
	must "with its catalog" within 120 idle

	pressures

	must "it stops" systemctl stop catalogizerd
	must "and that was no failure" test "$(property Result) $(property ExecMainStatus)" = "success 0"

	echo 'nonsense = 1' >/etc/catalogizerd/catalogizerd.toml
	systemctl reset-failed catalogizerd 2>/dev/null || true # a unit that failed counts its starts
	must "a bad configuration fails the start" bash -c '! systemctl start catalogizerd 2>/dev/null'
	must "with exit status 2" test "$(property ExecMainStatus)" = 2
	must "and is given up after a few times" within 120 given_up
	as_hub
	set_up
	must "what setup opens keeps the exposure below 1.2" systemd-analyze security --no-pager --offline=true --threshold=12 \
		/etc/systemd/system/catalogizerd.service >/dev/null
}

# as_hub has the unit run a hub, beside a database server of its own.
as_hub() {
	local bin data=/var/lib/hub-database before
	bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
	[[ $bin ]] || { say "skipped: a hub: there is no PostgreSQL"; return; }
	install -d -o postgres -m 700 "$data"
	install -d -o postgres /run/postgresql
	runuser -u postgres -- "$bin/initdb" -D "$data" -A peer >/dev/null
	systemd-run --quiet --unit=hub-database --uid=postgres "$bin/postgres" -D "$data" -c listen_addresses= \
		-c unix_socket_directories=/run/postgresql
	must "a database for a hub is there" within 120 asked 'CREATE ROLE catalogizerd LOGIN'
	asked 'CREATE DATABASE hub OWNER catalogizerd'
	{
		printf '[hub]\ndatabase = "postgres:///hub?host=/run/postgresql"\n'
		printf '[[source]]\nname = "attic"\nurl = "http://127.0.0.1:9"\n'
	} >/etc/catalogizerd/catalogizerd.toml
	printf '[Service]\nExecStart=\nExecStart=%s\nWatchdogSec=2\n' \
		'/usr/bin/catalogizerd hub --config /etc/catalogizerd/catalogizerd.toml' \
		>/etc/systemd/system/catalogizerd.service.d/test.conf
	systemctl daemon-reload
	systemctl reset-failed catalogizerd
	must "the unit runs a hub" systemctl start catalogizerd
	before=$(property MainPID)
	must "and says how it is" within 120 status_says '1 source, away: attic; following changes'
	sleep 7 # three times the watchdog's patience
	must "and answers its watchdog" test "$(property NRestarts) $(property MainPID)" = "0 $before"
	must "and stops" systemctl stop catalogizerd
	must "and that was no failure either" test "$(property Result) $(property ExecMainStatus)" = "success 0"
	systemctl stop hub-database
}

asked() { runuser -u postgres -- "$bin/psql" -d postgres -qc "$1" 2>/dev/null; }

# with restarts the service with lines of its own in the unit and in the configuration, and waits until it is idle.
with() { # UNIT CONFIGURATION
	local unit=/etc/systemd/system/catalogizerd.service.d/test.conf
	printf '[Service]\nLoadCredential=http-token:/etc/catalogizerd/token\nWatchdogSec=2\n%b' "$1" >$unit
	printf '%b[[root]]\nname = "media"\npath = "/srv/media"\n' "$2" >/etc/catalogizerd/catalogizerd.toml
	systemctl daemon-reload
	systemctl reset-failed catalogizerd
	systemctl restart catalogizerd
	within 120 idle
}

exposed() { # TENTHS: at most
	systemctl daemon-reload
	systemd-analyze security --no-pager --threshold="$1" catalogizerd.service >/dev/null
}
holds_at_most() { [[ $(property MemoryCurrent) -le $1 ]]; }
unharmed() { [[ $(property NRestarts) -eq 0 && $(property ActiveState) == active ]]; }
damaged_is_told() { answers /api/v1/status "$token" 'is kept as /var/lib/catalogizerd/catalog.db.damaged-'; }

# pressures squeezes the service in every way that a manager can, and breaks its catalog.
pressures() {
	local high=$((96 << 20)) socket i files
	must "it may have 1024 tasks" test "$(property TasksMax)" = 1024
	must "and has a few dozen" test "$(ls /proc/"$(property MainPID)"/task | wc -l)" -lt 64
	must "with 40 tasks it works" with 'TasksMax=40\n' ''
	must "with MemoryHigh it works" with "MemoryHigh=$high\n" ''
	if [[ $(property MemoryCurrent) =~ ^[0-9]+$ ]]; then
		must "and keeps below it" within 120 holds_at_most "$high" # beyond it memory is taken back, not refused
	fi

	must "with 64 files it works" with 'LimitNOFILE=64\n' ''
	exec {socket}<>/dev/tcp/127.0.0.1/8780
	for i in {1..200}; do # more connections than it may have files
		exec {i}<>/dev/tcp/127.0.0.1/8780 || true
	done
	mkdir /srv/media/late && touch /srv/media/late/a.mkv
	for i in {10..250}; do exec {i}>&- || true; done 2>/dev/null
	must "and answers once they are gone" within 120 answers /api/v1/status "$token" '^200'
	must "and has seen what came meanwhile" within 120 answers '/api/v1/items?under=late' "$token" 'a\.mkv'

	must "its backups are made" with '' '[backup]\nevery = "1h"\n'
	must "at once" within 120 bash -c 'compgen -G "/var/lib/catalogizerd/backups/catalog-*.db" >/dev/null'
	dd if=/dev/zero of=/var/lib/catalogizerd/catalog.db bs=4096 seek=1 count=2000 conv=notrunc status=none
	answers '/api/v1/items?sort=-size' "$token" '' || true
	must "a catalog that breaks is replaced by its backup" within 120 damaged_is_told
	files=$(find /srv/media -type f | wc -l)
	must "and all is there again" within 120 answers /api/v1/status "$token" "\"items\":\s*$files\b"
	must "without a restart, with its watchdog answered" unharmed
	rm /var/lib/catalogizerd/catalog.db.damaged-*

	# A server that takes connections and says nothing, as a dead NAS behind a live switch does.
	systemd-run --quiet --unit=silent python3 -c 'import socket,time
s = socket.create_server(("127.0.0.1", 4450)); time.sleep(300)'
	printf '[[root]]\nname = "dead"\nurl = "smb://127.0.0.1:4450/media"\ntimeout = "20s"\n' \
		>>/etc/catalogizerd/catalogizerd.toml
	systemctl reload catalogizerd
	must "a dead share is taken in" within 120 answers /api/v1/roots/dead "$token" '"state":\s*"offline"'
	sleep 7 # three times the watchdog's patience
	must "and the watchdog is answered beside it" unharmed
	systemctl stop silent

	must "frozen, as a machine that is suspended" with 'WatchdogSec=0\n' ''
	systemctl freeze catalogizerd
	mkdir /srv/media/asleep && touch /srv/media/asleep/b.mkv
	sleep 3
	systemctl thaw catalogizerd
	must "it sees what came meanwhile" within 120 answers '/api/v1/items?under=asleep' "$token" 'b\.mkv'
	must "and is the same process" unharmed

	rm /etc/systemd/system/catalogizerd.service.d/test.conf
	must "the sandbox keeps its exposure at 1.1" exposed 11
	install -m 644 strict.conf /etc/systemd/system/catalogizerd.service.d/strict.conf
	must "and with the drop-in at 1.0" exposed 10
	must "with which it works" with '' '[scanner]\nidle_priority = false\n'
	rm /etc/systemd/system/catalogizerd.service.d/strict.conf
	must "it goes on as before" with '' ''
}

# set_up asks `catalogizerd setup` for a library that only a group may read, below a home.
set_up() {
	systemctl stop catalogizerd 2>/dev/null || true
	systemctl reset-failed catalogizerd 2>/dev/null || true
	rm -rf /etc/catalogizerd /etc/systemd/system/catalogizerd.service.d /var/lib/catalogizerd
	systemctl daemon-reload
	groupadd listeners
	cp -r /run/exchange/library /home/library
	chgrp -R listeners /home/library
	chmod -R u=rwX,g=rX,o= /home/library
	must "setup asks nothing where it is told all" bash -c 'catalogizerd setup --yes --network --start /home/library </dev/null >said'
	must "it lets the service read the library" grep -qx 'SupplementaryGroups=listeners' /etc/systemd/system/catalogizerd.service.d/setup.conf
	must "the token is the service's alone" test "$(stat -c '%a %U:%G' /etc/catalogizerd/token)" = "640 root:catalogizerd"
	token="Authorization: Bearer $(cat /etc/catalogizerd/token)"$'\r\n'
	must "the daemon runs" within 120 answers /readyz "" '^200'
	must "the library is catalogued" within 120 idle
	must "all of it" answers /api/v1/status "$token" "\"items\":\s*$(find /home/library -type f | wc -l)\b"
	must "the configuration says where the catalog is" bash -c 'catalogizerd export --config /etc/catalogizerd/catalogizerd.toml | grep -q .'
	must "the link lets a browser in" answers "$(grep -o '/login?code=.*' said | head -n 1)" "" '^303'
	must "once" answers "$(grep -o '/login?code=.*' said | head -n 1)" "" '^403'
	must "a second setup changes nothing unasked" bash -c '! catalogizerd setup --yes /srv/media </dev/null 2>refusal'
	must "and says how it would" grep -q -- '--add' refusal
}

case ${1-} in
"") # under systemd
	if [[ $PWD == /run/exchange ]]; then
		source ./lib-systemd.sh
		inside
	else
		sed -n '/^# usage/s/^# //p' "$0" >&2
		exit 2
	fi
	;;
*) outside "$@" ;;
esac
