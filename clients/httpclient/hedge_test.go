// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// lateBody is the body of a response, which counts how often it was closed.
type lateBody struct {
	io.Reader
	closed *atomic.Int64
}

func (b lateBody) Close() error {
	b.closed.Add(1)
	return nil
}

// hedging is a client of a server that answers its first request after two seconds, whatever
// the client does, and each other one at once.
func hedging(t *testing.T) (client *http.Client, g *actors.Guard, asked, closed *atomic.Int64) {
	asked, closed = new(atomic.Int64), new(atomic.Int64)
	sys := start(t)
	g, err := actors.Protect(sys, "shop", actors.Policy{
		Deadline: actors.Deadline{Attempt: 10 * time.Second}, Hedge: actors.Hedge{After: 100 * time.Millisecond}, Workers: actors.Workers{Max: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		n := asked.Add(1)
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		if n == 1 {
			time.Sleep(2 * time.Second)
		}
		return &http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ContentLength: 5, Request: req,
			Body: lateBody{strings.NewReader("hello"), closed},
		}, nil
	})
	transport, err := httpclient.NewTransport(sys, httpclient.Options{Guard: g, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: transport}, g, asked, closed
}

func TestHedgedRequestGivesOneBodyAndClosesTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, g, asked, closed := hedging(t)
		begin := time.Now()
		resp, err := client.Get("http://shop.test/")
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 100*time.Millisecond || asked.Load() != 2 {
			t.Errorf("answered after %v and %d requests", took, asked.Load())
		}
		if text, err := io.ReadAll(resp.Body); string(text) != "hello" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		_ = resp.Body.Close()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if s := g.Stats(); closed.Load() != 2 || s.Gate.InUse != 0 || s.Hedge.Won != 1 || s.Successes != 1 || s.Voids != 1 {
			t.Errorf("%d bodies closed of 2; %+v", closed.Load(), s)
		}
	})
}

func TestNoCopyOfABodyThatCannotBeHadAgain(t *testing.T) {
	for body, copies := range map[io.Reader]uint64{
		strings.NewReader("kept"):                         1,
		io.MultiReader(strings.NewReader("for one time")): 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, g, asked, _ := hedging(t)
			req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://shop.test/", body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			time.Sleep(3 * time.Second)
			synctest.Wait()
			if s := g.Stats(); s.Hedge.Sent != copies || uint64(asked.Load()) != copies+1 || s.Failures != 0 || s.Gate.InUse != 0 {
				t.Errorf("%d requests; %+v", asked.Load(), s.Hedge)
			}
		})
	}
}
