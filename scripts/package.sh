#!/usr/bin/env bash
# Builds the packages: .deb and .rpm for amd64 and arm64, with a list of what is linked in (SBOM) and checksums. The same
# commit and version give the same bytes on every machine with the same compilers.
#
# usage: scripts/package.sh VERSION DIRECTORY [ARCHITECTURE...]      VERSION: 1.2.3 or 1.2.3-rc.1; amd64 arm64
set -euo pipefail
(($# >= 2)) || { sed -n '/^# usage/s/^# //p' "$0" >&2; exit 2; }
version=$1 out=$(realpath -m "$2")
shift 2
(($#)) || set -- amd64 arm64
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+].+)?$ ]] || { echo "$version is no version such as 1.2.3 or 1.2.3-rc.1" >&2; exit 2; }
cd "$(dirname "$0")/.."

nfpm_version=v2.45.0
sbom_version=v1.9.0
tools=${XDG_CACHE_HOME:-$HOME/.cache}/catalogizerd/tools
export CGO_ENABLED=1 GOTOOLCHAIN=local
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

tool() { # DIRECTORY MODULE@VERSION
	[[ -n $(ls "$tools/$1" 2>/dev/null) ]] && return
	echo "building $2" >&2
	mkdir -p "$tools/$1"
	(cd / && GOBIN=$tools/$1 GOFLAGS='' CGO_ENABLED=0 go install "$2")
}
tool "nfpm-$nfpm_version" "github.com/goreleaser/nfpm/v2/cmd/nfpm@$nfpm_version"
tool "cyclonedx-$sbom_version" "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$sbom_version"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# --- what is the same for all architectures ------------------------------------------------------------

export VERSION=$version LIBC=2.34
deb_version=${version/-/\~}
maintainer='The catalogizerd authors <catalogizerd@users.noreply.github.com>'
cp deploy/systemd/{catalogizerd.{service,sysusers,tmpfiles},strict.conf} deploy/prometheus/catalogizerd.rules.yml "$work/"
cp configs/catalogizerd.toml README.md "$work/"
cp deploy/package/* "$work/"
[[ -z ${CONFIG_NOTE-} ]] || echo "$CONFIG_NOTE" >>"$work/catalogizerd.toml" # a test's: another default configuration
sed -i "s/@VERSION@/$deb_version/" "$work/preinst"
gzip -9nc docs/catalogizerd.1 >"$work/catalogizerd.1.gz"

for shell in bash zsh fish; do
	go run -tags sqlite_fts5 ./cmd/catalogizerd completion "$shell" >"$work/completion.$shell"
done

# The section of this version, or what is not released yet, as Debian writes it.
{
	printf 'catalogizerd (%s) unstable; urgency=medium\n\n' "$deb_version"
	awk -v version="$version" '
		/^## / { heading = $2; found = found || heading == version }
		heading == version || heading == "Unreleased" {
			if (/^- /) text[heading, ++n[heading]] = substr($0, 3)
			if (/^  [^ ]/ && n[heading]) text[heading, n[heading]] = text[heading, n[heading]] substr($0, 2)
		}
		END {
			of = found ? version : "Unreleased"
			if (!n[of]) { print "CHANGELOG.md says nothing of " version > "/dev/stderr"; exit 1 }
			for (i = 1; i <= n[of]; i++) {
				line = "  *"
				words = split(text[of, i], word, " ")
				for (w = 1; w <= words; w++) {
					if (length(line) + 1 + length(word[w]) > 80) { print line; line = "   " }
					line = line " " word[w]
				}
				print line
			}
		}' CHANGELOG.md
	printf '\n -- %s  %s\n' "$maintainer" "$(date -uR -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$work/changelog.gz"

{
	printf 'Source: https://github.com/catalogizer/catalogizerd\nThe licences of what is linked in are in licenses.gz beside this file.\n\n'
	cat LICENSE
} >"$work/copyright"
{
	go list -tags sqlite_fts5 -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/catalogizerd | sort -u |
		while read -r path version dir; do
			printf '==== %s %s ====\n\n' "$path" "$version"
			find "$dir" -maxdepth 1 -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' \) | LC_ALL=C sort | xargs -r -d '\n' cat
			printf '\n\n'
		done
	printf '==== Go %s ====\n\n' "$(go env GOVERSION)"
	cat "$(go env GOROOT)/LICENSE"
} | gzip -9n >"$work/licenses.gz"

# --- for each architecture ------------------------------------------------------------------------------

compiler() {
	[[ $1 == "$(go env GOHOSTARCH)" ]] && echo gcc && return
	case $1 in
	amd64) echo x86_64-linux-gnu-gcc ;;
	arm64) echo aarch64-linux-gnu-gcc ;;
	*) echo "no compiler is known for $1" >&2 && return 1 ;;
	esac
}

for arch; do
	cc=$(compiler "$arch")
	command -v "$cc" >/dev/null || { echo "$cc is missing: run scripts/install-test-deps.sh" >&2; exit 1; }
	ldflags="-s -w -buildid= -X main.version=$version -X main.commit=$(git rev-parse HEAD)"
	GOARCH=$arch CC=$cc go build -tags sqlite_fts5 -trimpath -buildvcs=false -ldflags "$ldflags" -o "$work/catalogizerd" ./cmd/catalogizerd
	for packager in deb rpm; do
		(cd "$work" && ARCH=$arch "$tools/nfpm-$nfpm_version/nfpm" package --config nfpm.yaml --packager "$packager" --target "$out/")
	done
done

"$tools/cyclonedx-$sbom_version/cyclonedx-gomod" bin -json -noserial -version "v$version" \
	-output "$out/catalogizerd-$version.cdx.json" "$work/catalogizerd" 2>"$work/sbom.log" || { cat "$work/sbom.log" >&2; exit 1; }
# The time of the commit, not of the build.
sed -i "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)\"/" "$out/catalogizerd-$version.cdx.json"
(cd "$out" && sha256sum -- *.deb *.rpm *.cdx.json >SHA256SUMS)
ls -l "$out"
