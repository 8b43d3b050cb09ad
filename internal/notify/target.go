package notify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	mostChanges = 100 // in a message
	pageRows    = 500
	longest     = 30 * 24 * time.Hour // that a target may be behind
	firstRetry  = time.Second
	lastRetry   = time.Hour
	settleMost  = 12 // times the quiet time that a folder may hold back what follows
	storeRetry  = 5 * time.Second
)

// target is a program that is told, with what is known of it.
type target struct {
	cfg    config.Notify
	filter store.FeedFilter
	roots  map[string]string // where each root lies
	n      *Notifier
	client *http.Client
	sender sender
	wake   chan struct{} // capacity one: it is to be tried at once
	marks  []mark        // when the feed's head was seen where, oldest first

	mu    sync.Mutex // guards state
	state State
}

// mark says when a number was first seen to be given.
type mark struct {
	seq int64
	at  time.Time
}

// State is how a target is.
type State struct {
	media.Target
	Deliveries int64 // messages that it took
	Failures   int64 // and that it did not

	seq int64 // up to which it was told
}

// change edits what is known of the target.
func (t *target) change(edit func(*State)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	edit(&t.state)
}

func (t *target) is() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// run tells the target of changes until ctx ends.
func (t *target) run(ctx context.Context) error {
	changed, unsubscribe := t.n.store.Subscribe()
	defer unsubscribe()
	defer t.client.CloseIdleConnections()
	delay := time.Duration(0)
	for ctx.Err() == nil {
		pause, err := t.step(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			delay = min(max(2*delay, firstRetry), lastRetry)
			pause = delay
			t.failed(err, time.Now().Add(pause))
		default:
			delay = 0
		}
		t.waitFor(ctx, changed, pause, err != nil || t.is().State == media.TargetOff)
	}
	return nil
}

// waitFor waits until there may be more to tell: after a pause, when something has changed, or when somebody asks.
func (t *target) waitFor(ctx context.Context, changed <-chan struct{}, pause time.Duration, failed bool) {
	if pause == 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-changed:
			t.mark()
			if failed || pause < idlePause { // it is not time yet
				continue
			}
		case <-timer.C:
		case <-t.wake:
		case <-ctx.Done():
		}
		return
	}
}

// idlePause is how long a target waits that was told of all there is.
const idlePause = 10 * time.Minute

// step tells one message, or finds that there is nothing to tell for a while.
func (t *target) step(ctx context.Context) (pause time.Duration, err error) {
	at, err := t.n.store.Target(ctx, t.cfg.Name)
	if err != nil {
		return 0, err
	}
	t.change(func(s *State) { s.seq = at.Seq })
	if at.Off == t.calledBy() {
		t.change(func(s *State) { s.State, s.LastError, s.RetryAt = media.TargetOff, errGone.Error(), nil })
		return idlePause, nil
	}
	longAgo, err := t.n.store.SeqAt(ctx, time.Now().Add(-longest))
	if err != nil {
		return 0, err
	}
	if at.Off != "" || !at.Refresh && t.n.store.Behind(&at, longAgo) {
		at.Off, at.Refresh, at.Upto, at.Message = "", true, 0, nil
	}
	if at.Refresh && at.Upto == 0 {
		at.Upto = t.n.store.Head()
		if err = t.message(&at, typeRefresh, []telling{}); err == nil {
			err = t.save(ctx, &at)
		}
	} else if at.Upto == 0 {
		pause, err = t.gather(ctx, &at)
	}
	if err != nil || at.Upto == 0 {
		return pause, err
	}
	return 0, t.deliver(ctx, &at)
}

// gather makes the next message of what has settled. Where there is none it says for how long.
func (t *target) gather(ctx context.Context, at *store.Target) (pause time.Duration, err error) {
	t.mark()
	told, upto, err := t.n.store.Told(ctx, at.Name, at.Seq, store.Bounds{Rows: pageRows})
	if err != nil {
		return 0, err
	}
	if upto == at.Seq {
		t.well()
		return idlePause, nil
	}
	end, pause := t.settled(told)
	var out []telling
	for i := range told[:end] {
		if ch, ok := told[i].For(&t.filter); ok {
			out = append(out, t.tell(&ch))
		}
		if len(out) == mostChanges {
			end = i + 1
			break
		}
	}
	switch {
	case end == 0 && len(told) > 0:
		return pause, nil
	case end < len(told):
		upto = told[end-1].Seq
	}
	handled := store.Handled{After: at.Seq, Upto: upto}
	for i := range told[:end] {
		handled.Items = append(handled.Items, told[i].ID)
	}
	if len(out) > 0 {
		at.Upto = upto
		if err := t.message(at, typeChanges, out); err != nil {
			return 0, err
		}
	} else {
		at.Seq, pause = upto, time.Millisecond
		t.change(func(s *State) { s.seq = upto })
	}
	return pause, t.n.store.Update(ctx, func(tx *store.Tx) error { return tx.Handle(at, handled) })
}

// mark notes that the feed has come to its head by now.
func (t *target) mark() {
	head := t.n.store.Head()
	if n := len(t.marks); n > 0 && t.marks[n-1].seq >= head {
		return
	}
	at := time.Now()
	if n := len(t.marks); n > 0 && at.Sub(t.marks[n-1].at) < t.cfg.Settle/20 { // near enough
		t.marks[n-1].seq, t.marks[n-1].at = head, at
		return
	}
	t.marks = append(t.marks, mark{head, at})
	old := slices.IndexFunc(t.marks, func(m mark) bool { return at.Sub(m.at) < settleMost*t.cfg.Settle })
	t.marks = slices.Delete(t.marks, 0, max(old, 0))
}

// since is when a change was seen; before all that is known it was long ago.
func (t *target) since(seq int64) (at time.Time) {
	for i := len(t.marks) - 1; i >= 0 && t.marks[i].seq >= seq; i-- {
		at = t.marks[i].at
	}
	return at
}

// settled says how many of the first changes lie in folders that are quiet, and else how long the first one still has
// to wait. No folder holds back the others for long.
func (t *target) settled(told []store.Told) (n int, pause time.Duration) {
	last := map[store.Spot]int64{}
	for i := range told {
		last[folderOf(&told[i].Change)] = told[i].Seq
	}
	now := time.Now()
	for i := range told {
		quiet := t.since(last[folderOf(&told[i].Change)]).Add(t.cfg.Settle)
		if most := t.since(told[i].Seq).Add(settleMost * t.cfg.Settle); most.Before(quiet) {
			quiet = most
		}
		if d := quiet.Sub(now); d > 0 {
			return i, d
		}
	}
	return len(told), 0
}

// message makes a message, which is written to the catalog before it is sent: it is sent as it is until it was taken.
func (t *target) message(at *store.Target, kind string, changes []telling) (err error) {
	at.Message, err = json.Marshal(pending{newID(), kind, changes})
	return err
}

// pending is a message as it is kept.
type pending struct {
	ID      string
	Type    string
	Changes []telling
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return "msg_" + hex.EncodeToString(b[:])
}

func (t *target) save(ctx context.Context, at *store.Target) error {
	return t.n.store.Update(ctx, func(tx *store.Tx) error { return tx.SaveTarget(at) })
}

// deliver sends the message that is kept, and notes that it was taken.
func (t *target) deliver(ctx context.Context, at *store.Target) error {
	var p pending
	if err := json.Unmarshal(at.Message, &p); err != nil {
		return err
	}
	m := message{Type: p.Type, Instance: t.n.instance(), Cursor: t.n.store.Cursor(at.Upto).String(), Changes: p.Changes, id: p.ID}
	err := t.send(ctx, &m)
	switch {
	case errors.Is(err, errGone):
		at.Off, at.Upto, at.Message = t.calledBy(), 0, nil
		t.n.log.Warn("target switched off: it wants no more", zap.String("target", t.cfg.Name))
	case err != nil:
		return err
	default:
		at.Seq, at.Upto, at.Message, at.Refresh = at.Upto, 0, nil, false
		t.change(func(s *State) { s.Deliveries++; s.seq = at.Seq })
		t.well()
	}
	// What was taken is noted also while all else ends: or it would come again.
	done, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeRetry)
	defer cancel()
	return t.save(done, at)
}

// send sends a message, within its time.
func (t *target) send(ctx context.Context, m *message) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryTime)
	defer cancel()
	return t.sender.send(ctx, m)
}

func (t *target) well() {
	t.change(func(s *State) { s.State, s.LastError, s.RetryAt = media.TargetOK, "", nil })
}

func (t *target) failed(err error, again time.Time) {
	if t.is().State == media.TargetOK {
		t.n.log.Warn("target not told, and tried again", zap.String("target", t.cfg.Name), zap.Error(err))
	}
	t.change(func(s *State) {
		again = again.UTC()
		s.State, s.LastError, s.RetryAt = media.TargetRetrying, err.Error(), &again
		s.Failures++
	})
}

// calledBy names a target as it is: one that was switched off is told again once it is another.
func (t *target) calledBy() string {
	return t.cfg.Type + " " + t.cfg.URL + " " + path.Join(t.cfg.Command...)
}

// test sends a message that tells of nothing. A target that takes it is on again.
func (t *target) test(ctx context.Context, instance media.Instance) error {
	cursor := t.n.store.Cursor(t.n.store.Head()).String()
	err := t.send(ctx, &message{Type: typeTest, Instance: instance, Cursor: cursor, Changes: []telling{}, id: newID()})
	if err != nil {
		return err
	}
	if t.is().State == media.TargetOff {
		at, err := t.n.store.Target(ctx, t.cfg.Name)
		if err != nil {
			return err
		}
		at.Off, at.Refresh, at.Upto, at.Message = "", true, 0, nil
		if err := t.save(ctx, &at); err != nil {
			return err
		}
	}
	select {
	case t.wake <- struct{}{}:
	default: // it has been told already
	}
	return nil
}
