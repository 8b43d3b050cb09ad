#!/usr/bin/env bash
# Tries the service unit under a real systemd: it boots one as the first process of namespaces of its
# own, over a copy-on-write view of this machine, and leaves nothing behind. Says that it skipped, and
# why, on machines where that cannot be done.
#
# usage: scripts/test-systemd.sh BINARY [JOURNAL]      JOURNAL: a file for the log of the boot
set -euo pipefail
self=$(realpath "$0")
project=$(dirname "$(dirname "$self")")
PATH=$PATH:/usr/sbin:/sbin

skip() {
	echo "skipped: $*" >&2
	exit 0
}

# --- outside: make a control group, enter it, and start the namespaces ---------------------------------

outside() {
	local binary=$1 journal=${2-} cgroup2
	((UID == 0)) || skip "needs root"
	[[ -x /lib/systemd/systemd ]] || skip "there is no systemd"
	[[ -x /usr/bin/dbus-daemon ]] || skip "there is no dbus"
	cgroup2=$(findmnt -nrt cgroup2 -o TARGET | head -n 1)
	[[ -n $cgroup2 && -w $cgroup2 ]] || skip "there is no cgroup2 file system to write to"
	work=$(mktemp -d)
	group=$cgroup2/catalogizerd-test-$$
	trap cleanup EXIT
	mkdir "$work/exchange" "$work/layers"
	mkdir "$group" 2>/dev/null || skip "cannot make a control group"
	unshare --fork --pid --mount --propagation private --uts --ipc --net --cgroup "$self" --probe "$work/layers" 2>/dev/null ||
		skip "cannot make namespaces with a root directory of their own"

	install -m 755 "$binary" "$work/exchange/catalogizerd"
	cp "$project"/deploy/systemd/catalogizerd.{service,sysusers} "$work/exchange/"
	cp -r "$project/testdata/library" "$work/exchange/library"
	cp "$self" "$work/exchange/test-systemd.sh"

	# The boot ends by itself once the test has ended; the limit is for a boot that hangs.
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		exec timeout --kill-after=5 300 unshare --fork --kill-child --pid --mount --propagation private --uts --ipc --net --cgroup \
			"$self" --boot "$work"
	) </dev/null >"$work/console" 2>&1 || true

	cat "$work/exchange/report" 2>/dev/null || cat "$work/console"
	[[ -z $journal || ! -e $work/exchange/journal ]] || cp "$work/exchange/journal" "$journal"
	if [[ $(cat "$work/exchange/result" 2>/dev/null) != passed ]]; then
		tail -n 40 "$work/exchange/journal" "$work/console" 2>/dev/null || true
		echo "FAILED: the unit under systemd"
		exit 1
	fi
	echo "passed: the unit under systemd"
}

cleanup() {
	local try
	for try in 1 2 3 4 5 6 7 8 9 10; do
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
		[[ -d $group ]] || break
		sleep "0.$try"
	done
	rm -rf --one-file-system "$work"
}

# probe tries the mounts that a boot needs and that containers tend to forbid.
probe() {
	mount -t tmpfs layers "$1"
	mkdir "$1"/{upper,work,root}
	mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
	mount -t proc proc "$1/root/proc"
	mount -t sysfs -o ro sysfs "$1/root/sys"
	mount -t cgroup2 cgroup2 "$1/root/sys/fs/cgroup"
}

# --- first process of the namespaces: build a root directory and become systemd ----------------------------

boot() {
	local work=$1 root=$1/layers/root name unit
	mount -t tmpfs -o mode=755 layers "$work/layers"
	mkdir "$work"/layers/{upper,work,root}
	mount -t overlay -o "lowerdir=/,upperdir=$work/layers/upper,workdir=$work/layers/work" overlay "$root"

	mount -t proc proc "$root/proc"
	for name in sys sysrq-trigger; do # this machine's own settings stay out of reach
		[[ -e $root/proc/$name ]] || continue
		mount --bind "$root/proc/$name" "$root/proc/$name"
		mount -o remount,bind,ro "$root/proc/$name"
	done
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
	ip link set lo up

	mount -t tmpfs -o mode=755 dev "$root/dev"
	for name in null zero full random urandom tty; do
		touch "$root/dev/$name"
		mount --bind "/dev/$name" "$root/dev/$name"
	done
	mkdir "$root"/dev/{pts,shm}
	mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	mount -t tmpfs -o mode=755 run "$root/run"
	mount -t tmpfs -o mode=1777 tmp "$root/tmp"
	mkdir "$root/run/exchange"
	mount --bind "$work/exchange" "$root/run/exchange"

	install -m 755 "$work/exchange/catalogizerd" "$root/usr/bin/catalogizerd"
	install -m 644 "$work/exchange/catalogizerd.service" "$root/etc/systemd/system/catalogizerd.service"
	install -D -m 644 "$work/exchange/catalogizerd.sysusers" "$root/usr/lib/sysusers.d/catalogizerd.conf"
	rm -rf "$root"/etc/systemd/system/*.target.wants # nothing of what this machine runs
	for unit in systemd-{timesyncd,networkd,resolved,modules-load,remount-fs,udevd,logind}.service dev-hugepages.mount sys-kernel-{debug,tracing,config}.mount; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	: >"$root/etc/fstab"
	[[ -s $root/etc/machine-id ]] || tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
	mkdir -p "$root/etc/systemd/journald.conf.d"
	printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' >"$root/etc/systemd/journald.conf.d/test.conf"
	cat >"$root/etc/systemd/system/catalogizerd-test.service" <<-UNIT
		[Unit]
		Requires=basic.target dbus.socket
		After=basic.target dbus.socket
		SuccessAction=exit-force
		FailureAction=exit-force
		[Service]
		Type=oneshot
		TimeoutStartSec=200
		StandardOutput=file:/run/exchange/report
		StandardError=inherit
		ExecStart=/bin/bash /run/exchange/test-systemd.sh --inside
		ExecStopPost=/bin/bash -c 'journalctl --sync; journalctl -b -o short-precise --no-hostname >/run/exchange/journal'
	UNIT

	cd "$root"
	mkdir run/machine
	pivot_root . run/machine
	cd /
	umount --lazy /run/machine
	mount --make-rshared / # LoadCredential= needs it
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb /lib/systemd/systemd --system --unit=catalogizerd-test.service --show-status=0
}

# --- under systemd: the test ------------------------------------------------------------------------------

say() { echo "--- $*"; }

must() { # DESCRIPTION COMMAND...
	local what=$1
	shift
	if "$@"; then
		say "ok: $what"
	else
		say "NOT: $what"
		systemctl status --no-pager --lines=30 catalogizerd || true
		exit 1
	fi
}

property() { systemctl show --property="$1" --value catalogizerd; }

get() { # PATH: status code and body of the daemon's answer
	local reply
	exec 3<>/dev/tcp/127.0.0.1/8780 || return 1
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n%s\r\n' "$1" "${2:-}" >&3
	reply=$(cat <&3)
	exec 3>&-
	echo "${reply#HTTP/1.? }"
}

within() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

restarted() { [[ $(property NRestarts) -ge $1 && $(property ActiveState) == active ]]; }
given_up() { [[ $(property ActiveState) == failed ]] && logged 'Start request repeated too quickly'; }
# Not grep -q: it leaves at the first match, and who is still writing to it fails.
logged() { journalctl --sync && journalctl -b -u catalogizerd -o cat | grep "$1" >/dev/null; }
answers() { get "$1" "${2:-}" 2>/dev/null | grep "$3" >/dev/null; }
idle() { answers /api/v1/status "$token" '"idle":\s*true'; }

inside() {
	local pid before
	token=$'Authorization: Bearer of-systemd\r\n'
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
	must "it serves" answers /readyz "" '^200'
	must "the token of systemd is asked for" answers /api/v1/status "" '^401'
	must "the library is catalogued" within 30 idle
	must "no file was passed over" answers /api/v1/status "$token" "\"items\":\s*$(find /srv/media -type f | wc -l)\b"
	must "its state is its own" test "$(stat -c '%a %U' /var/lib/catalogizerd)" = "700 catalogizerd"

	pid=$(property MainPID)
	printf '\n[[root]]\nname = "more"\npath = "/srv/more"\n' >>/etc/catalogizerd/catalogizerd.toml
	mkdir /srv/more
	systemctl reload catalogizerd
	must "a reload takes in a root" within 10 answers /api/v1/roots/more "$token" '^200'
	echo 'nonsense = 1' >/etc/catalogizerd/catalogizerd.toml
	systemctl reload catalogizerd
	must "a bad configuration is refused by name" within 10 logged 'nonsense'
	must "the old configuration stays in force" answers /api/v1/roots/more "$token" '^200'
	must "no reload was a restart" test "$(property MainPID)" = "$pid"
	printf '[[root]]\nname = "media"\npath = "/srv/media"\n' >/etc/catalogizerd/catalogizerd.toml

	kill -STOP "$pid"
	must "the watchdog replaces a daemon that hangs" within 20 restarted 1
	before=$(property NRestarts)
	kill -KILL "$(property MainPID)"
	must "a killed daemon comes back" within 20 restarted $((before + 1))
	must "with its catalog" within 30 idle

	must "it stops" systemctl stop catalogizerd
	must "and that was no failure" test "$(property Result) $(property ExecMainStatus)" = "success 0"

	echo 'nonsense = 1' >/etc/catalogizerd/catalogizerd.toml
	systemctl reset-failed catalogizerd 2>/dev/null || true # a unit that failed counts its starts
	must "a bad configuration fails the start" bash -c '! systemctl start catalogizerd 2>/dev/null'
	must "with exit status 2" test "$(property ExecMainStatus)" = 2
	must "and is given up after a few times" within 30 given_up
	must "the sandbox keeps its exposure below 1.2" systemd-analyze security --no-pager --offline=true --threshold=12 \
		/etc/systemd/system/catalogizerd.service >/dev/null
	echo passed >/run/exchange/result
}

case ${1-} in
--boot) boot "$2" ;;
--probe) probe "$2" ;;
--inside) inside ;;
"" | -*) sed -n '/^# usage/s/^# //p' "$0" >&2 && exit 2 ;;
*) outside "$@" ;;
esac
