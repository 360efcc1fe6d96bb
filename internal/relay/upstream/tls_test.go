// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"strings"
	"testing"
)

func TestTLSIsWrongAsTold(t *testing.T) {
	for fault, want := range map[TLSFault]string{
		Expired:   "certificate has expired",
		WrongName: "cannot validate certificate for 127.0.0.1",
		Abort:     "EOF",
		Plain:     "first record does not look like a TLS handshake",
	} {
		for _, p := range []Protocol{H1TLS, H2} {
			t.Run(string(fault)+", "+string(p), func(t *testing.T) {
				c := begin(t, Options{Protocol: p, TLS: fault})
				resp, err := c.send("GET", Echo, "")
				if err == nil {
					_ = resp.Body.Close()
				}
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
				if n := len(c.Requests()); n != 0 {
					t.Errorf("%d requests came through", n)
				}
			})
		}
	}
}

func TestGoAwayLetsTheClientSendAgainOnAnotherConnection(t *testing.T) {
	c := begin(t, Options{Protocol: H2, GoAway: 2})
	if _, got := c.text("GET", Bytes+"?n=3", ""); got != "abc" {
		t.Errorf("got %q", got)
	}
	if n := c.Requests(); len(n) != 1 {
		t.Errorf("the server handled %d requests", len(n))
	}
}

func TestConnectionCloseMakesAnHTTP2ServerGoAway(t *testing.T) {
	c := begin(t, Options{Protocol: H2})
	bye := Answer{Header: map[string][]string{"Connection": {"close"}}, Body: "bye"}.Path()
	c.text("GET", bye, "")
	c.text("GET", bye, "")
	if n := c.Conns(); n != 2 {
		t.Errorf("two requests used %d connections", n)
	}
}
