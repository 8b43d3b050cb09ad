package config

import "testing"

func TestTheReadTokenIsReadBesideTheOther(t *testing.T) {
	dir := t.TempDir()
	secret(t, dir, "http-token", "of-systemd\n", 0o400)
	secret(t, dir, "http-read-token", "reads-of-systemd\n", 0o400)
	file := secret(t, t.TempDir(), "token", "reads-of-the-file\n", 0o600)
	env := []string{"HOME=/h", "CREDENTIALS_DIRECTORY=" + dir}
	for _, c := range []struct{ more, want string }{
		{"A=", "reads-of-systemd"},
		{"CATALOGIZERD_HTTP_READ_TOKEN_FILE=" + file, "reads-of-the-file"},
		{"CATALOGIZERD_HTTP_AUTH=none", ""},
	} {
		got, err := load(t, LoadOptions{Env: append(env[:2:2], c.more)}).ReadToken()
		if got != c.want || err != nil {
			t.Errorf("with %s: %q, %v; want %q", c.more, got, err, c.want)
		}
	}
	if got, err := load(t, LoadOptions{Env: env[:1]}).ReadToken(); got != "" || err != nil {
		t.Errorf("without any: %q, %v", got, err)
	}
}
