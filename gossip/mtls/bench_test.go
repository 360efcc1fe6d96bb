// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"testing"
)

// A packet from one end to the other and back: what a probe takes once there are connections.
func BenchmarkPacketThereAndBack(b *testing.B) {
	ca := authority(b)
	x, y := start(b, ca, "x"), start(b, ca, "y")
	packet := make([]byte, 100)
	turn := func() {
		for _, way := range [][2]*Transport{{x, y}, {y, x}} {
			if _, err := way[0].WriteTo(packet, way[1].Addr()); err != nil {
				b.Fatal(err)
			}
			<-way[1].PacketCh()
		}
	}
	turn()
	b.ReportAllocs()
	for b.Loop() {
		turn()
	}
}

// A stream, verified on both sides.
func BenchmarkDial(b *testing.B) {
	for name, forget := range map[string]bool{"first": true, "resumed": false} {
		b.Run(name, func(b *testing.B) {
			ca := authority(b)
			x, y := start(b, ca, "x"), start(b, ca, "y")
			b.ReportAllocs()
			for b.Loop() {
				if forget {
					x.state.Load().sessions.Put(y.Addr(), nil)
				}
				c, err := x.DialTimeout(y.Addr(), patience)
				if err != nil {
					b.Fatal(err)
				}
				_ = c.Close()
				_ = (<-y.StreamCh()).Close()
			}
			if resumed := x.Stats().Resumed; (resumed == 0) != forget {
				b.Errorf("%d were resumed", resumed)
			}
		})
	}
}
