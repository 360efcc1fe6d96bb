// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

func TestWhatIsGivenBesideAGuardIsToldAllAtOnce(t *testing.T) {
	sys := start(t)
	guard, err := actors.Protect(sys, "given", quick)
	if err != nil {
		t.Fatal(err)
	}
	_, err = httpclient.NewTransport(sys, httpclient.Options{
		Guard: guard, Policy: quick, Key: httpclient.ByHost, Keys: actors.KeyLimits{Max: 3},
	})
	problems, ok := errors.AsType[fuseboard.Problems](err)
	if !ok || len(problems) != 3 {
		t.Fatalf("%v", err)
	}
	for i, path := range []string{"policy", "key", "keys"} {
		if problems[i].Path != path || problems[i].Fix == "" {
			t.Errorf("problem %d is %v", i, problems[i])
		}
	}
}

func TestOptionsThatCannotBeAreErrors(t *testing.T) {
	sys := start(t)
	for name, o := range map[string]httpclient.Options{
		"a name that cannot be used": {Name: "No Name"},
		"a policy with errors":       {Policy: actors.Policy{Retry: actors.Retry{Attempts: -1}}},
		"limits with errors":         {Keys: actors.KeyLimits{Max: -1}},
	} {
		if client, err := httpclient.New(sys, o); err == nil || client != nil {
			t.Errorf("%s: %v, %v", name, client, err)
		}
	}
	if client, err := httpclient.New(nil, httpclient.Options{}); err == nil || client != nil {
		t.Errorf("no System: %v, %v", client, err)
	}
	if _, err := httpclient.ByRoute("GET /a/{", "GET /b", "GET /b"); err == nil {
		t.Error("patterns that are none, or come twice, are taken")
	}
	if _, err := new(httpclient.Transport).RoundTrip(&http.Request{}); err == nil {
		t.Error("a transport that was not made sends")
	}
}

func TestPolicyWithAModeAloneIsTheDefaultInThatMode(t *testing.T) {
	_, tr := protect(t, httpclient.Options{Policy: actors.Policy{Mode: actors.ShadowPolicy}})
	got, want := tr.Keyring().Policy(), httpclient.DefaultPolicy()
	if got.Mode != actors.ShadowPolicy || got.Deadline != want.Deadline || got.Bulkhead != want.Bulkhead {
		t.Errorf("%+v", got)
	}
}
