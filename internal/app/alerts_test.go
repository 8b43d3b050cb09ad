package app_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

const alertRules = "../../deploy/prometheus/catalogizerd.rules.yml"

// Prometheus says nothing of a rule that names a metric which nobody has: it just never fires.
func TestEveryMetricOfTheAlertRulesIsTheDaemons(t *testing.T) {
	rules, err := os.ReadFile(alertRules)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	d := apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: []apptest.Root{{Name: "films", Path: root}},
		More: "[[notify]]\nname = \"player\"\ntype = \"json\"\nurl = \"http://127.0.0.1:9/\"\n"})
	d.WaitIdle(t, time.Minute)
	_, metrics := asked(t, d, "GET", "/metrics")
	for line := range strings.Lines(string(rules)) {
		if !strings.Contains(line, "expr:") {
			continue
		}
		for _, name := range regexp.MustCompile(`catalogizerd_\w+`).FindAllString(line, -1) {
			if !regexp.MustCompile(`(?m)^` + name + `[ {]`).MatchString(metrics) {
				t.Errorf("no metric is called %s", name)
			}
		}
	}
}

func TestTheAlertRulesFireWhenTheyShouldAndNotBefore(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool")
	}
	const cases = "../../deploy/prometheus/catalogizerd.test.yml"
	out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", cases).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	rules, err := os.ReadFile(alertRules)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(string(rules), -1) {
		if strings.Count(string(tests), "alertname: "+m[1]) < 2 {
			t.Errorf("%s is not tried", m[1])
		}
	}
}
