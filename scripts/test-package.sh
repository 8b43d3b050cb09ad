#!/usr/bin/env bash
# Builds the packages and lives with the Debian one under a real systemd: install, first start, upgrade, a downgrade that
# is refused, removal, purge. Of another architecture the program is run under emulation, and all are built twice, which
# must give the same bytes.
#
# usage: scripts/test-package.sh [ARCHITECTURE...]      beside this machine's own, such as arm64
set -euo pipefail
here=$(dirname "$(realpath "$0")")

outside() {
	local own arch
	own=$(go env GOARCH)
	exchange=$(mktemp -d)
	trap 'rm -rf "$exchange"' EXIT
	"$here/package.sh" 1.0.0 "$exchange/first" "$own" "$@" >/dev/null
	if (($#)); then
		"$here/package.sh" 1.0.0 "$exchange/again" "$own" "$@" >/dev/null
		must "the same commit gives the same bytes" diff "$exchange"/{first,again}/SHA256SUMS
		rm -r "$exchange/again"
	fi
	must "lintian finds no error" lintian --allow-root --fail-on error "$exchange"/first/*.deb
	for arch in "$exchange"/first/*.rpm; do
		must "the unit is in ${arch##*/}" contains /usr/lib/systemd/system/catalogizerd.service rpm -qlp "$arch"
	done
	must "what is linked in is listed" grep -q mattn/go-sqlite3 "$exchange/first/catalogizerd-1.0.0.cdx.json"
	for arch; do
		emulated "$arch"
	done

	# An upgrade whose configuration differs too, so that dpkg has to choose between it and the admin's.
	CONFIG_NOTE='# of the next release' "$here/package.sh" 1.1.0 "$exchange/second" "$own" >/dev/null
	cp -r "$here/../testdata/library" "$exchange/library"
	cp "$here/lib-systemd.sh" "$exchange/"
	cp "$here/test-package.sh" "$exchange/test-package"
	"$here/in-systemd.sh" "$exchange" test-package
}

contains() { # LINE COMMAND...
	local line=$1
	shift
	"$@" | grep -x "$line" >/dev/null
}

# emulated runs the program of another architecture, as its package has it.
emulated() { # ARCHITECTURE
	local root=$exchange/$1 machine
	case $1 in arm64) machine=aarch64 ;; *) machine=$1 ;; esac
	dpkg-deb -x "$exchange"/first/catalogizerd_*_"$1".deb "$root"
	local run=("qemu-$machine-static" -L "/usr/$machine-linux-gnu" "$root/usr/bin/catalogizerd")
	must "on $1 it says its version" contains 'catalogizerd 1.0.0.*' "${run[@]}" version
	must "on $1 it catalogues a library" "${run[@]}" scan --data-dir "$exchange/data-$1" "$here/../testdata/library" >/dev/null
	must "and all of it" test "$("${run[@]}" export --data-dir "$exchange/data-$1" | wc -l)" = "$(find "$here/../testdata/library" -type f | wc -l)"
	rm -rf "$root" "$exchange/data-$1"
}

running() { [[ $(property ActiveState) == active ]]; }
catalogued() { answers /api/v1/status "" '"idle":\s*true'; }
# What of the catalog must live over an upgrade: ids and paths.
catalog() { get '/api/v1/items?limit=1000' | grep -o '"id":[0-9]*,"root":"[^"]*","path":"[^"]*"'; }
nothing_left() {
	[[ ! -e /etc/catalogizerd && ! -e /var/lib/catalogizerd && ! -e /usr/bin/catalogizerd ]] &&
		! getent passwd catalogizerd && ! getent group catalogizerd &&
		[[ -z $(find /etc /usr/lib/systemd /usr/lib/sysusers.d /usr/lib/tmpfiles.d -name '*catalogizerd*' ! -path '/etc/systemd/system/in-systemd*') ]]
}

inside() {
	export DEBIAN_FRONTEND=noninteractive
	local pid before file
	mkdir -p /srv/media
	cp -r library/. /srv/media/

	must "it installs" dpkg -i first/*"_$(dpkg --print-architecture).deb"
	must "and starts nothing" bash -c '! systemctl is-active --quiet catalogizerd && ! systemctl is-enabled --quiet catalogizerd'
	must "its manual is there" test -e /usr/share/man/man1/catalogizerd.1.gz
	for file in bash-completion/completions/catalogizerd zsh/vendor-completions/_catalogizerd fish/vendor_completions.d/catalogizerd.fish; do
		must "a shell completes its commands by $file" grep -q accept "/usr/share/$file"
	done
	printf '# ours\n[[root]]\nname = "media"\npath = "/srv/media"\n' >/etc/catalogizerd/catalogizerd.toml
	must "it starts, for good" systemctl enable --now catalogizerd
	must "the library is catalogued" within 120 catalogued
	before=$(catalog)
	must "all of it" test "$(wc -l <<<"$before")" = "$(find /srv/media -type f | wc -l)"

	pid=$(property MainPID)
	must "it is upgraded" dpkg -i --force-confold second/*.deb
	must "and runs again, as the new release" test "$(catalogizerd version | head -n 1 | cut -d ' ' -f 2)" = 1.1.0
	must "anew" within 120 running
	must "not as the process of before" test "$(property MainPID)" != "$pid"
	must "with its catalog" within 120 catalogued
	must "of the same ids" test "$(catalog)" = "$before"
	must "the admin's configuration is kept" grep -qx '# ours' /etc/catalogizerd/catalogizerd.toml

	must "a downgrade is refused" bash -c '! dpkg -i first/*.deb 2>refusal'
	must "with the mend" grep -q 'catalogizerd restore' refusal
	must "and changes nothing" test "$(catalogizerd version | head -n 1 | cut -d ' ' -f 2)" = 1.1.0
	must "it goes on" catalogued

	install -D -m 644 /dev/null /etc/systemd/system/catalogizerd.service.d/setup.conf # as `catalogizerd setup` does
	must "it is removed" dpkg -r catalogizerd
	must "and stopped" bash -c '! systemctl is-active --quiet catalogizerd'
	must "but its catalog is kept" test -e /var/lib/catalogizerd/catalog.db
	must "and its configuration" test -e /etc/catalogizerd/catalogizerd.toml
	must "it is purged" dpkg -P catalogizerd
	must "and nothing is left" nothing_left
	must "but the library" test "$(find /srv/media -type f | wc -l)" = "$(find library -type f | wc -l)"
}

if [[ $PWD == /run/exchange ]]; then # under systemd
	source ./lib-systemd.sh
	inside
else
	source "$here/lib-systemd.sh"
	cd "$here/.."
	outside "$@"
fi
