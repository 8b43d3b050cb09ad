package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func secret(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestToken(t *testing.T) {
	dir := t.TempDir()
	file := secret(t, dir, "token", " of-the-file\n", 0o600)
	credentials := filepath.Join(dir, "credentials")
	if err := os.Mkdir(credentials, 0o700); err != nil {
		t.Fatal(err)
	}
	secret(t, credentials, "http-token", "of-systemd\n", 0o400)

	for name, c := range map[string]struct {
		env  []string
		want string
		err  string
	}{
		"none":                    {nil, "", ""},
		"file":                    {[]string{"CATALOGIZERD_HTTP_TOKEN_FILE=" + file}, "of-the-file", ""},
		"systemd":                 {[]string{"CREDENTIALS_DIRECTORY=" + credentials}, "of-systemd", ""},
		"file before systemd":     {[]string{"CREDENTIALS_DIRECTORY=" + credentials, "CATALOGIZERD_HTTP_TOKEN_FILE=" + file}, "of-the-file", ""},
		"refused by auth":         {[]string{"CREDENTIALS_DIRECTORY=" + credentials, "CATALOGIZERD_HTTP_AUTH=none"}, "", ""},
		"systemd without a token": {[]string{"CREDENTIALS_DIRECTORY=" + dir}, "", ""},
		"missing":                 {[]string{"CATALOGIZERD_HTTP_TOKEN_FILE=" + dir + "/absent"}, "", "absent cannot be read: no such file or directory"},
		"empty":                   {[]string{"CATALOGIZERD_HTTP_TOKEN_FILE=" + secret(t, dir, "empty", "\n", 0o600)}, "", "is empty: fill it"},
		"two lines":               {[]string{"CATALOGIZERD_HTTP_TOKEN_FILE=" + secret(t, dir, "two", "a\nb", 0o600)}, "", "cannot stand in an HTTP header"},
		"short, from here only":   {[]string{"CATALOGIZERD_HTTP_TOKEN_FILE=" + file}, "of-the-file", ""},
		"short":                   {[]string{"CATALOGIZERD_HTTP_LISTEN=0.0.0.0:8780", "CATALOGIZERD_HTTP_TOKEN_FILE=" + file}, "", "has 11 characters"},
		"long enough":             {[]string{"CATALOGIZERD_HTTP_LISTEN=0.0.0.0:8780", "CATALOGIZERD_HTTP_TOKEN_FILE=" + secret(t, dir, "long", "0123456789abcdef", 0o600)}, "0123456789abcdef", ""},
		"not a token":             {[]string{"CATALOGIZERD_HTTP_TOKEN_FILE=" + secret(t, dir, "film", strings.Repeat("x", 5000), 0o600)}, "", "is longer than 4096 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, LoadOptions{Env: append(c.env, "HOME=/h")}).Token()
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got error %v, want %q", err, c.err)
			}
		})
	}
}

// A credential that goes while the daemon runs does not open the door that it has locked.
func TestATokenThatIsGoneLetsNobodyIn(t *testing.T) {
	dir := t.TempDir()
	file := secret(t, dir, "http-token", "of-systemd\n", 0o400)
	c := load(t, LoadOptions{Env: []string{"HOME=/h", "CREDENTIALS_DIRECTORY=" + dir}})
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if token, err := c.Token(); err == nil || !c.HasToken() {
		t.Errorf("got %q, %v", token, err)
	}
}

func TestPassword(t *testing.T) {
	dir := t.TempDir()
	secret(t, dir, "smb-password-attic", "of systemd \n", 0o400)
	file := secret(t, dir, "password", " with spaces \r\n", 0o600)
	toml := "[[root]]\nname = \"attic\"\nurl = \"smb://media@nas/attic\"\n[[root]]\nname = \"other\"\nurl = \"smb://media@nas/other\"\n"
	for name, c := range map[string]struct {
		more, want, err string
	}{
		"systemd":   {"", "of systemd ", ""},
		"file":      {"CATALOGIZERD_ROOT_ATTIC_PASSWORD_FILE=" + file, " with spaces ", ""},
		"missing":   {"CATALOGIZERD_ROOT_ATTIC_PASSWORD_FILE=/absent", "", "read password of root attic: /absent cannot be read: no such file or directory"},
		"two lines": {"CATALOGIZERD_ROOT_ATTIC_PASSWORD_FILE=" + secret(t, dir, "two", "a\nb\n", 0o600), "", "read password of root attic: " + dir + "/two holds more than one line"},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := load(t, LoadOptions{File: write(t, toml), Env: []string{"HOME=/h", "CREDENTIALS_DIRECTORY=" + dir, c.more}})
			got, err := c2.Roots[0].Password()
			if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
				t.Errorf("got %q, %v; want %q, %s", got, err, c.want, c.err)
			}
			if got, err := c2.Roots[1].Password(); got != "" || err != nil {
				t.Errorf("a share without a password has %q, %v", got, err)
			}
		})
	}
}

func TestWarningsAboutCredentialFiles(t *testing.T) {
	dir := t.TempDir()
	token := secret(t, dir, "token", "t", 0o644)
	group := secret(t, dir, "group", "p", 0o660)
	good := secret(t, dir, "good", "p", 0o640)
	file := write(t, `[http]
token_file = "`+token+`"
[[root]]
name = "a"
url = "smb://nas/a"
password_file = "`+group+`"
[[root]]
name = "b"
url = "smb://nas/b"
password_file = "`+good+`"
[[root]]
name = "c"
url = "smb://nas/c"
password_file = "/absent"
`)
	var got []string
	for _, w := range load(t, LoadOptions{File: file}).Warnings() {
		got = append(got, strings.TrimPrefix(w.Error(), file+":"))
	}
	want := []string{
		"2: http.token_file: " + token + " is open to every user (mode 0644): chmod o= it",
		"6: root.password_file: " + group + " can be changed by its group (mode 0660): chmod g-w it",
		"14: root.password_file: /absent does not exist",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings differ (-want +got):\n%s", diff)
	}
}
