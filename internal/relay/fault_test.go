// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestNoFaultPassesEverything(t *testing.T) {
	if got, err := get(t, web(t), "/"); got != answerBody || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRefuseResetsAtTheFirstByte(t *testing.T) {
	r := web(t)
	r.Set(Fault{Refuse: true})
	c := dialTo(t, r)
	_, _ = io.WriteString(c, "G")
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
	if got := r.Counts(); got.Accepted != 1 || got.Dialled != 0 {
		t.Errorf("counts: got %+v", got)
	}
}

func TestSwallowNeverAnswersAndNeverEnds(t *testing.T) {
	r := web(t)
	r.Set(Fault{Swallow: true})
	c := dialTo(t, r)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want silence", err)
	}
	_ = c.Close()
	await(t, r, func(n Counts) bool { return n.Open == 0 })
}

func TestAnAnswerEndsInTheBodyAsItIsTold(t *testing.T) {
	tests := []struct {
		name  string
		path  string
		fault Fault
		body  string
		err   error
	}{
		{"reset after the head", "/", Fault{End: Reset}, "", syscall.ECONNRESET},
		{"reset in the body", "/", Fault{End: Reset, At: 5}, "01234", syscall.ECONNRESET},
		{"cut before Content-Length", "/", Fault{End: Cut, At: 5}, "01234", io.ErrUnexpectedEOF},
		{"cut in a chunk", "/chunked", Fault{End: Cut, At: 9}, "01234", io.ErrUnexpectedEOF}, // "10\r\n" and 5
		{"cut in the size of a chunk", "/chunked", Fault{End: Cut, At: 1}, "", io.ErrUnexpectedEOF},
		{"an end past the body is none", "/", Fault{End: Reset, At: 17}, answerBody, nil},
		{"one byte corrupt", "/", Fault{Corrupt: []int64{0, 15}}, "\xcf123456789abcde\x99", nil},
		{"all at once", "/", Fault{Corrupt: []int64{1}, End: Cut, At: 2, Delay: time.Millisecond, BodyEvery: time.Millisecond}, "0\xce", io.ErrUnexpectedEOF},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := web(t)
			r.Set(tc.fault)
			if got, err := get(t, r, tc.path); got != tc.body || !errors.Is(err, tc.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, tc.body, tc.err)
			}
			await(t, r, func(n Counts) bool { return n.Open == 0 })
		})
	}
}

func TestRawPlacesCountFromTheFirstByte(t *testing.T) {
	r := web(t)
	r.Set(Fault{Raw: true, End: Cut, At: 8, Corrupt: []int64{0}})
	c := dialTo(t, r)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if got, err := io.ReadAll(c); string(got) != "\xb7TTP/1.1" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestStallKeepsTheConnectionOpenUntilTheClientLeaves(t *testing.T) {
	r := web(t)
	r.Set(Fault{End: Stall, At: 3})
	c := dialTo(t, r)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	got, err := io.ReadAll(c)
	if !strings.HasSuffix(string(got), "\r\n\r\n012") || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %q, %v", got, err)
	}
	if n := r.Counts(); n.Open != 1 {
		t.Errorf("counts: got %+v", n)
	}
	_ = c.Close()
	await(t, r, func(n Counts) bool { return n.Open == 0 })
}

func TestSlowAnswersTakeTheirTime(t *testing.T) {
	tests := []struct {
		name  string
		fault Fault
		least time.Duration
	}{
		{"head", Fault{HeadEvery: time.Millisecond}, 80 * time.Millisecond}, // a head has more than 80 bytes
		{"body", Fault{BodyEvery: 2 * time.Millisecond}, 32 * time.Millisecond},
		{"rate", Fault{Rate: 4000}, 50 * time.Millisecond},
		{"delay", Fault{Delay: 30 * time.Millisecond}, 30 * time.Millisecond},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := web(t)
			r.Set(tc.fault)
			began := time.Now()
			got, err := get(t, r, "/")
			if took := time.Since(began); got != answerBody || err != nil || took < tc.least {
				t.Errorf("got %q, %v after %v, want the answer after %v", got, err, took, tc.least)
			}
		})
	}
}

func TestAnUpstreamThatIsNotThereResetsTheClient(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, l.Addr().String())
	_ = l.Close()
	c := dialTo(t, r)
	_, _ = io.WriteString(c, "G")
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
}
