package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// page is a page of items and how long it took.
type page struct {
	query string
	took  time.Duration
}

func (p page) String() string { return fmt.Sprintf("%.1f ms for %s", ms(p.took), p.query) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

var orders = []string{"path", "title", "added", "modified", "size", "year", "duration", "taken", "track", "episode"}

// searches are of words that all items have, that some have and that none has, whole ones and beginnings.
var searches = []string{
	"number", "n", "collection", "collection 00012", "number 000077", "shelf 07 collection", "s 0 c 0 n 0", `"shelf 07"`,
	"flac", "moonrail", "tide", "quill lantern", "0", "zebra", "number zebra",
}

// pageTries is how often a page is asked for; the fastest counts, so that what it costs is told from what else the
// machine does.
const pageTries = 3

// walked is how many pages of 1,000 items are passed through from either end of an order: up to a million items there
// is none between them, and a page further in is found by the same key as these.
const walked = 500

// slowestPage asks for pages of the default length at the beginning, far in and at the end of each order in both
// directions, and of searches in all orders.
func (d *daemon) slowestPage(ctx context.Context) (slowest page, err error) {
	measure := func(v url.Values) error {
		p, err := d.measurePage(ctx, v)
		if p.took > slowest.took {
			slowest = p
		}
		return err
	}
	for _, order := range orders {
		first, err := d.walk(ctx, order)
		if err != nil {
			return slowest, err
		}
		last, err := d.walk(ctx, "-"+order)
		if err != nil {
			return slowest, err
		}
		for _, sort := range []string{order, "-" + order} {
			for _, at := range []string{"", first[0], first[len(first)-1], last[len(last)-1], last[0]} {
				after, err := inOrder(at, sort)
				if err != nil {
					return slowest, err
				}
				if err := measure(url.Values{"sort": {sort}, "after": {after}}); err != nil {
					return slowest, err
				}
			}
			for _, q := range searches {
				if err := measure(url.Values{"sort": {sort}, "q": {q}}); err != nil {
					return slowest, err
				}
			}
		}
	}
	for _, q := range searches {
		if err := measure(url.Values{"q": {q}}); err != nil { // by rank
			return slowest, err
		}
	}
	return slowest, nil
}

func (d *daemon) measurePage(ctx context.Context, v url.Values) (page, error) {
	p := page{query: v.Encode()}
	for range pageTries {
		start := time.Now()
		if _, err := d.get(ctx, "/api/v1/items?"+p.query); err != nil {
			return p, err
		}
		if took := time.Since(start); p.took == 0 || took < p.took {
			p.took = took
		}
	}
	return p, nil
}

// walk passes through an order in pages of the greatest length, and gives where each of the first ended.
func (d *daemon) walk(ctx context.Context, order string) (ends []string, err error) {
	v := url.Values{"sort": {order}, "limit": {"1000"}}
	for range walked {
		body, err := d.get(ctx, "/api/v1/items?"+v.Encode())
		if err != nil {
			return nil, err
		}
		var answer struct{ Next string }
		if err := json.Unmarshal(body, &answer); err != nil {
			return nil, fmt.Errorf("read a page: %w", err)
		}
		if answer.Next == "" {
			return append(ends, v.Get("after")), nil
		}
		ends = append(ends, answer.Next)
		v.Set("after", answer.Next)
	}
	return ends, nil
}

// inOrder makes of a page's end the same place in another direction.
func inOrder(end, order string) (string, error) {
	if end == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(end)
	if err != nil {
		return "", fmt.Errorf("read a page's end: %w", err)
	}
	var place map[string]json.RawMessage
	if err := json.Unmarshal(text, &place); err != nil {
		return "", fmt.Errorf("read a page's end: %w", err)
	}
	place["o"] = json.RawMessage(`"` + order + `"`)
	text, err = json.Marshal(place)
	return base64.RawURLEncoding.EncodeToString(text), err
}
