#!/usr/bin/env bash
# Runs a script as root under a real systemd: boots one as the first process of namespaces of its own, over a
# copy-on-write view of this machine, and leaves nothing behind. Prints what the script prints; fails where it
# fails. Says that it skipped, and why, on machines where that cannot be done.
#
# The script is run by bash in /run/exchange, a copy of DIRECTORY that it may write to.
#
# usage: scripts/in-systemd.sh DIRECTORY SCRIPT [JOURNAL]      SCRIPT: a file in DIRECTORY. JOURNAL: a file for the log of the boot
set -euo pipefail
self=$(realpath "$0")
PATH=$PATH:/usr/sbin:/sbin

skip() {
	echo "skipped: $*" >&2
	exit 0
}

# --- outside: make a control group, enter it, and start the namespaces ---------------------------------

outside() {
	local directory=$1 script=$2 journal=${3-} cgroup2
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

	cp -r "$directory/." "$work/exchange/"

	# The boot ends by itself once the test has ended; the limit is for a boot that hangs.
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		exec timeout --kill-after=5 300 unshare --fork --kill-child --pid --mount --propagation private --uts --ipc --net --cgroup \
			"$self" --boot "$work" "$script"
	) </dev/null >"$work/console" 2>&1 || true

	cat "$work/exchange/report" 2>/dev/null || cat "$work/console"
	[[ -z $journal || ! -e $work/exchange/journal ]] || cp "$work/exchange/journal" "$journal"
	if [[ $(cat "$work/exchange/result" 2>/dev/null) != success ]]; then
		tail -n 40 "$work/exchange/journal" "$work/console" 2>/dev/null || true
		echo "FAILED: $script under systemd"
		exit 1
	fi
	echo "passed: $script under systemd"
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
	local work=$1 script=$2 root=$1/layers/root name unit
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

	rm -rf "$root"/etc/systemd/system/*.target.wants # nothing of what this machine runs
	for unit in systemd-{timesyncd,networkd,resolved,modules-load,remount-fs,udevd,logind}.service dev-hugepages.mount sys-kernel-{debug,tracing,config}.mount; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	: >"$root/etc/fstab"
	[[ -s $root/etc/machine-id ]] || tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
	mkdir -p "$root/etc/systemd/journald.conf.d"
	printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' >"$root/etc/systemd/journald.conf.d/test.conf"
	cat >"$root/etc/systemd/system/in-systemd.service" <<-UNIT
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
		WorkingDirectory=/run/exchange
		ExecStart=/bin/bash $script
		ExecStopPost=/bin/bash -c 'echo \$SERVICE_RESULT >/run/exchange/result; journalctl --sync; journalctl -b -o short-precise --no-hostname >/run/exchange/journal'
	UNIT

	cd "$root"
	mkdir run/machine
	pivot_root . run/machine
	cd /
	umount --lazy /run/machine
	mount --make-rshared / # LoadCredential= needs it
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb /lib/systemd/systemd --system --unit=in-systemd.service --show-status=0
}

case ${1-} in
--boot) boot "$2" "$3" ;;
--probe) probe "$2" ;;
*)
	[[ $# -ge 2 && $1 != -* ]] || { sed -n '/^# usage/s/^# //p' "$0" >&2 && exit 2; }
	outside "$@"
	;;
esac
