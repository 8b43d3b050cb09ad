package smb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

const commandList = 0xe // QUERY_DIRECTORY (MS-SMB2, 2.2.33)

// listingLiar is a server whose listing is as the test wants it, and which is right in everything else.
func listingLiar(t *testing.T, listing func(nth int64, first []byte) []byte) *Share {
	t.Helper()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	for i := range 2000 {
		srv.Write(fmt.Sprintf("d/film-%08d", i), "")
	}
	rec := record(t, srv)
	var asked atomic.Int64
	l := startLiar(t, rec, func(_ *rand.Rand, out []byte) []byte {
		if binary.LittleEndian.Uint16(out[4+12:]) != commandList {
			return out
		}
		reply := listing(asked.Add(1), append([]byte(nil), rec["14/0"]...))
		copy(reply[24:32], out[4+24:4+32]) // MessageId
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(reply))), reply...)
	})
	return open(t, Config{Host: "127.0.0.1", Port: l.listener.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: 20 * time.Second})
}

// renamed gives every file of a listing a name of its own, which no other listing has.
func renamed(nth int64, listing []byte) []byte {
	old := []byte(utf16le("film-"))
	for at, n := 0, 0; ; n++ {
		found := bytes.Index(listing[at:], old)
		if found < 0 {
			return listing
		}
		at += found
		copy(listing[at:], utf16le(fmt.Sprintf("%07d%06d", nth%1e7, n)))
		at += 2 * 13
	}
}

func utf16le(s string) string {
	var b []byte
	for _, c := range s {
		b = binary.LittleEndian.AppendUint16(b, uint16(c))
	}
	return string(b)
}

func TestAListingWithoutEndIsRefusedBeforeItTakesMuchMemory(t *testing.T) {
	s := listingLiar(t, renamed)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_, err := s.List(context.Background(), "d")
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err == nil || errors.Is(err, tree.ErrAway) || !strings.Contains(err.Error(), "spread its files over several directories, or exclude it") {
		t.Errorf("error %v, want one about this directory, with the mend", err)
	}
	if n := int64(after.HeapInuse) - int64(before.HeapInuse); n > 16<<20 {
		t.Errorf("%d MiB are held for it", n>>20)
	}
	if got := s.Breaker(); got.State != Closed || got.Failures != 0 {
		t.Errorf("breaker %+v, want the share to go on", got)
	}
}

func TestAListingThatGoesRoundIsRefused(t *testing.T) {
	s := listingLiar(t, func(_ int64, first []byte) []byte { return first })
	_, err := s.List(context.Background(), "d")
	if err == nil || errors.Is(err, tree.ErrAway) || !strings.Contains(err.Error(), "the same names again and again") {
		t.Errorf("error %v, want that the names are the same again", err)
	}
}

// A directory that a server cannot list says nothing of the others: only it is not believed.
func TestABrokenListingIsAboutItsDirectoryOnly(t *testing.T) {
	s := listingLiar(t, func(_ int64, first []byte) []byte {
		binary.LittleEndian.PutUint32(first[headerLen+8:], 0xfffffff0) // the first entry says that the next is far away
		return first
	})
	for range 3 {
		_, err := s.List(context.Background(), "d")
		if err == nil || errors.Is(err, tree.ErrAway) || !strings.Contains(err.Error(), "broken reply") {
			t.Errorf("error %v, want one about this directory", err)
		}
	}
	if got := s.Breaker(); got.State != Closed {
		t.Errorf("breaker %+v, want the share to go on", got)
	}
	if _, err := s.Identify(context.Background()); err != nil {
		t.Errorf("identify: %v", err)
	}
}
