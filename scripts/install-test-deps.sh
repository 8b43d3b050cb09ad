#!/usr/bin/env bash
# Installs what the tests use beside Go, on Debian and its relatives, and nothing that is there already:
# a C compiler for SQLite, a Samba for the share, an nginx in front, a PostgreSQL for the hub, and util-linux for mounts
# and namespaces of a test's own.
#
# usage: scripts/install-test-deps.sh [arm64|page|clients]
#   arm64   what its packages are built with and run under, too
#   clients npm, and what client/generated/typescript/package-lock.json has: makes and compiles the clients for TypeScript, too
#   page    a browser and what drives it, too: Debian's Chromium, and two modules of npm as test/page/package-lock.json has them
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

missing=()
need() { # COMMAND PACKAGE
	command -v "$1" >/dev/null || missing+=("$2")
}
need gcc gcc
need make make
need smbd samba
need smbclient smbclient
need unshare util-linux
need mkfs.ext4 e2fsprogs
need ip iproute2
need git git # says what ignore files mean
python3 -c 'import sqlite3, urllib.request' 2>/dev/null || missing+=(python3) # scores works, and runs what docs/clients.md shows
need node nodejs # likewise
need curl curl   # likewise
need jq jq       # likewise
need mergerfs mergerfs # file systems whose numbers, lists or times prove less than those of a disk
need bindfs bindfs
need mount.exfat-fuse exfat-fuse
need mkfs.exfat exfatprogs
need mkfs.btrfs btrfs-progs
need promtool prometheus # tries deploy/prometheus
need nginx nginx-light # what docs/reverse-proxies.md shows
need mpd mpd # is told of changes
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql # keeps what a hub has of its sources
need groff groff-base # sets the manual page
need zsh zsh # complete the command line
need fish fish
need lintian lintian # judges the packages
need rpm rpm
if [[ ${1-} == arm64 ]]; then
	need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
	need qemu-aarch64-static qemu-user-static
	[[ -e /usr/aarch64-linux-gnu/include/stdlib.h ]] || missing+=(libc6-dev-arm64-cross)
fi
if [[ ${1-} == clients ]]; then
	need npm npm
fi
if [[ ${1-} == page ]]; then
	need chromium chromium
	need npm npm
	[[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]] || missing+=(fonts-noto-cjk) # titles in any script
fi
[[ -e /usr/include/stdlib.h ]] || missing+=(libc6-dev)

install_packages() {
	echo "installing ${missing[*]}" >&2
	local sudo=
	((UID == 0)) || sudo=sudo
	export DEBIAN_FRONTEND=noninteractive
	local apt=($sudo apt-get -o DPkg::Lock::Timeout=600 -qq)
	"${apt[@]}" update >&2
	"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2
}
((${#missing[@]} == 0)) || install_packages

# npm fetches the modules that the lock file names by their hashes; none of them runs anything then, or fetches a browser.
modules() {
	cd "$(dirname "$0")/../$1"
	cmp -s package-lock.json node_modules/.locked || {
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
		cp package-lock.json node_modules/.locked
	}
}
case ${1-} in
page) modules test/page ;;
clients) modules client/generated/typescript ;;
esac
