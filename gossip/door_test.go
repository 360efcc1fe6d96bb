// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bufio"
	"bytes"
	"compress/lzw"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip/record"
)

// bomb is a message of some 37 kB that memberlist would unpack to 40 MiB: {"Algo": 0, "Buf": …} in MessagePack.
var bomb = sync.OnceValue(func() []byte {
	var packed bytes.Buffer
	w := lzw.NewWriter(&packed, lzw.LSB, 8)
	zeros := make([]byte, 1<<20)
	for range 40 {
		_, _ = w.Write(zeros) // into memory
	}
	_ = w.Close()
	b := []byte{kindCompress, 0x82, 0xa4, 'A', 'l', 'g', 'o', 0, 0xa3, 'B', 'u', 'f', 0xda}
	b = binary.BigEndian.AppendUint16(b, uint16(packed.Len()))
	return append(b, packed.Bytes()...)
})

func labelled(label string, b []byte) []byte {
	return append(append([]byte{kindLabel, byte(len(label))}, label...), b...)
}

func summed(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kindCRC}, crc32.ChecksumIEEE(b)), b...)
}

func compound(parts ...[]byte) []byte {
	b := []byte{kindCompound, byte(len(parts))}
	for _, p := range parts {
		b = binary.BigEndian.AppendUint16(b, uint16(len(p)))
	}
	return append(b, bytes.Join(parts, nil)...)
}

func TestPacketsThatWouldHaveToBeUnpackedAreSeenHoweverTheyAreWrapped(t *testing.T) {
	ping := []byte{0, 0x80}
	deep := bomb()
	for range 20 {
		deep = compound(deep)
	}
	for _, c := range []struct {
		what   string
		packet []byte
		want   bool
	}{
		{"bare", bomb(), true},
		{"summed", summed(bomb()), true},
		{"the second of a compound", compound(ping, bomb()), true},
		{"in a compound of a compound, summed", summed(compound(ping, compound(bomb()))), true},
		{"very deep", deep, true},
		{"a ping", ping, false},
		{"a compound of pings", compound(ping, ping), false},
		{"a compound of a message with the byte in it", compound([]byte{kindUser, kindCompress}), false},
		{"a compound that ends too early", compound(ping, ping)[:5], false},
		{"a compound without anything", []byte{kindCompound}, false},
		{"nothing", nil, false},
	} {
		if got := inflates(labelled("shop/test", c.packet), "shop/test"); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if inflates(labelled("shop/live", bomb()), "shop/test") || inflates([]byte{kindLabel}, "shop/test") {
		t.Error("what is refused for its label is refused twice")
	}
}

func TestStreamsThatAskForTooMuchAreSeen(t *testing.T) {
	text := func(s string) []byte { return append([]byte{0xa0 | byte(len(s))}, s...) }
	pushPull := func(nodes ...byte) []byte {
		b := append(append([]byte{kindPushPull, 0x83}, text("Nodes")...), nodes...)
		b = append(append(b, text("UserStateLen")...), 5)
		return append(append(b, text("Join")...), 0xc3)
	}
	user := func(length ...byte) []byte {
		return append(append([]byte{kindUser, 0x81}, text("UserMsgLen")...), length...)
	}
	for _, c := range []struct {
		what   string
		stream []byte
		sound  bool
	}{
		{"compressed", bomb(), false},
		{"few nodes", pushPull(7), true},
		{"nodes in two bytes", pushPull(0xcd, 0x02, 0x00), true},
		{"signed nodes", pushPull(0xd1, 0x02, 0x00), true},
		{"a million nodes", pushPull(0xce, 0, 0x10, 0, 0), false},
		{"a million signed nodes", pushPull(0xd2, 0, 0x10, 0, 0), false},
		{"fewer than no nodes", pushPull(0xd3, 255, 255, 255, 255, 255, 255, 255, 255), false},
		{"nodes that are a text", pushPull(0xa1, 'x'), false},
		{"a message of 4 MiB", user(0xce, 0, 0x40, 0, 0), true},
		{"a longer one", user(0xce, 0, 0x40, 0, 1), false},
		{"an array, which is read as well", append([]byte{kindPushPull, 0x93}, 7, 5, 0xc3), false},
		{"another name", append(append([]byte{kindUser, 0x81}, text("usermsglen")...), 1), false},
		{"a ping", []byte{0, 0x80}, true},
		{"something encrypted", []byte{10, 0, 0, 0, 5}, true},
		{"half of a header", pushPull(7)[:6], true},
		{"a label alone", nil, true},
		{"nothing", nil, true},
	} {
		for _, stream := range [][]byte{c.stream, labelled("shop/test", c.stream)} {
			if c.what == "nothing" {
				stream = nil
			}
			f := front{r: bufio.NewReaderSize(bytes.NewReader(stream), frontBytes)}
			got := make([]byte, 0, len(stream))
			b := make([]byte, 7)
			for {
				n, _, err := f.read(b)
				got = append(got, b[:n]...)
				if err != nil {
					if (err == io.EOF) != c.sound || c.sound && !bytes.Equal(got, stream) || !c.sound && len(got) > 0 {
						t.Errorf("%s: %v after %d of %d bytes", c.what, err, len(got), len(stream))
					}
					break
				}
			}
		}
	}
}

// FuzzDoor: whatever comes is looked at without a panic, and what passes is passed on as it was.
func FuzzDoor(f *testing.F) {
	f.Add(labelled("shop/test", summed(compound([]byte{0}, []byte{kindCompress}))))
	f.Add([]byte{kindPushPull, 0x83, 0xa5, 'N', 'o', 'd', 'e', 's', 0xcf, 1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		inflates(b, "shop/test")
		d := front{r: bufio.NewReaderSize(bytes.NewReader(b), frontBytes)}
		var got []byte
		for {
			piece := make([]byte, 64)
			n, _, err := d.read(piece)
			got = append(got, piece[:n]...)
			if errors.Is(err, errInflated) {
				return
			}
			if err != nil {
				break
			}
		}
		if !bytes.Equal(got, b) {
			t.Errorf("%x became %x", b, got)
		}
	})
}

// allocated is what the process takes of memory while it does something, in MiB.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) >> 20
}

func TestBombsAreNotUnpacked(t *testing.T) {
	o := sound()
	o.Keys, o.Plaintext = nil, true
	n := begin(t, o)
	packets := [][]byte{bomb(), summed(bomb()), compound(bomb()), bomb(), compound([]byte{kindCompress, 0x80})} // the last is short
	bomb()                                                                                                      // made before anything is measured
	streams := [][]byte{
		bomb(),
		append([]byte{kindPushPull, 0x83, 0xa5, 'N', 'o', 'd', 'e', 's', 0xce, 0, 0x0f, 0xff, 0xff, 0xac}, "UserStateLen\x00\xa4Join\xc3"...),
	}
	took := allocated(func() {
		out, err := net.Dial("udp", n.Self().Address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = out.Close() }()
		for _, p := range packets {
			if _, err := out.Write(labelled(o.Label, p)); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range streams {
			c, err := net.Dial("tcp", n.Self().Address)
			if err != nil {
				t.Fatal(err)
			}
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = c.Write(labelled(o.Label, s)) // it may be refused before all is written
			_, _ = io.Copy(io.Discard, c)        // until it is closed
			_ = c.Close()
		}
		until(t, "they have come", func() bool { return refusalOf(n, Inflated).Count >= uint64(len(packets)+len(streams)) })
	})
	t.Logf("%d MiB were taken", took)
	if took > 8 {
		t.Errorf("%d MiB were taken for %d bombs", took, len(packets)+len(streams))
	}
	s := n.Stats()
	if s.Refused.Inflated != uint64(len(packets)+len(streams)) || s.Refused.Label+s.Refused.Corrupt+s.Refused.Key > 0 {
		t.Errorf("counted as %+v", s.Refused)
	}
	if text := refusalOf(n, Inflated).String(); !strings.Contains(text, "compressed, or longer than nodes send; last from 127.0.0.1:") {
		t.Error(text)
	}
}

// sealed is a packet as memberlist encrypts it.
func sealed(t *testing.T, key []byte, label string, b []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	return labelled(label, gcm.Seal(append([]byte{1}, nonce...), nonce, b, []byte(label)))
}

func TestWhoHasAKeyMaySendNoLongPackets(t *testing.T) {
	o := sound()
	n := begin(t, o)
	long, short := sealed(t, testKey, o.Label, bomb()), sealed(t, testKey, o.Label, []byte{kindCompound}) // the latter is no message
	took := allocated(func() {
		out, err := net.Dial("udp", n.Self().Address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = out.Close() }()
		for _, p := range [][]byte{long, long, short} {
			if _, err := out.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		until(t, "all have come", func() bool { return refusalOf(n, Corrupt).Count > 0 }) // they keep their order
	})
	if s := n.Stats(); s.Refused.Inflated != 2 || s.Refused.Key > 0 || took > 8 {
		t.Errorf("%d MiB were taken, and refused: %+v", took, s.Refused)
	}
}

// TestTheDoorKnowsMemberlistsMessages: nodes with the longest of everything meet, exchange all and leave, and nothing of it is
// refused. An upgrade of memberlist that writes otherwise fails here.
func TestTheDoorKnowsMemberlistsMessages(t *testing.T) {
	for _, keys := range [][][]byte{nil, {testKey}} {
		o := sound()
		o.Keys, o.Plaintext = keys, keys == nil
		o.Label, o.Zone, o.Meta = strings.Repeat("l", MaxLabel), strings.Repeat("z", MaxZone), make([]byte, MaxMeta)
		one := begin(t, o)
		for i := range record.MaxName { // more than packets answer with
			if err := one.Put(record.Transition, strings.Repeat("k", 1+i), make([]byte, record.MaxBody)); err != nil {
				t.Fatal(err)
			}
		}
		o.Name, o.Seeds = "shop-2", []Seeds{Static(one.Self().Address)}
		two := begin(t, o)
		until(t, "all records have come", func() bool { return two.Stats().Records.Records == one.Stats().Records.Records })
		if err := two.Leave(context.Background()); err != nil {
			t.Error(err)
		}
		for _, n := range []*Node{one, two} {
			if s := n.Stats(); s.Refused.Inflated+s.Refused.Corrupt > 0 {
				t.Errorf("%+v", s.Refused)
			}
		}
	}
}

var _ memberlist.NodeAwareTransport = (*wire)(nil)
