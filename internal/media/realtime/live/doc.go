// Package live tells WebSocket clients of every change of the catalog: docs and asyncapi.yaml have the protocol.
//
// A Server serves connections; each has a Subscription, which reads the feed at its client's own pace, from the
// Ring, where the last stretches lie ready for everybody, or from the store. A client that does not read costs
// little and is disconnected (slow_client.go); it may resume where it was.
//
// What clients send is foreign: a panic ends its connection only, with its stack in the log, and how often a line is
// written is not up to them.
package live
