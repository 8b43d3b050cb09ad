#!/usr/bin/env bash
# Three daemons on parts of the sample library, a PostgreSQL, and a hub of them on 127.0.0.1:8790 with its page. What
# they keep lies in .run/hub; Ctrl-C ends all of them.
#
# usage: scripts/run-hub.sh BINARY
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "$1")
listen=${LISTEN:-127.0.0.1:8790}
dir=$PWD/.run/hub
mkdir -p "$dir"
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/install-test-deps.sh
bin=$(dirname "$(ls -v /usr/lib/postgresql/*/bin/initdb | tail -1)")

# A server does not run as root, and its socket's path is to be short.
sockets=$(mktemp -d /tmp/hub.XXXXXX)
as=()
if ((UID == 0)); then
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	mkdir -p /var/tmp/catalogizerd-hub
	data=/var/tmp/catalogizerd-hub/data
	chown postgres:postgres /var/tmp/catalogizerd-hub "$sockets"
else
	data=$dir/postgresql
fi
running=()
finish() {
	trap '' INT TERM
	kill "${running[@]}" 2>/dev/null || true
	wait "${running[@]}" || true
	[[ ! -v server ]] || { kill -INT "$server" 2>/dev/null || true; wait "$server" || true; }
	rm -rf "$sockets"
}
trap finish EXIT
trap 'exit 130' INT TERM

cd "$sockets" # where everybody may be
"${as[@]}" test -e "$data/PG_VERSION" ||
	"${as[@]}" "$bin/initdb" --auth=trust --username=hub --encoding=UTF8 --locale=C --pgdata="$data" >/dev/null
"${as[@]}" "$bin/postgres" -D "$data" -c listen_addresses= -c "unix_socket_directories=$sockets" 2>"$dir/postgresql.log" &
server=$!
until "$bin/pg_isready" -q -h "$sockets" -U hub; do
	kill -0 "$server" || { tail "$dir/postgresql.log" >&2; exit 1; }
	sleep 0.1
done
"$bin/psql" -h "$sockets" -U hub -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = 'hub'" | grep -q . ||
	"$bin/createdb" -h "$sockets" -U hub hub
cd - >/dev/null

config=$dir/hub.toml
printf '[http]\nname = "hub"\n[hub]\ndatabase = "postgres://hub@/hub?host=%s"\n' "$sockets" >"$config"
port=8791
declare -A library=([attic]="Films Series" [cellar]="Music Audiobooks Photos" [shed]="Books Comics")
for name in attic cellar shed; do
	roots=()
	for part in ${library[$name]}; do roots+=("testdata/library/$part"); done
	"$binary" serve --data-dir "$dir/$name" --listen "127.0.0.1:$port" "${roots[@]}" 2>"$dir/$name.log" &
	running+=($!)
	printf '[[source]]\nname = "%s"\nurl = "http://127.0.0.1:%s"\n' "$name" "$port" >>"$config"
	((port++))
done
"$binary" hub --config "$config" --data-dir "$dir/data" --listen "$listen" &
running+=($!)
echo "the hub's page is http://$listen; its sources listen on 8791 to 8793, and log to $dir" >&2
wait "${running[-1]}"
