// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// A response cannot be written in a policy: also not an empty one, which nobody could read.
func TestAValueIsNoResponse(t *testing.T) {
	base := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("down") })
	for _, value := range []actors.FallbackValue{`{}`, `{"status":503}`, `"x"`} {
		sys := start(t)
		p := actors.Policy{Fallback: actors.Fallback{Steps: []actors.FallbackStep{{Value: value}}}}
		if _, err := httpclient.New(sys, httpclient.Options{Policy: p, Base: base}); err == nil || !strings.Contains(err.Error(), "cannot stand in a policy") {
			t.Errorf("%s: %v", value, err)
		}
		transport, err := httpclient.NewTransport(sys, httpclient.Options{Base: base})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := transport.Keyring().Update(t.Context(), p); err == nil {
			t.Errorf("%s: Update took it", value)
		}
		g, err := actors.Protect(sys, "shop", p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := httpclient.New(sys, httpclient.Options{Guard: g, Base: base}); err == nil {
			t.Errorf("%s: Bind took it", value)
		}
	}
}
