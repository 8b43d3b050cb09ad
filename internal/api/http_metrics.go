package api

import (
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// counted counts requests by their route, method and status, and how long they took. The live feed is none of them: it
// lasts for as long as its client likes.
func (s *Server) counted() func(pattern string, h http.Handler) http.Handler {
	if s.metrics == nil {
		return func(_ string, h http.Handler) http.Handler { return h }
	}
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "catalogizerd", Name: "http_request_duration_seconds", Help: "How long requests took, by route.",
		Buckets: []float64{0.005, 0.025, 0.1, 0.3, 1, 5, 30},
	}, []string{"route", "method", "code"})
	s.metrics.MustRegister(took)
	return func(pattern string, h http.Handler) http.Handler {
		_, route, _ := strings.Cut(pattern, " ")
		return promhttp.InstrumentHandlerDuration(took.MustCurryWith(prometheus.Labels{"route": route}), h)
	}
}
