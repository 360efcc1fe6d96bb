// SPDX-License-Identifier: Apache-2.0

package console

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/console/api"
)

func TestATokenIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	tokens := make([]string, 8)
	var all sync.WaitGroup
	for i := range tokens {
		all.Go(func() {
			var err error
			if tokens[i], err = makeToken(path); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, token := range tokens {
		if token != tokens[0] || len(token) < 2*api.ShortestToken {
			t.Errorf("%d bytes, not those of the first", len(token))
		}
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("%v is left, %v", files, err)
	}
}

func TestATokenThatOthersMayReadOrThatIsNoneIsRefused(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]struct {
		text string
		mode fs.FileMode
		code string
	}{
		"open": {testToken, 0o640, "mode"}, "brief": {"abc-def", 0o600, codeForm}, "empty": {"", 0o600, codeForm},
		"two": {"a token with blanks in it", 0o600, codeForm}, "long": {strings.Repeat("x", api.LongestToken+1), 0o600, codeForm},
	} {
		if c.code == "mode" && runtime.GOOS == "windows" {
			continue
		}
		path := filepath.Join(folder, name)
		if err := errors.Join(os.WriteFile(path, []byte(c.text), 0o600), os.Chmod(path, c.mode)); err != nil {
			t.Fatal(err)
		}
		_, err := makeToken(path)
		code := ""
		if p, ok := errors.AsType[fuseboard.Problem](err); ok {
			code = p.Code
		}
		if ps, ok := errors.AsType[fuseboard.Problems](err); ok {
			code = ps[0].Code
		}
		if code != c.code || !strings.Contains(err.Error(), path) || c.text != "" && strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != c.text {
			t.Errorf("%s was changed: %v", name, err)
		}
	}
	if _, err := api.ReadToken(folder); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder is a token: %v", err)
	}
	if _, err := makeToken(filepath.Join(folder, "no", "token")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestAServerMakesItsTokenFile(t *testing.T) {
	r := alone(t)
	path := filepath.Join(t.TempDir(), "token")
	for range 2 { // the second time it is there
		s, err := Serve(t.Context(), Options{Node: r.node, System: r.sys, Listen: "127.0.0.1:0", TokenFile: path})
		if err != nil {
			t.Fatal(err)
		}
		token, err := api.ReadToken(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client(t, api.ClientOptions{Node: s.Addr(), Token: token}).Members(t.Context()); err != nil {
			t.Error(err)
		}
		_, err = client(t, api.ClientOptions{Node: s.Addr(), Token: testToken}).Members(t.Context())
		if e := refusal(t, err, api.CodeUnauthorised); !e.Unauthorised() || !strings.Contains(e.Error(), "TokenFile") {
			t.Errorf("%v", e)
		}
		closed(t, s)
	}
}
