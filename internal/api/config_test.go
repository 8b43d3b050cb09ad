package api_test

import (
	"net/http"
	"testing"
)

func TestTheConfigurationInForceIsShown(t *testing.T) {
	d := start(t, nil, "[thumbnails]\ncache_size = \"64MiB\"\n")
	var c struct {
		Watcher    struct{ Debounce string }
		Thumbnails struct {
			CacheSize string `json:"cache_size"`
		}
		Root []struct{ Name, Path string }
	}
	d.get("/api/v1/config").is(http.StatusOK).into(&c)
	if c.Watcher.Debounce != "100ms" || c.Thumbnails.CacheSize != "64MiB" || len(c.Root) != 1 || c.Root[0].Name != "media" || c.Root[0].Path != d.root {
		t.Errorf("%+v", c)
	}
}
