package apptest

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Metrics reads the figures of GET /metrics that have no labels.
func (d *Daemon) Metrics(tb testing.TB) map[string]float64 {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "http://"+d.Addr()+"/metrics", http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := d.http.Do(req)
	if err != nil {
		tb.Fatalf("GET /metrics: %v\n%s", err, d.log.text())
	}
	defer resp.Body.Close()
	out := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			out[name] = f
		}
	}
	if err := lines.Err(); err != nil || resp.StatusCode != http.StatusOK {
		tb.Fatalf("GET /metrics: %s, %v", resp.Status, err)
	}
	return out
}
