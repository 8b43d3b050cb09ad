package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func TestMetricsKeepToTheConventionsAndTellWhatMonitorsAskFor(t *testing.T) {
	d := start(t, map[string]string{"a.txt": "a"}, "")
	d.untilIdle()
	d.get("/api/v1/items?limit=5").is(http.StatusOK)
	d.get("/api/v1/items?limit=x").is(http.StatusBadRequest)
	text := string(d.get("/metrics").is(http.StatusOK).body)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "catalogizerd_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	figures, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]float64{
		"build_info": 1, "storage_healthy": 1, "database_size_bytes": 4096, "data_dir_free_bytes": 1,
		"root_last_scan_end_timestamp_seconds": 1e9, "root_last_scan_duration_seconds": 0, "root_last_scan_errors": 0,
		"kind_items": 1, "kind_size_bytes": 1,
	} {
		f := figures["catalogizerd_"+name]
		if f == nil || len(f.GetMetric()) != 1 || f.GetMetric()[0].GetGauge().GetValue() < least {
			t.Errorf("%s: %v, want one of at least %v", name, f, least)
		}
	}
	counts := map[string]uint64{}
	for _, m := range figures["catalogizerd_http_request_duration_seconds"].GetMetric() {
		by := map[string]string{}
		for _, l := range m.GetLabel() {
			by[l.GetName()] = l.GetValue()
		}
		counts[by["method"]+" "+by["route"]+" "+by["code"]] = m.GetHistogram().GetSampleCount()
	}
	if counts["get /api/v1/items 200"] != 1 || counts["get /api/v1/items 400"] != 1 {
		t.Errorf("requests: %v", counts)
	}
}
