package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShareURLs(t *testing.T) {
	for url, c := range map[string]struct {
		want Share
		text string
	}{
		"smb://nas/video":                          {Share{Host: "nas", Port: 445, Share: "video"}, "smb://nas/video"},
		"SMB://NAS.lan:445/Video/":                 {Share{Host: "nas.lan", Port: 445, Share: "Video"}, "smb://nas.lan/Video"},
		"smb://media@10.0.0.2:1445/video//attic/.": {Share{User: "media", Host: "10.0.0.2", Port: 1445, Share: "video", Path: "attic"}, "smb://media@10.0.0.2:1445/video/attic"},
		"smb://WORK;media@[fe80::1]/v":             {Share{Domain: "WORK", User: "media", Host: "fe80::1", Port: 445, Share: "v"}, "smb://WORK;media@[fe80::1]/v"},
		"smb://[FE80::1%25enP3]:1445/v":            {Share{Host: "fe80::1%enP3", Port: 1445, Share: "v"}, "smb://[fe80::1%25enP3]:1445/v"},
		"smb://[fe80::1%eth0]/v":                   {Share{Host: "fe80::1%eth0", Port: 445, Share: "v"}, "smb://[fe80::1%25eth0]/v"},
		"smb://[::1]:1445/v":                       {Share{Host: "::1", Port: 1445, Share: "v"}, "smb://[::1]:1445/v"},
		"smb://u%40home.lan@nas/My Films/%25 a#":   {},
		"smb://u%40home.lan@nas/My Films/%25 a%23": {Share{User: "u@home.lan", Host: "nas", Port: 445, Share: "My Films", Path: "% a#"}, "smb://u%40home.lan@nas/My%20Films/%25%20a%23"},
		"smb://u%3Asecret@nas/v":                   {},
		"smb://nas/video/a@b:c":                    {Share{Host: "nas", Port: 445, Share: "video", Path: "a@b:c"}, "smb://nas/video/a@b:c"},
	} {
		got, err := ParseShare(url)
		if (err == nil) != (c.text != "") {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", url, diff)
		}
		if err != nil {
			continue
		}
		if got.String() != c.text {
			t.Errorf("%s is written as %s, want %s", url, got, c.text)
		}
		if again, err := ParseShare(got.String()); err != nil || again != got {
			t.Errorf("%s does not come back from %s: %v, %v", url, got, again, err)
		}
	}
}

// What parses comes back the same from what String writes.
func FuzzParseShare(f *testing.F) {
	for _, s := range []string{"smb://nas/video", "smb://W;u@[::1]:1/a/b%20c", "smb://u:p@h/s", "smb://h/%2e%2e/x", "smb://h/a%2Fb", "smb://[fe80::1%25e]/s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseShare(text)
		if err != nil {
			return
		}
		again, err := ParseShare(s.String())
		if err != nil || again != s {
			t.Errorf("%q: %+v is written as %s, which is %+v (%v)", text, s, s, again, err)
		}
	})
}
