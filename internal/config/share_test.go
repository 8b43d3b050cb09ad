package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShareURLs(t *testing.T) {
	for url, want := range map[string]Share{
		"smb://nas/video":                          {Host: "nas", Port: 445, Share: "video"},
		"SMB://NAS.lan:445/Video/":                 {Host: "nas.lan", Port: 445, Share: "Video"},
		"smb://media@10.0.0.2:1445/video//attic/.": {User: "media", Host: "10.0.0.2", Port: 1445, Share: "video", Path: "attic"},
		"smb://WORK;media@[fe80::1]/v":             {Domain: "WORK", User: "media", Host: "fe80::1", Port: 445, Share: "v"},
		"smb://[FE80::1%25enP3]:1445/v":            {Host: "fe80::1%enP3", Port: 1445, Share: "v"},
		"smb://[fe80::1%eth0]/v":                   {Host: "fe80::1%eth0", Port: 445, Share: "v"},
		"smb://[::1]:1445/v":                       {Host: "::1", Port: 1445, Share: "v"},
		"smb://u%40home.lan@nas/My Films/%25 a#":   {},
		"smb://u%40home.lan@nas/My Films/%25 a%23": {User: "u@home.lan", Host: "nas", Port: 445, Share: "My Films", Path: "% a#"},
		"smb://u%3Asecret@nas/v":                   {},
		"smb://nas/video/a@b:c":                    {Host: "nas", Port: 445, Share: "video", Path: "a@b:c"},
	} {
		got, err := ParseShare(url)
		if (err == nil) != (want.Host != "") {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", url, diff)
		}
	}
}

// What parses names a host and a share, and leads to no other directory than it says.
func FuzzParseShare(f *testing.F) {
	for _, s := range []string{"smb://nas/video", "smb://W;u@[::1]:1/a/b%20c", "smb://u:p@h/s", "smb://h/%2e%2e/x", "smb://h/a%2Fb", "smb://[fe80::1%25e]/s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseShare(text)
		if err != nil {
			return
		}
		parts := strings.Split(s.Share+"/"+s.Path, "/")
		if s.Host == "" || s.Share == "" || s.Port < 1 || slices.Contains(parts, "..") || strings.ContainsAny(s.Path, "\x00\\") {
			t.Errorf("%q is taken for %+v, want a host, a port, a share and a path below it", text, s)
		}
	})
}
