// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// stub answers without a network.
type stub struct{ body bool }

func (s stub) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, Request: req, Body: http.NoBody}
	if s.body {
		resp.Body = io.NopCloser(strings.NewReader("hello"))
	}
	return resp, nil
}

func bare(t testing.TB) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.example.com/v1/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// carry sends one request and reads its answer to the end.
func carry(t testing.TB, rt http.RoundTripper, req *http.Request) {
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	var piece [16]byte
	for err == nil {
		_, err = resp.Body.Read(piece[:])
	}
	_ = resp.Body.Close()
}

// transports are the ways over a stub that are compared.
func transports(t testing.TB, body bool) map[string]http.RoundTripper {
	t.Helper()
	sys := start(t)
	guard, err := actors.Protect(sys, "given", httpclient.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]http.RoundTripper{"stub-alone": stub{body}}
	for name, o := range map[string]httpclient.Options{
		"by-host": {Name: "by-host"}, "one-guard": {Guard: guard}, "propagating": {Name: "propagating", Propagate: true},
	} {
		o.Base = stub{body}
		if all[name], err = httpclient.NewTransport(sys, o); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func BenchmarkRoundTrip(b *testing.B) {
	for name, rt := range transports(b, true) {
		b.Run(name, func(b *testing.B) {
			req := bare(b)
			b.ReportAllocs()
			for b.Loop() {
				carry(b, rt, req)
			}
		})
	}
}

func TestAllocRoundTrip(t *testing.T) {
	for _, body := range []bool{true, false} {
		all, req := transports(t, body), bare(t)
		count := func(rt http.RoundTripper) float64 {
			return testing.AllocsPerRun(200, func() { carry(t, rt, req) })
		}
		alone := count(all["stub-alone"])
		for name, want := range map[string]float64{"by-host": 1, "one-guard": 1, "propagating": 6} {
			if added := count(all[name]) - alone; added != want {
				t.Errorf("%s, body %t: adds %v allocations, want %v", name, body, added, want)
			}
		}
	}
}
