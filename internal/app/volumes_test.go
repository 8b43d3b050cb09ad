package app_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// sameItems checks that every item is what it was: id, path, time of adding.
func sameItems(t *testing.T, before, now apptest.Catalog, when string) {
	t.Helper()
	if len(now) != len(before) {
		t.Errorf("%s: %d items, were %d", when, len(now), len(before))
	}
	for id, it := range before {
		if n := now[id]; n == nil || n.Path != it.Path || !n.AddedAt.Equal(it.AddedAt) {
			t.Errorf("%s: the item is not what it was: %s", when, it.JSON)
		}
	}
}

func TestADiskToWhichTheLibraryWasCopiedTakesTheOldOnesPlace(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, fresh := base+"/root", base+"/fresh"
	for _, image := range []string{"old", "whole", "lacking"} {
		apptest.NewDisk(t, base+"/"+image, "32M")
	}
	apptest.Mount(t, root, "-o", "loop", base+"/old")
	paths := fill(t, root, 300)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)

	apptest.Mount(t, fresh, "-o", "loop", base+"/whole")
	apptest.Run(t, "cp", "-a", root+"/.", fresh)
	apptest.Run(t, "umount", fresh)
	pulled(t, d, root)
	apptest.Mount(t, root, "-o", "loop", base+"/whole")
	d.WaitRoot(t, "films", time.Minute, state("online"))
	d.WaitIdle(t, time.Minute)
	sameItems(t, before, d.Export(t), "copied whole")
	watched(t, d, r, root, "on the new disk.bin")
	d.WaitIdle(t, time.Minute)
	before = d.Export(t)

	apptest.Mount(t, fresh, "-o", "loop", base+"/lacking")
	apptest.Run(t, "cp", "-a", root+"/.", fresh)
	apptest.Run(t, "rm", fresh+"/"+paths[0])
	apptest.Run(t, "umount", fresh)
	d.Stop(t)
	apptest.Pull(t, root)
	apptest.Mount(t, root, "-o", "loop", base+"/lacking")
	d.Start(t)
	s := d.WaitRoot(t, "films", time.Minute, func(r apptest.RootStatus) bool { return r.VolumeOffer != nil })
	if o := s.VolumeOffer; s.State != "offline" || o.Matching != int64(len(before)-1) || o.Catalogued != int64(len(before)) || !strings.Contains(s.Reason, "accept volume films") {
		t.Errorf("%+v, %+v", s, o)
	}
	unchanged(t, before, d.Export(t), "before it is accepted")
	var accepted struct{ Kept, New, Missing int }
	d.Post(t, "/api/v1/roots/films/accept-volume", `{"volume": "`+s.VolumeOffer.Volume+`"}`, &accepted)
	if accepted.Kept != len(before)-1 || accepted.Missing != 1 || accepted.New != 0 {
		t.Errorf("%+v, want all kept but 1 that is missing", accepted)
	}
	d.WaitRoot(t, "films", time.Minute, state("online"))
	if !apptest.Within(time.Minute, func() bool { return d.Status(t).Counts.Items == int64(len(before)-1) }) {
		t.Errorf("%s is not on the disk, and still in the catalog", paths[0])
	}
	d.WaitIdle(t, time.Minute)
	for id, it := range before {
		if it.Path == paths[0] {
			delete(before, id)
		}
	}
	sameItems(t, before, d.Export(t), "accepted")
}

func TestABtrfsSubvolumeIsRolledBackUnderItsRoot(t *testing.T) {
	mkfs, err := exec.LookPath("mkfs.btrfs")
	if err != nil {
		t.Skip("no mkfs.btrfs")
	}
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	at := base + "/at"
	apptest.Run(t, "truncate", "-s", "256M", base+"/disk")
	apptest.Run(t, mkfs, "-q", base+"/disk")
	apptest.Mount(t, at, "-o", "loop", base+"/disk")
	apptest.Run(t, "btrfs", "subvolume", "create", at+"/films")
	fill(t, at+"/films", 100)
	apptest.Run(t, "btrfs", "subvolume", "snapshot", at+"/films", at+"/kept")
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: at + "/films"}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	write(t, at+"/films", "later.bin", "x")
	sees(t, d, r, "films", "later.bin")
	d.WaitIdle(t, time.Minute)
	d.Stop(t)
	apptest.Run(t, "mv", at+"/films", at+"/broken")
	apptest.Run(t, "mv", at+"/kept", at+"/films")
	d.Start(t)
	s := d.WaitRoot(t, "films", time.Minute, func(r apptest.RootStatus) bool { return r.VolumeOffer != nil })
	var accepted struct{ Kept, New, Missing int }
	d.Post(t, "/api/v1/roots/films/accept-volume", `{"volume": "`+s.VolumeOffer.Volume+`"}`, &accepted)
	if accepted.Kept != len(before) || accepted.Missing != 1 || accepted.New != 0 {
		t.Errorf("%+v, want %d kept and 1 missing", accepted, len(before))
	}
	if !apptest.Within(time.Minute, func() bool { return d.Status(t).Counts.Items == int64(len(before)) }) {
		t.Error("what was made after the snapshot is still in the catalog")
	}
	d.WaitIdle(t, time.Minute)
	sameItems(t, before, d.Export(t), "rolled back")
	watched(t, d, r, at+"/films", "after.bin")
}
