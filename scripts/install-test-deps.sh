#!/usr/bin/env bash
# Installs what the tests use beside Go, on Debian and its relatives, and nothing that is there already:
# a C compiler for SQLite, a Samba for the share, an nginx in front, and util-linux for mounts and namespaces of a test's own.
#
# usage: scripts/install-test-deps.sh [arm64]      arm64: what its packages are built with and run under, too
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
need python3 python3-minimal # scores works
need mergerfs mergerfs # file systems whose numbers, lists or times prove less than those of a disk
need bindfs bindfs
need mount.exfat-fuse exfat-fuse
need mkfs.exfat exfatprogs
need mkfs.btrfs btrfs-progs
need nginx nginx-light # what docs/reverse-proxies.md shows
need groff groff-base # sets the manual page
need lintian lintian # judges the packages
need rpm rpm
if [[ ${1-} == arm64 ]]; then
	need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
	need qemu-aarch64-static qemu-user-static
	[[ -e /usr/aarch64-linux-gnu/include/stdlib.h ]] || missing+=(libc6-dev-arm64-cross)
fi
[[ -e /usr/include/stdlib.h ]] || missing+=(libc6-dev)

((${#missing[@]})) || exit 0
echo "installing ${missing[*]}" >&2
sudo=
((UID == 0)) || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
apt=($sudo apt-get -o DPkg::Lock::Timeout=600 -qq)
"${apt[@]}" update >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2
