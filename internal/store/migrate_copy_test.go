package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
)

func TestACatalogIsCopiedBeforeItIsBroughtUpToDateAndTheVersionBeforeCanHaveItBack(t *testing.T) {
	dir := t.TempDir()
	want := ofSchema4(t, dir)
	was, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second start has nothing to copy
		runAt(t, dir, Options{CopyFirst: true}).stop()
	}
	copies := UpgradeCopies(dir)
	if len(copies) != 1 || copies[0] != filepath.Join(dir, FileName+".schema-4") {
		t.Fatalf("copies: %v", copies)
	}
	if have, _, err := schemaVersion(t.Context(), copies[0]); err != nil || have != 4 {
		t.Errorf("the copy is of schema %d: %v", have, err)
	}
	// What the version before does with it: it finds a catalog of a newer one, which it does not read, in its place.
	if err := putInPlace(copies[0], filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	if back, err := os.ReadFile(filepath.Join(dir, FileName)); err != nil || len(back) == 0 || len(back) > len(was) {
		t.Errorf("the copy has %d bytes, the catalog had %d: %v", len(back), len(was), err)
	}
	r := runAt(t, dir, Options{})
	defer r.stop()
	if got := lines(t, r); !bytes.Equal(got, want) || r.Epoch() != epochOf4 {
		t.Errorf("the copy holds\n%s\nwant\n%s", got, want)
	}
}

func TestTheCopyIsMadeAnewAfterAnUpgradeThatWasBrokenOff(t *testing.T) {
	dir := t.TempDir()
	ofSchema4(t, dir)
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path+".schema-4", []byte("of another upgrade, long ago"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := copyBeforeMigration(t.Context(), path, zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	if err := sound(t.Context(), path+".schema-4"); err != nil {
		t.Error(err)
	}
}

func TestADamagedCatalogIsNotBroughtUpToDate(t *testing.T) {
	dir := t.TempDir()
	ofSchema4(t, dir)
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := breakages["a middle page"](bytes.Clone(b))
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{CopyFirst: true}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("opened with %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, broken) {
		t.Errorf("it was written to: %v", err)
	}
}

func TestCopiesOfBeforeAnUpgradeGoWithTime(t *testing.T) {
	dir := t.TempDir()
	ofSchema4(t, dir)
	runAt(t, dir, Options{CopyFirst: true}).stop()
	for _, step := range []struct {
		before time.Time
		gone   int
	}{{time.Now().Add(-time.Hour), 0}, {time.Now().Add(time.Hour), 1}} {
		if gone, err := ForgetUpgradeCopies(dir, step.before); err != nil || len(gone) != step.gone {
			t.Errorf("of those before %v went %v: %v", step.before, gone, err)
		}
	}
	if len(UpgradeCopies(dir)) != 0 {
		t.Error("it is still there")
	}
}
