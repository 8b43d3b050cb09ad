package setup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/configs"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/setup"
)

var open = map[string]string{"listen": "0.0.0.0:8780", "token_file": "/etc/c/token"}

// What is edited is the configuration that was asked for, whatever stood there before.
func TestAnEditedConfigurationSaysWhatWasAskedFor(t *testing.T) {
	roots := []setup.Root{
		{Name: "films", Path: `/srv/a "quoted" \ path` + "\t東京"},
		{Name: "attic", URL: "smb://me@nas.lan/video", PasswordFile: "/etc/c/attic.password"},
	}
	for name, before := range map[string]string{
		"nothing": "", "the example": string(configs.Example),
		"a table without the keys": "[http]\nname = \"nas\"\n[log]\nlevel = \"warn\"\n",
		"other values":             "[http]\nlisten = \"127.0.0.1:1\" # ours\ntoken_file = \"/old\"\n",
		"no table of HTTP":         "shutdown_timeout = \"9s\"\n[log]\nlevel = \"warn\"\n[[root]]\nname = \"old\"\npath = \"/old\"",
		"a table that looks alike": "[https]\n", // refused before and after
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "c.toml")
			text := setup.Edit([]byte(before), roots, open)
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(config.LoadOptions{File: file, Env: []string{"HOME=/home/test"}})
			if strings.Contains(before, "[https]") {
				if err == nil || !strings.Contains(err.Error(), "https") {
					t.Errorf("%v, want that there is no such table", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if cfg.HTTP.Listen != open["listen"] || cfg.HTTP.TokenFile != open["token_file"] {
				t.Errorf("%+v, want %v", cfg.HTTP, open)
			}
			var got []setup.Root
			for _, r := range cfg.Roots {
				if r.Name != "old" {
					got = append(got, setup.Root{Name: r.Name, Path: r.Path, URL: r.URL, PasswordFile: r.PasswordFile})
				}
			}
			if diff := cmp.Diff(roots, got); diff != "" {
				t.Error(diff)
			}
			for line := range strings.Lines(before) { // nothing that was said is lost, but what was set
				if key, _, _ := strings.Cut(strings.TrimLeft(line, "#"), " "); open[key] == "" && !strings.Contains(string(text), strings.TrimSpace(line)) {
					t.Errorf("%q is gone", line)
				}
			}
		})
	}
}

func TestAFileIsReplacedOnlyByAGoodOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "etc", "c.toml")
	if err := setup.Write(file, []byte("old"), 0o640, -1); err != nil {
		t.Fatal(err)
	}
	err := setup.Replace(file, []byte("new"), 0o644, -1, func(string) error { return os.ErrInvalid })
	if err == nil {
		t.Error("a bad one is taken")
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "old" {
		t.Errorf("%q, %v, want what was there", text, err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("%v, %v: something is left behind", left, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info, err)
	}
}

// systemd tells the service where its catalog is, and nobody else: commands of an administrator read the configuration.
func TestTheConfigurationOfAServiceSaysWhereItsCatalogIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(file, setup.Edit(setup.Kept(configs.Example), nil, open), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.LoadOptions{File: file, Env: []string{"HOME=/home/test"}})
	if err != nil || cfg.DataDir != "/var/lib/catalogizerd" {
		t.Errorf("%v: the catalog is in %q", err, cfg.DataDir)
	}
}
