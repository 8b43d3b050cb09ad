package api_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// nginxServer takes the configuration that docs/reverse-proxies.md shows.
func nginxServer(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/reverse-proxies.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatal("the document shows no nginx")
	}
	return string(found[1])
}

// behindNginx runs nginx with the document's configuration, changed by pairs of texts, before a daemon, and gives the
// daemon as it is seen through it.
func behindNginx(t *testing.T, d *daemon, scheme string, changes ...string) *daemon {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		if nginx, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("no nginx here: scripts/install-test-deps.sh installs it")
		}
	}
	dir, err := os.MkdirTemp("", "nginx") // short enough for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	roots := certificate(t, dir, "nas.lan")
	server := nginxServer(t)
	changes = append([]string{"127.0.0.1:8780", strings.TrimPrefix(d.url, "http://"), "listen 443", "listen unix:" + socket, "/etc/ssl", dir}, changes...)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(server, changes[i]) {
			t.Fatalf("the document's nginx has no %q", changes[i])
		}
		server = strings.ReplaceAll(server, changes[i], changes[i+1])
	}
	conf := fmt.Sprintf("daemon off; master_process off; pid %[1]s/pid; error_log stderr; events {}\nhttp { access_log off; client_body_temp_path %[1]s/body;\n"+
		"proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;\n%[2]s}\n", dir, server)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd := exec.Command(nginx, "-p", dir, "-e", "stderr", "-c", file)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("nginx said: %s", said.String())
		}
	})
	seen := &daemon{t: t, url: scheme + "://nas.lan", base: "/catalog", root: d.root, router: d.router, token: d.token}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "unix", socket)
	}
	seen.client = http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}}
	eventually(t, "nginx to listen", func() bool {
		c, err := dial(t.Context(), "", "")
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return seen
}

// certificate makes one that signs itself, in files called by its name.
func certificate(t *testing.T, dir, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, text := range map[string][]byte{".pem": certPEM, ".key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})} {
		if err := os.WriteFile(filepath.Join(dir, name+file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return pool
}

func TestBehindTheNginxThatTheDocumentShows(t *testing.T) {
	plain := []string{" ssl;", ";", "    ssl_certificate     ", "#", "    ssl_certificate_key ", "#"}
	for name, c := range map[string]struct {
		scheme, more string
		changes      []string
	}{
		"TLS":                   {"https", "", nil},
		"without TLS":           {"http", "", plain},
		"which leaves the path": {"https", "base_path = \"/catalog\"\n", []string{"/;\n        proxy_http", ";\n        proxy_http", "proxy_set_header X-Forwarded-Prefix /catalog;", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := locked(t, "allowed_hosts = [\"nas.lan\"]\n"+c.more)
			d.token = "secret-secret-secret"
			d.write("b.mp3", "0123456789")
			d.until(func(s status) bool { return s.Idle && s.Counts.Items == 2 })
			throughAProxy(t, behindNginx(t, d, c.scheme, c.changes...), c.scheme)
		})
	}
}

// throughAProxy asks for whatever a proxy can spoil.
func throughAProxy(t *testing.T, p *daemon, scheme string) {
	id := p.findBelow("b.mp3")
	content := fmt.Sprintf("/catalog/api/v1/items/%d/content", id)
	part := p.get(content, "Range", "bytes=2-4").is(http.StatusPartialContent)
	if string(part.body) != "234" || part.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("a range: %q, %v", part.body, part.Header)
	}
	if head := p.do(http.MethodHead, content, "").is(http.StatusOK); head.ContentLength != 10 || head.Header.Get("ETag") != part.Header.Get("ETag") {
		t.Errorf("HEAD: %v", head.Header)
	}
	at := p.do(http.MethodPost, "/catalog/api/v1/roots/media/scan", "").is(http.StatusAccepted).Header.Get("Location")
	if !strings.HasPrefix(at, "/catalog/api/v1/scans/") {
		t.Errorf("Location %q", at)
	}
	p.get(at).is(http.StatusOK)
	var l links
	p.do(http.MethodPost, strings.Replace(content, "/content", "/link", 1), "").is(http.StatusOK).into(&l)
	p.get(l.Content, "Authorization", "").is(http.StatusOK)
	p.get("/catalog/api/v1/items", "If-None-Match", p.get("/catalog/api/v1/items").Header.Get("ETag")).is(http.StatusNotModified)

	session := p.do(http.MethodPost, "/catalog/api/v1/session", `{"token":"secret-secret-secret"}`, "Origin", scheme+"://nas.lan").is(http.StatusNoContent)
	c := session.Cookies()[0]
	if c.Path != "/catalog" || c.Secure != (scheme == "https") {
		t.Errorf("cookie %+v", c)
	}
	transport, _ := p.client.Transport.(*http.Transport)
	dialer := websocket.Dialer{
		Subprotocols: []string{"catalogizerd.v1"}, EnableCompression: true, NetDialContext: transport.DialContext, TLSClientConfig: transport.TLSClientConfig,
	}
	u, _ := url.Parse(p.url)
	ws, resp, err := dialer.Dial(strings.Replace(scheme, "http", "ws", 1)+"://"+u.Host+"/catalog/api/v1/live", http.Header{"Cookie": {c.Name + "=" + c.Value}, "Origin": {p.url}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	defer func() { _ = ws.Close() }()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"id":1,"type":"subscribe","since":null}`)); err != nil {
		t.Fatal(err)
	}
	until(t, ws, func(m *liveMessage) bool { return m.Type == "caught_up" })
	p.write("c.txt", "new")
	until(t, ws, func(m *liveMessage) bool { return len(m.Changes) > 0 && m.Changes[0].Item.Path == "c.txt" })
}

// findBelow gives the id of the item at a path, below the base path.
func (d *daemon) findBelow(path string) int64 {
	d.t.Helper()
	var p page
	d.get(d.base + "/api/v1/items").is(http.StatusOK).into(&p)
	for _, it := range p.Items {
		if it.Path == path {
			return it.ID
		}
	}
	d.t.Fatalf("there is no %s", path)
	return 0
}
