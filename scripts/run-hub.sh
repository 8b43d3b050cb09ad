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
if [[ ! -v HUB_DATABASE ]]; then
	exec scripts/with-postgres.sh "$dir" "$PWD/scripts/run-hub.sh" "$binary"
fi
running=()
finish() {
	trap '' INT TERM
	kill "${running[@]}" 2>/dev/null || true
	wait "${running[@]}" || true
}
trap finish EXIT
trap 'exit 130' INT TERM

config=$dir/hub.toml
printf '[http]\nname = "hub"\n[hub]\ndatabase = "%s"\n' "$HUB_DATABASE" >"$config"
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
