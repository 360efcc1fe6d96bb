// SPDX-License-Identifier: Apache-2.0

// Command virtual is built and run by a test: bubbles must run in an ordinary program,
// and leave no trace of package testing in it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/internal/bubble"
)

func main() {
	bubble.Serve(map[string]bubble.Work{"hours": hours})
	if err := bubble.Supported(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(70)
	}
	flag.VisitAll(func(f *flag.Flag) { fmt.Println("flag", f.Name) })
	var passed time.Duration
	err := bubble.Run(func() {
		begin := time.Now()
		time.Sleep(time.Hour)
		passed = time.Since(begin)
	})
	fmt.Println(passed, err)

	crew := bubble.Crew{Work: "hours", Children: 2, Hear: func(_ int, line json.RawMessage) { fmt.Println(string(line)) }}
	failed, err := crew.Run(context.Background(), []json.RawMessage{[]byte(`1`), []byte(`1`)})
	fmt.Println(len(failed), err)
}

func hours(job json.RawMessage, say func(any)) error {
	var n int
	if err := json.Unmarshal(job, &n); err != nil {
		return err
	}
	return bubble.Run(func() {
		time.Sleep(time.Duration(n) * time.Hour)
		say(time.Now().UTC().Format(time.TimeOnly))
	})
}
