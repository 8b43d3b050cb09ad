// Package filter is the one language in which items and works are asked for: names, values and ranges, and how they are
// compared. It reads nothing: who asks gives it the facts of one item or work, as far as the filters need them.
package filter
