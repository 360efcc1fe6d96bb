// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"io"
	"log"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

// BenchmarkVirtualMinute tells what a virtual minute of idle memberlist nodes costs: an operation is one.
func BenchmarkVirtualMinute(b *testing.B) {
	for _, compress := range []bool{false, true} {
		for _, count := range sizes {
			b.Run(fmt.Sprintf("nodes=%d/compress=%t", count, compress), func(b *testing.B) {
				synctest.Test(new(testing.T), func(*testing.T) {
					n, err := New(Options{Seed: 1})
					if err != nil {
						panic(err)
					}
					var members []*memberlist.Memberlist
					for _, name := range names(count) {
						c := memberlist.DefaultLANConfig()
						c.Name, c.Logger, c.EnableCompression = name, log.New(io.Discard, "", 0), compress
						if c.Transport, err = n.Node(name); err != nil {
							panic(err)
						}
						m, err := memberlist.Create(c)
						if err != nil {
							panic(err)
						}
						if _, err := m.Join([]string{"10.0.0.1:7946"}); err != nil {
							panic(err)
						}
						members = append(members, m)
					}
					time.Sleep(time.Duration(b.N) * time.Minute)
					for _, m := range members {
						_ = m.Shutdown()
					}
					time.Sleep(time.Minute)
					_ = n.Close()
				})
			})
		}
	}
}
