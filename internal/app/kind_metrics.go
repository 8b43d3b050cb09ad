package app

import (
	"encoding/json"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// kindCollector tells how many items there are of each kind, and how large they are.
type kindCollector struct{ d *Daemon }

var (
	kindItems = kindMetric("items", "Items of the kind.")
	kindBytes = kindMetric("size_bytes", "Sizes of the items of the kind, all together, as far as they are indexed.")
)

func kindMetric(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("catalogizerd_kind_"+name, help, []string{"kind"}, nil)
}

// Describe implements prometheus.Collector.
func (c kindCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- kindItems
	ch <- kindBytes
}

// Collect implements prometheus.Collector. Sizes are sums that the catalog keeps: no item is looked at.
func (c kindCollector) Collect(ch chan<- prometheus.Metric) {
	for kind, n := range c.d.store.KindItems() {
		ch <- prometheus.MustNewConstMetric(kindItems, prometheus.GaugeValue, float64(n), kind)
	}
	kinds, err := c.d.store.ItemFacets(c.d.stages.group.Context(), store.Query{}, []string{"kind"})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(kindBytes, err)
		return
	}
	for _, v := range kinds.By[0] {
		var kind string
		if err := json.Unmarshal([]byte(v.Value), &kind); err != nil {
			ch <- prometheus.NewInvalidMetric(kindBytes, err)
			return
		}
		ch <- prometheus.MustNewConstMetric(kindBytes, prometheus.GaugeValue, float64(v.Size), kind)
	}
}
