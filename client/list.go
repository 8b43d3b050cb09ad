package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
)

// Page is one page of a list.
type Page[T any] struct {
	Entries []T
	Next    string // the after of the following page; empty on the last one
	AsOf    string // of the first page: the cursor to follow from, to have every change since
}

// Items lists the items that pass the filters of /items in query, all pages of them. It may carry sort, include and
// limit, which is how long a page is at most (1,000 where it is not said). The loop ends after an error.
func (c *Client) Items(ctx context.Context, query url.Values) iter.Seq2[Item, error] {
	return entries[Item](ctx, c, "items", "items", query)
}

// Works lists the works that pass the filters of /works in query, without members unless include=items is in it.
func (c *Client) Works(ctx context.Context, query url.Values) iter.Seq2[Work, error] {
	return entries[Work](ctx, c, "works", "works", query)
}

// Children lists the works below one: seasons of a series, albums of an artist, by number.
func (c *Client) Children(ctx context.Context, id int64, query url.Values) iter.Seq2[Work, error] {
	return entries[Work](ctx, c, number("works", id)+"/children", "works", query)
}

// Members lists the items of a work in playing order; role=main in query leaves out what only goes with it.
func (c *Client) Members(ctx context.Context, id int64, query url.Values) iter.Seq2[Item, error] {
	return entries[Item](ctx, c, number("works", id)+"/items", "items", query)
}

// ItemsPage gives one page of items, for those who turn pages themselves. It may hold fewer than limit, even none,
// while Next is not empty; "after" in query is the Next of the page before.
func (c *Client) ItemsPage(ctx context.Context, query url.Values) (Page[Item], error) {
	return page[Item](ctx, c, "items", "items", query)
}

// WorksPage gives one page of works, likewise.
func (c *Client) WorksPage(ctx context.Context, query url.Values) (Page[Work], error) {
	return page[Work](ctx, c, "works", "works", query)
}

const longest = "1000" // entries of a page

func entries[T any](ctx context.Context, c *Client, path, key string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if !query.Has("limit") {
			query = with(query, "limit", longest)
		}
		for {
			p, err := page[T](ctx, c, path, key, query)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, entry := range p.Entries {
				if !yield(entry, nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			query = with(query, "after", p.Next)
		}
	}
}

func page[T any](ctx context.Context, c *Client, path, key string, query url.Values) (p Page[T], err error) {
	var members map[string]json.RawMessage
	if err := c.Get(ctx, path, query, &members); err != nil {
		return p, err
	}
	var next *string
	for name, into := range map[string]any{key: &p.Entries, "next": &next, "as_of": &p.AsOf} {
		if err := json.Unmarshal(members[name], into); err != nil {
			return p, fmt.Errorf("read %q of a page of %s: %w", name, path, err)
		}
	}
	if next != nil {
		p.Next = *next
	}
	return p, nil
}
