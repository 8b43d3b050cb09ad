#!/usr/bin/env bash
# Has the release before make a catalog, this one bring it up to date and go on with it, and the one before take it back.
# Where nothing is released yet, the release before is the last commit of an older schema.
#
# usage: scripts/test-upgrade.sh BINARY [FILES]      FILES: how many the catalog has, 100000
set -euo pipefail
cd "$(dirname "$0")/.."
new=$(realpath "$1") files=${2:-100000}
work=$(mktemp -d)
daemon=
trap '[[ -z $daemon ]] || kill "$daemon" 2>/dev/null; wait; rm -rf "$work"' EXIT

say() { printf -- '--- %s (%ds)\n' "$*" "$SECONDS"; }
fail() {
	echo "NOT: $*"
	tail -n 20 "$work/log" 2>/dev/null || true
	exit 1
}

before=$(git describe --tags --abbrev=0 HEAD^ 2>/dev/null || true)
[[ -n $before ]] || before=$(git log --diff-filter=A --format=%h -1 -- internal/store/schema)^
mkdir "$work/source"
git archive "$before" | tar -x -C "$work/source"
(cd "$work/source" && go build -tags sqlite_fts5 -trimpath -o "$work/old" ./cmd/catalogizerd)
say "built $(git log -1 --format='%h of %as' "$before")"

mkdir "$work/films"
python3 - "$work/films" "$files" <<-'END'
	import os, sys
	for i in range(int(sys.argv[2])):
	    d = f"{sys.argv[1]}/Show {i // 100}/Season {i // 10 % 10 + 1:02}"
	    os.makedirs(d, exist_ok=True)
	    open(f"{d}/Show {i // 100} - S{i // 10 % 10 + 1:02}E{i % 10 + 1:02} - Title {i}.mkv", "w").close()
END
printf '[log]\nformat = "json"\n[[root]]\nname = "films"\npath = "%s"\n' "$work/films" >"$work/config"
at=(--config "$work/config" --data-dir "$work/data")
exported() { "$1" export "${at[@]}" | python3 -c 'import json, sys
for line in sys.stdin:
    item = json.loads(line)
    print(item["id"], item["path"], item["added_at"])' | sort -n; }

# Waits until a daemon says that it has nothing to do.
runs() { # BINARY
	: >"$work/log"
	"$1" serve "${at[@]}" --listen 127.0.0.1:0 2>>"$work/log" &
	daemon=$!
	python3 - "$work/log" <<-'END' || fail "$1 does not come to rest"
		import json, sys, time, urllib.request
		addr, end = None, time.time() + 1800
		while time.time() < end:
		    time.sleep(0.2)
		    for line in open(sys.argv[1]):
		        if '"serving"' in line:
		            addr = json.loads(line)["address"]
		    if addr and json.load(urllib.request.urlopen(f"http://{addr}/api/v1/status"))["idle"]:
		        sys.exit(0)
		sys.exit(1)
	END
}
stops() {
	kill "$daemon"
	wait "$daemon" || fail "a daemon does not stop well"
	daemon=
}

"$work/old" scan "${at[@]}" --json >/dev/null 2>>"$work/log" || fail "the release before does not scan"
exported "$work/old" >"$work/before"
[[ $(wc -l <"$work/before") == "$files" ]] || fail "the release before has $(wc -l <"$work/before") items"
say "the release before has $files items"

runs "$new"
say "this one has brought them up to date, and is idle"
stops
exported "$new" >"$work/after"
cmp "$work/before" "$work/after" || fail "ids, paths or times are not as before"
copy=$(compgen -G "$work/data/catalog.db.schema-*") || fail "no copy was made before"
say "every id, path and time is as before, and a copy is kept: $(basename "$copy"), $(stat -c %s "$copy") bytes"

timeout 60 "$work/old" serve "${at[@]}" --listen 127.0.0.1:0 2>"$work/log" &&
	fail "the release before takes a catalog that it does not know"
grep -q 'newer version' "$work/log" || fail "and does not say why"
"$work/old" restore "${at[@]}" "$copy" >/dev/null 2>>"$work/log" || fail "the release before does not restore the copy"
exported "$work/old" >"$work/back"
cmp "$work/before" "$work/back" || fail "what the release before has back is not what it had"
runs "$work/old"
stops
say "the release before has its catalog back"
HUB_OLD_DAEMON=$work/old go test -count=1 -tags sqlite_fts5 \
	-run '^TestADaemonOfAnEarlierVersionIsASource$' ./internal/hub ||
	fail "a hub of this release does not follow a daemon of the one before, or its upgrade"
say "a hub of this release follows a daemon of the one before, through its upgrade"
echo "passed: an upgrade of $files items, and back"
