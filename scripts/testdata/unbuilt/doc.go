// Package unbuilt has a test that the compiler refuses, under a build tag.
package unbuilt
