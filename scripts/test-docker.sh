#!/usr/bin/env bash
# Carries out the Dockerfile without Docker: its stages in root directories of their own, its steps by chroot(1), and the
# image that comes of it as its user, with an empty system around it. Needs root; says that it skipped where it cannot.
#
# usage: scripts/test-docker.sh
set -euo pipefail
here=$(dirname "$(realpath "$0")")
cd "$here/.."

((UID == 0)) || { echo "skipped: needs root" >&2; exit 0; }
if [[ ${1-} != --inside ]]; then
	unshare --mount --propagation private true 2>/dev/null || { echo "skipped: cannot make namespaces" >&2; exit 0; }
	exec unshare --mount --propagation private --fork --pid --kill-child --mount-proc "$here/test-docker.sh" --inside
fi

work=$(mktemp -d)
daemon=
trap '[[ -z $daemon ]] || kill -KILL "$daemon" 2>/dev/null || true; umount -R -l "$work"/* 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
mkdir "$work/layers"
mount -t tmpfs layers "$work/layers"

must() { # DESCRIPTION COMMAND...
	local what=$1
	shift
	"$@" || { echo "NOT: $what"; tail -n 20 "$work/layers/log" 2>/dev/null; exit 1; }
	echo "ok: $what"
}

declare -A stage env
root= workdir=/ user=0:0 health=() entry=() cmd=() options=()

begin() { # IMAGE [as NAME]: a stage on this machine's own system, or on nothing
	root=$work/layers/${3:-image}
	mkdir -p "$root"
	[[ -z ${3-} ]] || stage[$3]=$root
	env=() workdir=/ user=0:0
	[[ $1 != scratch ]] || return 0
	mkdir "$root.upper" "$root.work"
	mount -t overlay -o "lowerdir=/,upperdir=$root.upper,workdir=$root.work" overlay "$root"
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
	rm -rf "$root/src"
	cache=$(go env GOCACHE) # or every run would compile SQLite anew
	mkdir -p "$cache" "$root/$cache"
	mount --bind "$cache" "$root/$cache"
}

list() { mapfile -t "$1" < <(grep -o '"[^"]*"' <<<"$2" | tr -d '"'); } # NAME ["a", "b"]

copy() { # [--from=STAGE] [--chown=USER] FROM... TO
	local from=. owner= to
	while [[ $1 == --* ]]; do
		case $1 in --from=*) from=${stage[${1#--from=}]} ;; --chown=*) owner=${1#--chown=} ;; esac
		shift
	done
	to=${*: -1}
	[[ $to == /* ]] || to=$workdir/$to
	mkdir -p "$root/$(dirname "$to/x")"
	while (($# > 1)); do
		if [[ -d $from/$1 ]]; then
			mkdir -p "$root/$to"
			tar -C "$from/$1" -c --exclude-from=<(sed 's|^|./|' .dockerignore) . | tar -C "$root/$to" -x
			[[ -z $owner ]] || chown -R "$owner" "$root/$to"
		else
			[[ -d $root/$to && $to != */[!/]* ]] || rmdir "$root/$to" 2>/dev/null || true
			cp "$from/$1" "$root/$to"
		fi
		shift
	done
}

step() { # INSTRUCTION REST
	case $1 in
	FROM) begin $2 ;;
	WORKDIR) workdir=$2 && mkdir -p "$root/$2" ;;
	COPY) copy $2 ;;
	ARG) env[${2%%=*}]=${2#*=} ;;
	ENV) for pair in $2; do env[${pair%%=*}]=${pair#*=}; done ;;
	RUN) within "$root" 0:0 /bin/sh -c "cd $workdir && $2" ;;
	USER) user=$2 ;;
	ENTRYPOINT) list entry "$2" ;;
	CMD) list cmd "$2" ;;
	HEALTHCHECK) list health "${2#*CMD }" ;;
	VOLUME | EXPOSE | STOPSIGNAL) ;;
	*) echo "the Dockerfile says $1, which this script does not know" >&2 && return 1 ;;
	esac
}

within() { # ROOT USER COMMAND...
	local at=$1 as=$2 name set=()
	shift 2
	for name in "${!env[@]}"; do set+=("$name=${env[$name]}"); done
	((${#options[@]})) && set+=("${options[@]}")
	[[ $as != 0:0 ]] || set+=("HOME=$HOME" "PATH=$PATH" GOTOOLCHAIN=local GOFLAGS=-mod=readonly)
	${replace-} env -i "${set[@]}" "$(command -v chroot)" --userspec="$as" "$at" "$@"
}

while read -r instruction rest; do
	[[ -z $instruction || $instruction == \#* ]] && continue
	must "$instruction ${rest:0:90}" step "$instruction" "$rest"
done <deploy/docker/Dockerfile

must "the program needs nothing beside it" bash -c '! ldd '"$root"'/usr/bin/catalogizerd 2>/dev/null | grep "=>"'
mkdir -p "$root/proc" "$root/dev" # which every container has
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp -r testdata/library/. "$root/media/"
mkdir -p "$root/run/secrets"
echo 0123456789abcdef0123456789abcdef >"$root/run/secrets/token"
refused() { ! within "$root" "$user" "${entry[@]}" "${cmd[@]}" >"$work/layers/log" 2>&1; }
must "without a token it does not start" refused
must "and says what is missing" grep -q http.token_file "$work/layers/log"
options=(CATALOGIZERD_HTTP_TOKEN_FILE=/run/secrets/token CATALOGIZERD_HTTP_LISTEN=127.0.0.1:18780)
replace=exec within "$root" "$user" "${entry[@]}" "${cmd[@]}" >"$work/layers/log" 2>&1 & # so that it is the daemon's id
daemon=$!
healthy() { within "$root" "$user" "${health[@]}" >"$work/layers/health" 2>&1; }
for _ in {1..600}; do
	healthy && grep -q ', idle' "$work/layers/health" && break
	sleep 0.2
done
must "it is healthy by its own check" healthy
must "the library is catalogued" grep -q "^$(find testdata/library -type f | wc -l) items" "$work/layers/health"
must "its catalog is in its volume" test -s "$root/data/catalog.db"
must "it is nobody else's" test "$(stat -c %u "$root/data/catalog.db")" = "${user%:*}"
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
daemon=
must "it stops as it should" test "$code" = 0
