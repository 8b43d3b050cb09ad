#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which ends with it; HUB_DATABASE names an empty or kept database there.
#
# usage: scripts/with-postgres.sh DIR COMMAND [ARG...]   what the server keeps lies in DIR
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
dir=$(realpath "$1")
shift
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/install-test-deps.sh >&2
bin=$(dirname "$(ls -v /usr/lib/postgresql/*/bin/initdb | tail -1)")

# A server does not run as root, has to be able to enter its directory, and its socket's path is to be short.
sockets=$(mktemp -d /tmp/hub.XXXXXX)
as=()
data=$dir/postgresql
if ((UID == 0)); then
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	data=/var/tmp/catalogizerd-hub/$(echo -n "$dir" | md5sum | cut -c1-12)
	mkdir -p "$data"
	chown postgres:postgres "$data" "$sockets"
	chmod 700 "$data"
fi
finish() {
	trap '' INT TERM
	[[ ! -v server ]] || { kill -INT "$server" 2>/dev/null || true; wait "$server" || true; }
	rm -rf "$sockets"
}
trap finish EXIT
trap 'exit 130' INT TERM

here=$PWD
cd "$sockets" # where everybody may be
"${as[@]}" test -e "$data/PG_VERSION" ||
	"${as[@]}" "$bin/initdb" --auth=trust --username=hub --encoding=UTF8 --locale=C --pgdata="$data" >/dev/null
"${as[@]}" "$bin/postgres" -D "$data" -c listen_addresses= -c "unix_socket_directories=$sockets" \
	2>"$dir/postgresql.log" &
server=$!
until "$bin/pg_isready" -q -h "$sockets" -U hub; do
	kill -0 "$server" 2>/dev/null || { tail "$dir/postgresql.log" >&2; exit 1; }
	sleep 0.1
done
"$bin/psql" -h "$sockets" -U hub -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = 'hub'" | grep -q . ||
	"$bin/createdb" -h "$sockets" -U hub hub
cd "$here"
HUB_DATABASE="postgres://hub@/hub?host=$sockets" "$@" &
running=$!
trap 'kill "$running" 2>/dev/null || true; wait "$running" || true; exit 130' INT TERM
wait "$running"
