// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain plays the server as well: the tests start this binary again with a role.
func TestMain(m *testing.M) {
	if role := os.Getenv("SERVERS_ROLE"); role != "" {
		play(role, os.Args[1])
		return
	}
	goleak.VerifyTestMain(m)
}

func play(role, addr string) {
	switch role {
	case "broken":
		fmt.Println("no such directive: teapot")
		os.Exit(3)
	case "broken-once":
		if f, err := os.OpenFile(os.Getenv("SERVERS_ONCE"), os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			_ = f.Close()
			os.Exit(3)
		}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	}
	fmt.Println("listening on", addr)
	srv := &http.Server{Addr: addr, ReadHeaderTimeout: time.Second, Handler: http.NotFoundHandler()}
	fmt.Println(srv.ListenAndServe())
	os.Exit(1)
}
