// Package generated is what oapi-codegen makes of the daemon's openapi.yaml: a type for every schema, a method for every
// operation. It is there to prove that the document generates, and for programs that want every operation as it is; the
// package client is shorter to use, and follows the live feed. typescript has the same for TypeScript.
//
// `make generate` makes all of it anew; what it was made of and what came of it is in SHA256SUMS.
package generated
