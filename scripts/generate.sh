#!/usr/bin/env bash
# Makes the clients that are generated from openapi.yaml anew: client/generated, for Go and for TypeScript.
#
# usage: scripts/generate.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-test-deps.sh clients
GOTOOLCHAIN=local go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 \
	-config client/generated/oapi-codegen.yaml internal/api/openapi.yaml
typescript=client/generated/typescript
"$typescript/node_modules/.bin/openapi-typescript" internal/api/openapi.yaml -o "$typescript/catalogizerd.d.ts" >&2
sha256sum scripts/generate.sh internal/api/openapi.yaml client/generated/{oapi-codegen.yaml,catalogizerd.gen.go} \
	"$typescript"/{package-lock.json,catalogizerd.d.ts} >client/generated/SHA256SUMS
