package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestTheConfigurationInForceHasEveryKeyAsAFileWouldSayIt(t *testing.T) {
	c := load(t, LoadOptions{File: write(t, `
[http]
allowed_hosts = ["nas.lan"]
[watcher]
debounce = "250ms"
[thumbnails]
cache_size = "2GiB"
[[root]]
name = "films"
path = "/srv/films"
max_removals = 0.25
`)})
	b, err := json.Marshal(c.InForce())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	at := func(path string) (v any) {
		v = got
		for name := range strings.SplitSeq(path, ".") {
			table, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = table[name]
		}
		return v
	}
	for _, k := range daemonKeys() {
		if at(k.name) == nil {
			t.Errorf("%s has no value", k.name)
		}
	}
	for path, want := range map[string]any{
		"http.allowed_hosts": []any{"nas.lan"}, "watcher.debounce": "250ms", "thumbnails.cache_size": "2GiB", "http.listen": "127.0.0.1:8780",
	} {
		if v := at(path); !reflect.DeepEqual(v, want) {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	root := got["root"].([]any)[0].(map[string]any)
	for _, k := range rootKeys() {
		if root[k.name] == nil {
			t.Errorf("a root's %s has no value", k.name)
		}
	}
	if root["name"] != "films" || root["max_removals"] != 0.25 {
		t.Errorf("the root is %v", root)
	}
}
