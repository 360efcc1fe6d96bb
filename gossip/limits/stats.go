// SPDX-License-Identifier: Apache-2.0

package limits

// Stats is what a [Transport] let pass and what it stopped, since it was made.
type Stats struct {
	// Packets and Bytes are what passed.
	Packets, Bytes uint64
	// Streams is how many passed; Open how many of them are open now.
	Streams uint64
	// Open is how many streams are open now.
	Open int
	// Sources is how many sources are known now; Forgotten how many had to make room for others.
	Sources int
	// Forgotten is how many sources had to make room for others.
	Forgotten uint64

	// DroppedByRate is how many packets came faster than Options.Packets and PacketBurst let them.
	DroppedByRate uint64
	// DroppedByBytes is how many packets had more bytes than Options.Bytes and ByteBurst let them.
	DroppedByBytes uint64
	// RefusedBySource is how many streams were closed because their source had Options.Streams open.
	RefusedBySource uint64
	// RefusedByTotal is how many streams were closed because Options.StreamsTotal were open.
	RefusedByTotal uint64
	// CutByBytes is how many streams were closed because they went on after Options.StreamBytes.
	CutByBytes uint64
	// CutByTime is how many streams were still read from or written to when Options.StreamTime was over.
	CutByTime uint64
}
