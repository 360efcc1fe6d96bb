// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestAddressesOfNodesAreReadAndEveryProblemTold(t *testing.T) {
	for node, want := range map[string]string{
		"": DefaultListen, "localhost:1": "localhost:1", "http://127.0.0.1:2": "127.0.0.1:2", "[::1]:3": "[::1]:3", "https://10.0.0.7:4/": "10.0.0.7:4",
	} {
		c, err := NewClient(ClientOptions{Node: node, Token: testToken})
		if err != nil || c.Node() != want {
			t.Errorf("%q: %v", node, err)
		}
	}
	for _, node := range []string{"127.0.0.1", "ftp://127.0.0.1:1", "http://127.0.0.1:1/v1", "http://a:b@127.0.0.1:1", "://", "10.0.0.7:1", "127.0.0.1:99999", "127.0.0.1:0"} {
		_, err := NewClient(ClientOptions{Node: node})
		if ps, ok := err.(fuseboard.Problems); !ok || len(ps) != 2 || ps[0].Path != "node" || ps[1].Path != "token" { //nolint:errorlint // as it is documented
			t.Errorf("%q: %v", node, err)
		}
	}
}

func TestWhatIsNoConsoleIsToldInPlainWords(t *testing.T) {
	redirected := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { redirected = true }))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"html":     {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "is no console of Fuseboard, or of another release"},
		"404":      {http.NotFound, "is no console of Fuseboard: it answers 404 Not Found"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, "it answers 302 Found"},
		"cut off":  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "speaks no HTTP"},
	} {
		s := httptest.NewServer(c.answer)
		asker, err := NewClient(ClientOptions{Node: s.URL, Token: testToken})
		if err != nil {
			t.Fatal(err)
		}
		_, err = asker.Status(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), testToken) {
			t.Errorf("%s: %v", name, err)
		}
		asker.Close()
		s.Close()
	}
	if redirected {
		t.Error("the token went where an answer pointed")
	}
}
