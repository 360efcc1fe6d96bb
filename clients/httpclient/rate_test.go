// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// A partner that answers 429 is left alone until its Retry-After, by all who ask it.
func TestA429DrainsTheRateUntilItsRetryAfter(t *testing.T) {
	var asked atomic.Int64
	partner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer partner.Close()
	client, err := httpclient.New(start(t), httpclient.Options{Policy: actors.Policy{Rate: actors.RateLimit{Limit: 1000, Burst: 100}}})
	if err != nil {
		t.Fatal(err)
	}
	get := func() (*http.Response, error) {
		resp, err := client.Get(partner.URL) //nolint:noctx // on loopback
		if err == nil {
			_ = resp.Body.Close()
		}
		return resp, err
	}
	if resp, err := get(); err != nil || resp.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("%v, %v", resp, err)
	}
	_, err = get()
	refused, ok := errors.AsType[*actors.CallError](err)
	if !ok {
		t.Fatalf("%T: %v", err, err)
	}
	if again := refused.RetryAfter(); refused.RejectedBy() != "rate" || again > 7*time.Second || again < 6*time.Second {
		t.Errorf("refused by %q, again in %s: %v", refused.RejectedBy(), again, err)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the partner was asked %d times", n)
	}
}
