package notify_test

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/notify"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// What changes while a long way to it is told stands behind that from then on, and is told there.
func TestWhatChangesWhileOthersAreToldIsToldAsWell(t *testing.T) {
	c := open(t)
	var wait sync.Mutex
	asked := make(chan struct{}, 100)
	p, target := listen(t, func() int {
		asked <- struct{}{}
		wait.Lock()
		defer wait.Unlock()
		return http.StatusOK
	})
	c.follow(target)
	eventually(t, "the start", func() bool { return c.n.Targets()[0].State == media.TargetOK })
	c.stop()
	var ids []int64
	for i := range 350 { // more than go into three messages
		ids = append(ids, c.put(fmt.Sprintf("%03d", i)))
	}
	wait.Lock()
	c.follow(target)
	<-asked // for the first hundred
	c.change(ids[120], func(it *store.Item) { it.Analysis = store.Done })
	c.change(ids[140], func(it *store.Item) { it.Name = "moved" })
	c.remove(ids[130])
	wait.Unlock()
	eventually(t, "the picture", func() bool { return maps.Equal(p.held(), c.paths()) })
	for _, b := range p.bodies() {
		for _, ch := range b.Changes {
			if ch.What != "added" || ch.Previous != nil {
				t.Errorf("told of %s %d: %+v", ch.What, ch.ID, ch)
			}
		}
	}
}

// More is not kept for it, nor is all of it worth telling one by one.
func TestATargetThatIsFarBehindIsToldOnceToLookAtEverything(t *testing.T) {
	for what, longAgo := range map[string]bool{"100,000 changes": false, "30 days": true} {
		c := open(t)
		p, target := listen(t, always(http.StatusOK))
		id := c.put("a")
		c.follow(target)
		eventually(t, "the start", func() bool { return c.n.Targets()[0].State == media.TargetOK })
		c.stop()
		c.change(id, func(it *store.Item) { it.Name = "b" })
		if longAgo {
			c.age = 31 * 24 * time.Hour
		} else {
			c.update(func(tx *store.Tx) error {
				it, _, err := tx.Item(id)
				for i := range 100_000 {
					old := it
					it.Doc = fmt.Appendf(nil, `"title":"%d"`, i%2)
					err = errors.Join(err, tx.Save(&old, &it))
				}
				return err
			})
		}
		c.follow(target)
		eventually(t, "the refresh after "+what, func() bool {
			b := p.bodies()
			return len(b) == 1 && b[0].Type == "refresh" && len(b[0].Changes) == 0 && c.n.Targets()[0].Lag == 0
		})
		c.stop()
		c.age = 0
		c.follow(target)
		fresh := c.put("fresh")
		eventually(t, "what follows", func() bool { return len(p.bodies()) == 2 })
		if b := p.bodies()[1]; b.Type != "changes" || len(b.Changes) != 1 || b.Changes[0].ID != fresh {
			t.Errorf("%s: behind the refresh comes %+v", what, b)
		}
		c.stop()
	}
}

func TestTargetsComeAndGoWhileOthersGoOn(t *testing.T) {
	c := open(t)
	stays, one := listen(t, always(http.StatusOK))
	comes, two := listen(t, always(http.StatusOK))
	hangs, three := listen(t, always(http.StatusOK))
	asked, release := make(chan struct{}), make(chan struct{})
	hangs.answer = func() int { close(asked); <-release; return http.StatusOK }
	defer close(release)
	one.Name, two.Name, three.Name = "one", "two", "three"
	roots := map[string]string{"films": "/srv/films"}
	set := func(targets ...config.Notify) {
		t.Helper()
		if err := c.n.Set(t.Context(), targets, roots); err != nil {
			t.Fatal(err)
		}
	}
	c.follow(one, three)
	c.put("a")
	<-asked
	set(one, two) // the hanging one goes in the middle of a message
	c.put("b")
	eventually(t, "those who stay and come", func() bool {
		return len(stays.held()) == 2 && maps.Equal(comes.held(), map[string]int64{"b": 1})
	})
	set(two)
	c.put("c")
	eventually(t, "who is left", func() bool { return len(comes.held()) == 2 })
	if n := len(stays.held()); n != 2 {
		t.Errorf("who has gone holds %d items", n)
	}
	set(one, two) // known no more: it is told of what comes from here on
	c.put("d")
	eventually(t, "who came back", func() bool { return len(stays.held()) == 3 })
	if _, ok := stays.held()["c"]; ok {
		t.Error("who came back is told of what happened meanwhile")
	}
}

// The kernel answers so where the unit's IPAddressDeny lets nothing out.
func TestWhereTheUnitLetsNothingOutTheErrorSaysWhatToWrite(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EPERM)}
	if text := notify.Fenced(fmt.Errorf("post: %w", refused)); !strings.Contains(text, "IPAddressAllow in docs/notify.md") {
		t.Errorf("%q", text)
	}
	away := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if text := notify.Fenced(away); text != "" {
		t.Errorf("of a program that is not there: %q", text)
	}
}
