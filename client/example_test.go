package client_test

import (
	"context"
	"fmt"
	"log"
	"net/url"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/config"
)

// serveLibrary serves the sample library until stop is called.
func serveLibrary() (server string, stop func()) {
	must := func(err error) {
		if err != nil {
			log.Panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "catalogizerd-example-")
	must(err)
	cfg, err := config.Load(config.LoadOptions{DataDir: dir, Listen: "127.0.0.1:0", Roots: []string{"../testdata/library"}})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	listening, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- app.Serve(ctx, cfg, zap.NewNop(), app.Options{Listening: func(addr string) { listening <- addr }})
	}()
	server = "http://" + <-listening
	c, err := client.New(server, client.Options{})
	must(err)
	for idle := false; !idle; time.Sleep(10 * time.Millisecond) { // until the library is catalogued
		s, err := c.Status(ctx)
		must(err)
		idle = s.Idle
	}
	return server, func() {
		cancel()
		must(<-ended)
		must(os.RemoveAll(dir))
	}
}

// Films without German subtitles, by title.
func ExampleClient_Items() {
	server, stop := serveLibrary()
	defer stop()

	c, err := client.New(server, client.Options{Token: os.Getenv("TOKEN")})
	if err != nil {
		log.Panic(err)
	}
	query := url.Values{"kind": {"movie"}, "not_subtitles": {"de"}, "sort": {"title"}}
	for item, err := range c.Items(context.Background(), query) {
		if err != nil {
			log.Panic(err)
		}
		fmt.Println(item.Title, item.Year, item.Media.Video[0].Height)
	}
	// Output:
	// Harbour Lights 1987 144
	// Зимний сад 2004 120
}

// The seasons of a series, and which episodes are missing.
func ExampleClient_Children() {
	server, stop := serveLibrary()
	defer stop()

	ctx := context.Background()
	c, err := client.New(server, client.Options{})
	if err != nil {
		log.Panic(err)
	}
	for series, err := range c.Works(ctx, url.Values{"kind": {"series"}}) {
		if err != nil {
			log.Panic(err)
		}
		for season, err := range c.Children(ctx, series.ID, nil) {
			if err != nil {
				log.Panic(err)
			}
			fmt.Println(series.Title, *season.Number, season.Counts.Children)
		}
	}
	// Output:
	// The Late Kettle 2021 1
	// Tidewater 0 1
	// Tidewater 1 3
}

// A copy that goes on from where it was: keep what changed and the cursor, together.
func ExampleClient_Follow() {
	server, stop := serveLibrary()
	defer stop()

	c, err := client.New(server, client.Options{})
	if err != nil {
		log.Panic(err)
	}
	copied, cursor := map[int64]string{}, "" // as read from where they are kept
	for batch, err := range c.Follow(context.Background(), client.Follow{Since: cursor, Kinds: []string{"movie"}}) {
		if err != nil {
			log.Panic(err) // trying again would change nothing
		}
		if batch.Reset != "" {
			clear(copied)
		}
		for _, ch := range batch.Changes {
			switch ch.Op {
			case client.Upsert:
				copied[ch.ID] = ch.Item.Path
			case client.Delete:
				delete(copied, ch.ID)
			}
		}
		cursor = batch.Cursor // kept with what changed
		if batch.CaughtUp {
			break // or go on for ever
		}
	}
	fmt.Println(len(copied), cursor != "")
	// Output: 3 true
}

// A copy in memory that follows for as long as its context lives.
func ExampleReplica() {
	server, stop := serveLibrary()
	defer stop()

	c, err := client.New(server, client.Options{})
	if err != nil {
		log.Panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var replica client.Replica
	ended := make(chan error, 1)
	go func() { ended <- replica.Run(ctx, c, client.Follow{Works: true}) }()
	for !replica.Whole() && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	for _, work := range replica.Works() {
		if work.Kind == "audiobook" {
			fmt.Println(work.Title)
		}
	}
	cancel()
	fmt.Println(<-ended)
	// Output:
	// The Glass Orchard
	// context canceled
}
