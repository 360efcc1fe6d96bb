// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"errors"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/console/api"
)

func TestNobodyThereIsToldFromHTTPAndHTTPSMixedUp(t *testing.T) {
	r := alone(t)
	_, err := client(t, api.ClientOptions{Node: "https://" + r.server.Addr(), Token: testToken}).Status(t.Context())
	if !errors.Is(err, api.ErrUnreachable) || !strings.Contains(err.Error(), "without https://") {
		t.Errorf("%v", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := l.Addr().String()
	_ = l.Close()
	_, err = client(t, api.ClientOptions{Node: gone, Token: testToken}).Status(t.Context())
	if !errors.Is(err, api.ErrUnreachable) || err.Error() != "nothing listens on "+gone+": is the service running, and does it call console.Serve?" {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = r.client.Status(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, api.ErrUnreachable) {
		t.Errorf("who gave up is told %v", err)
	}
}

// words are the names that a type has in JSON, those below it included.
func words(t reflect.Type, under string) (all []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.PkgPath() == "time" {
		return nil
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			all = append(all, words(f.Type, under)...)
			continue
		}
		all = append(append(all, under+name+" "+f.Type.Kind().String()), words(f.Type, under+name+".")...)
	}
	return all
}

func TestClientsReadAllThatANodeSays(t *testing.T) {
	for _, c := range []struct{ says, reads any }{
		{members{}, api.Members{}}, {status{}, api.Status{}}, {dependency{}, api.Dependency{}}, {receipt{}, api.Receipt{}},
	} {
		says, reads := words(reflect.TypeOf(c.says), ""), words(reflect.TypeOf(c.reads), "")
		if len(says) < 5 {
			t.Errorf("%T says %q", c.says, says)
		}
		for _, name := range says {
			if !slices.Contains(reads, name) {
				t.Errorf("%T says %s, and %T has no such field", c.says, name, c.reads)
			}
		}
		for _, name := range reads {
			if !slices.Contains(says, name) {
				t.Errorf("%T has %s, which %T never says", c.reads, name, c.says)
			}
		}
	}
}
