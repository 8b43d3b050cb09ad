# What tests under systemd share: sourced by their scripts.
# shellcheck shell=bash

say() { echo "--- $*"; }

must() { # DESCRIPTION COMMAND...
	local what=$1
	shift
	if "$@"; then
		say "ok: $what"
	else
		say "NOT: $what"
		systemctl status --no-pager --lines=30 catalogizerd 2>/dev/null || true
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

status_says() { [[ $(property StatusText) == *"$1"* ]]; }
restarted() { [[ $(property NRestarts) -ge $1 && $(property ActiveState) == active ]]; }
given_up() { [[ $(property ActiveState) == failed ]] && logged 'Start request repeated too quickly'; }
# Not grep -q: it leaves at the first match, and who is still writing to it fails.
logged() { journalctl --sync && journalctl -b -u catalogizerd -o cat | grep "$1" >/dev/null; }
answers() { get "$1" "${2:-}" 2>/dev/null | grep "$3" >/dev/null; }
idle() { answers /api/v1/status "$token" '"idle":\s*true'; }
