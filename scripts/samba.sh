#!/usr/bin/env bash
# Runs a private Samba for tests: on 127.0.0.1, on a port of its own, with everything it writes in one
# directory, beside whatever Samba the machine runs. Works for root and for ordinary users.
#
# usage: scripts/samba.sh VERB DIR [ARGUMENT]
#
#   start DIR [PORT]     serve DIR/media; prints the port (chosen where none is given) once it answers
#   status DIR           print port and process; exit 1 where nothing runs
#   stop DIR             end the server, also a paused one; DIR stays
#   restart DIR          stop, then start on the same port
#   kill DIR             end every process at once, as a power cut would
#   pause DIR            freeze every process: connections are accepted by the kernel and stay unanswered
#   resume DIR           thaw them
#   password DIR NEW     change the password; sessions that are open go on
#   unshare DIR SHARE    withdraw a share, also from those who use it
#   share DIR SHARE      offer it again
#   drop DIR SHARE       disconnect everybody from a share that stays offered
#
# All shares are DIR/media, read-only: "media"; "crypt", which insists on encryption; "guest", without a
# password; "denied", which the user may not enter. Tests change the files on disk.
#
# environment of start and restart:
#   SMB_USER, SMB_PASSWORD   what clients log in with (media, secret); a password set before stays
#   SMB_UNIX_USER            whose rights count on disk (nobody where root starts it, else always oneself)
#   SMB_GLOBAL               further [global] lines, "\n" between them: "server signing = mandatory"
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

usage() {
	sed -n '/^# usage/,/^set/{/^#/!d;s/^# \{0,1\}//;p}' "$0" >&2
	exit 2
}

# --- the server's processes ------------------------------------------------------------------------
# smbd forks a process for every connection. All are in one process group, which bears the number of the
# first, so a group is what gets signals. A pid file can outlive its process and name somebody else's:
# only an smbd that was started with our configuration counts.

server() {
	local pid
	pid=$(tr -dc 0-9 2>/dev/null <"$dir/run/smbd.pid") || return 1
	[[ -n $pid && -r /proc/$pid/cmdline ]] || return 1
	grep -qzxF -- "--configfile=$dir/smb.conf" "/proc/$pid/cmdline" || return 1
	echo "$pid"
}

running() {
	server || fail "no server runs in $dir"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

group_gone() { ! kill -0 -- "-$1" 2>/dev/null; }

stop() {
	local pid
	pid=$(server) || return 0
	kill -TERM -- "-$pid" 2>/dev/null || true
	kill -CONT -- "-$pid" 2>/dev/null || true # a frozen process takes its TERM only once it runs again
	wait_for 5 group_gone "$pid" || end_now "$pid"
	rm -f "$dir/run/smbd.pid"
}

end_now() {
	kill -KILL -- "-$1" 2>/dev/null || true
	wait_for 60 group_gone "$1" || fail "process $1 cannot be ended"
	rm -f "$dir/run/smbd.pid"
}

# --- configuration -----------------------------------------------------------------------------------

owner() {
	if ((UID == 0)); then echo "${SMB_UNIX_USER:-nobody}"; else id -un; fi
}

# Root's smbd takes on the owner's rights before it enters the share, so the owner must be able to walk
# there; mktemp -d and Go's t.TempDir are closed to others.
check_reachable() {
	((UID == 0)) && [[ $(owner) != root ]] || return 0
	local d=$dir/media
	[[ -d $d ]] || d=$dir
	while [[ $d != / ]]; do
		(($(stat -c '0%a' "$d") & 1)) || fail "$d is closed to the user $(owner): chmod o+x it, or serve another directory"
		d=${d%/*}
		d=${d:-/}
	done
}

# Samba's sockets stand in DIR, and the kernel takes no more than 107 bytes for a socket's path.
check_length() {
	((${#dir} <= 70)) || fail "$dir is too long for the sockets below it: choose a shorter directory"
}

write_configuration() {
	cat <<-CONF
		[global]
		workgroup = TEST
		netbios name = TESTNAS
		server role = standalone server
		bind interfaces only = yes
		interfaces = 127.0.0.1
		smb ports = $1
		disable netbios = yes
		server min protocol = SMB2_02
		passdb backend = tdbsam:$dir/private/passdb.tdb
		username map = $dir/users
		guest account = $(owner)
		map to guest = bad user
		private dir = $dir/private
		lock directory = $dir/lock
		state directory = $dir/state
		cache directory = $dir/cache
		pid directory = $dir/run
		ncalrpc dir = $dir/rpc
		log file = $dir/log/smbd
		max log size = 2000
		load printers = no
		printcap name = /dev/null
		printing = bsd
		disable spoolss = yes
		usershare max shares = 0
	CONF
	printf '%b\n' "${SMB_GLOBAL:-}"
	local name
	for name in media crypt guest denied; do
		[[ ! -e $dir/withdrawn/$name ]] || continue
		printf '[%s]\npath = %s\nread only = yes\n' "$name" "$dir/media"
		case $name in
		guest) echo 'guest ok = yes' ;;
		denied) echo "invalid users = $(owner)" ;;
		crypt) printf 'smb encrypt = required\nvalid users = %s\n' "$(owner)" ;;
		media) echo "valid users = $(owner)" ;;
		esac
	done
}

set_password() { # -a on a user who exists already changes the password; --modify would not
	printf '%s\n%s\n' "$1" "$1" | pdbedit --configfile="$dir/smb.conf" -a -t -u "$(owner)" >"$dir/log/pdbedit" 2>&1 ||
		fail "the password was not set: $(tail -n 1 "$dir/log/pdbedit")"
}

# rewrite takes the configuration anew while the server runs.
rewrite() {
	SMB_GLOBAL=$(cat "$dir/global") SMB_UNIX_USER=$(cat "$dir/owner")
	export SMB_GLOBAL SMB_UNIX_USER
	write_configuration "$(cat "$dir/port")" >"$dir/smb.conf.new"
	mv "$dir/smb.conf.new" "$dir/smb.conf"
	control reload-config
}

control() { smbcontrol --configfile="$dir/smb.conf" all "$@"; }

# --- verbs ----------------------------------------------------------------------------------------------

# A port is a server's for as long as its directory is there: who starts another one meanwhile gets another, also while
# this one is about to listen, or is down.
free_port() {
	local port ports=${TMPDIR:-/tmp}/samba-ports-$UID
	mkdir -p -m 700 "$ports"
	exec 8>"$ports/lock" # until this subshell ends
	flock 8
	find "$ports" -xtype l -delete
	while :; do
		port=$((20000 + RANDOM % 10000))
		! answers "$port" && ln -sT "$dir" "$ports/$port" 2>/dev/null && break
	done
	echo "$port"
}

start() {
	local port=${1:-$(free_port)}
	command -v smbd >/dev/null || fail "there is no smbd: run scripts/install-test-deps.sh"
	! server >/dev/null || fail "a server runs in $dir already"
	! answers "$port" || fail "port $port is taken"
	check_length
	# Only the first start makes media: afterwards it may be away on purpose, as a disk that is not mounted.
	[[ -e $dir/port ]] || mkdir -p -m 755 "$dir/media"
	mkdir -p "$dir"/{private,lock,state,cache,run,rpc,log,withdrawn}
	chmod 755 "$dir"
	chmod 700 "$dir/private"
	check_reachable
	rm -f "$dir"/withdrawn/*
	echo "$port" >"$dir/port"
	owner >"$dir/owner"
	printf '%s' "${SMB_GLOBAL:-}" >"$dir/global"
	echo "$(owner) = ${SMB_USER:-media}" >"$dir/users"
	write_configuration "$port" >"$dir/smb.conf"
	[[ -e $dir/private/passdb.tdb ]] || set_password "${SMB_PASSWORD:-secret}"
	# It leaves our session and our files: a test's pipe would otherwise stay open with it.
	smbd --daemon --configfile="$dir/smb.conf" --log-basename="$dir/log" </dev/null >"$dir/log/start" 2>&1 3>&- ||
		fail "smbd did not start: $(tail -n 3 "$dir/log/start")"
	wait_for 120 answers "$port" || fail "smbd does not answer on port $port: $(tail -n 3 "$dir"/log/smbd* 2>/dev/null)"
	wait_for 60 server >/dev/null || fail "smbd left no pid file in $dir/run"
	echo "$port"
}

(($# >= 2)) || usage
verb=$1
[[ $verb != start ]] || mkdir -p "$2"
dir=$(cd "$2" 2>/dev/null && pwd -P) || fail "there is no directory $2"
argument=${3-}

case $verb in
start) start "$argument" ;;
restart)
	port=$(cat "$dir/port")
	stop
	start "$port" >/dev/null
	;;
stop) stop ;;
kill) pid=$(running) && end_now "$pid" ;;
pause) pid=$(running) && kill -STOP -- "-$pid" ;;
resume) pid=$(running) && kill -CONT -- "-$pid" ;;
status) pid=$(running) && echo "port $(cat "$dir/port") pid $pid" ;;
password)
	[[ -n $argument ]] || usage
	SMB_UNIX_USER=$(cat "$dir/owner")
	set_password "$argument"
	;;
unshare)
	[[ -n $argument ]] || usage
	touch "$dir/withdrawn/$argument"
	rewrite
	control close-share "$argument"
	;;
share)
	[[ -n $argument ]] || usage
	rm -f "$dir/withdrawn/$argument"
	rewrite
	;;
drop)
	[[ -n $argument ]] || usage
	control close-share "$argument"
	;;
*) usage ;;
esac
