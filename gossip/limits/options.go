// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"net"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of [Options].
const (
	DefaultStreams      = 16
	DefaultStreamsTotal = 256
	DefaultPackets      = 2000
	DefaultPacketBurst  = 4000
	DefaultBytes        = 4 << 20
	DefaultByteBurst    = 8 << 20
	DefaultStreamBytes  = 2 << 20
	DefaultStreamTime   = 30 * time.Second
	DefaultSources      = 1024
)

const (
	mostStreams = 1 << 16
	mostRate    = 10_000_000
	leastBytes  = 64 << 10 // the longest packet must have a chance
	mostBytes   = 1 << 30
	leastTime   = 100 * time.Millisecond
	mostTime    = 10 * time.Minute
	mostSources = 1 << 20
)

// Options says how much one source may do. The zero value is meant for fleets of up to 200 nodes: of what they do
// unharmed, it stops nothing.
type Options struct {
	// Streams is how many streams of one source may be open at once. Default 16, accepted 1 to 65536.
	Streams int
	// StreamsTotal is how many streams of all sources may be open at once. Default 256, accepted 1 to 65536.
	StreamsTotal int
	// Packets is how many packets a second one source may send in the long run.
	// Default 2000, accepted 1 to 10000000.
	Packets int
	// PacketBurst is how many packets of one source may come at once. Default 4000, accepted 1 to 10000000.
	PacketBurst int
	// Bytes is how many bytes a second the packets of one source may have in the long run.
	// Default 4 MiB, accepted 64 KiB to 1 GiB.
	Bytes int
	// ByteBurst is how many bytes in packets of one source may come at once. Default 8 MiB, accepted 64 KiB to 1 GiB.
	ByteBurst int
	// StreamBytes is how many bytes are read from one stream; then it is closed. Default 2 MiB, accepted 64 KiB to 1 GiB.
	StreamBytes int
	// StreamTime is how long a stream may be read from and written to after it came, whatever deadline is
	// set on it. Default 30s, accepted 100ms to 10m.
	StreamTime time.Duration
	// Sources is how many sources are known; of those without an open stream, the one that was quiet the longest
	// is forgotten first. More than StreamsTotal. Default 1024, accepted 2 to 1048576.
	Sources int
	// Source names the source of an address. Default: the name that the address tells ([Sourced]), or else its host.
	Source func(net.Addr) string
}

// Sourced is a net.Addr that knows who is there, as those of a carrier that verifies its peers.
type Sourced interface {
	// Source is the verified name of who sends from the address.
	Source() string
}

func (o Options) withDefaults() Options {
	fill(&o.Streams, DefaultStreams)
	fill(&o.StreamsTotal, DefaultStreamsTotal)
	fill(&o.Packets, DefaultPackets)
	fill(&o.PacketBurst, DefaultPacketBurst)
	fill(&o.Bytes, DefaultBytes)
	fill(&o.ByteBurst, DefaultByteBurst)
	fill(&o.StreamBytes, DefaultStreamBytes)
	fill(&o.Sources, DefaultSources)
	if o.StreamTime == 0 {
		o.StreamTime = DefaultStreamTime
	}
	if o.Source == nil {
		o.Source = source
	}
	return o
}

func fill(field *int, value int) {
	if *field == 0 {
		*field = value
	}
}

// Validate reports everything wrong with o at once, with the path of each field.
func (o Options) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("streams", o.Streams, 1, mostStreams, "leave it out for 16")
	c.Int("streams_total", o.StreamsTotal, 1, mostStreams, "leave it out for 256")
	c.Int("packets", o.Packets, 1, mostRate, "leave it out for 2000")
	c.Int("packet_burst", o.PacketBurst, 1, mostRate, "leave it out for 4000")
	c.Int("bytes", o.Bytes, leastBytes, mostBytes, "leave it out for 4194304")
	c.Int("byte_burst", o.ByteBurst, leastBytes, mostBytes, "leave it out for 8388608")
	c.Int("stream_bytes", o.StreamBytes, leastBytes, mostBytes, "leave it out for 2097152")
	c.Duration("stream_time", o.StreamTime, leastTime, mostTime, "leave it out for 30s")
	least := o.withDefaults().StreamsTotal + 1 // or every source known could have a stream, and none could be forgotten
	c.Int("sources", o.withDefaults().Sources, least, mostSources, "it must be more than streams_total")
	return c.Problems()
}

// source is the default of Options.Source.
func source(a net.Addr) string {
	if a == nil {
		return ""
	}
	if s, ok := a.(Sourced); ok {
		return s.Source()
	}
	text := a.String()
	if host, _, err := net.SplitHostPort(text); err == nil {
		return host
	}
	return text
}
