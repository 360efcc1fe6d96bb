// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatATrustedOperatorSignedIsTheOrder(t *testing.T) {
	o := hold(noon, func(o *Order) {
		o.Verb, o.Policy = Policy, map[string]string{"bulkhead.concurrency": "8", "retry": "{attempts: 1}"}
	})
	got, err := trusting(t, 1, 2).Verify(signed(t, 2, o), noon)
	if err != nil || !reflect.DeepEqual(got, o) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	trust := trusting(t, 1)
	for _, c := range []struct {
		name  string
		trust Trust
		given Signed
		now   time.Time
		want  Reason
		says  string
	}{
		{"a key that nobody trusts", trust, signed(t, 2, hold(noon)), noon, UnknownKey, fixed(2).Key().String()},
		{"nobody is trusted", Trust{}, signed(t, 1, hold(noon)), noon, UnknownKey, "nobody here trusts"},
		{"another fleet", trust, signed(t, 1, hold(noon, func(o *Order) { o.Fleet = "shop/test" })), noon, OtherFleet, `"shop/test", and this is "shop/live"`},
		{"an hour ahead", trust, signed(t, 1, hold(noon.Add(time.Hour))), noon, TooFarAhead, "1h ahead of this node's clock (accepted: 1m ahead)"},
		{"a version an hour ahead", trust, signed(t, 1, hold(noon, func(o *Order) { o.Version.Millis += 3_600_000 })), noon, TooFarAhead, "1h ahead"},
		{"over", trust, signed(t, 1, hold(noon)), noon.Add(10 * time.Minute), Expired, "2026-03-01T12:10:00Z, 0s ago"},
		{"a release that ends nothing any more", trust, signed(t, 1, hold(noon, release)), noon.Add(LongestTTL), Expired, "sign a new one"},
		{"nothing", trust, Signed{}, noon, Malformed, "it is empty"},
	} {
		_, err := c.trust.Verify(c.given, c.now)
		refuses(t, err, c.want)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasSuffix(err.Error(), "["+c.want.String()+"]") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAnOrderIsGenuineWheneverItEnded(t *testing.T) {
	trust := trusting(t, 1)
	if err := trust.Genuine(signed(t, 1, hold(noon)), noon.Add(2*LongestTTL)); err != nil {
		t.Error(err)
	}
	refuses(t, trust.Genuine(signed(t, 2, hold(noon)), noon), UnknownKey)
	refuses(t, trust.Genuine(signed(t, 1, hold(noon.Add(time.Hour))), noon), TooFarAhead)
}

func TestClocksMayBeAMinuteApart(t *testing.T) {
	if _, err := trusting(t, 1).Verify(signed(t, 1, hold(noon.Add(Ahead))), noon); err != nil {
		t.Error(err)
	}
	_, err := trusting(t, 1).Verify(signed(t, 1, hold(noon.Add(Ahead+time.Millisecond))), noon)
	refuses(t, err, TooFarAhead)
}

func TestOneByteOfAnOrderChangedAndNobodyObeys(t *testing.T) {
	trust := trusting(t, 1)
	good := signed(t, 1, hold(noon)).Bytes()
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			s, err := ParseSigned(bad)
			if err == nil {
				_, err = trust.Verify(s, noon)
			}
			if _, is := reasonOf(err); !is {
				t.Fatalf("bit %d of byte %d: %v", bit, i, err)
			}
		}
	}
}

func TestASignatureOverSomethingElseIsNoneOverAnOrder(t *testing.T) {
	b := signed(t, 1, hold(noon)).Bytes()
	end := len(b) - 64
	for _, domain := range []string{"", "fuseboard order v2\x00"} { // the same bytes, signed by the same key as something else
		other := append(bytes.Clone(b[:end]), signRaw(fixed(1), append([]byte(domain), b[:end]...))...)
		s, err := ParseSigned(other)
		if err != nil {
			t.Fatal(err)
		}
		_, err = trusting(t, 1).Verify(s, noon)
		refuses(t, err, BadSignature)
	}
}

func TestTheBytesOfAnOrderAreTheSameWhateverTheOrderOfItsValues(t *testing.T) {
	values := map[string]string{}
	for i := range MostValues {
		values[fmt.Sprintf("f%d", i)] = "1"
	}
	o := hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, values })
	first := signed(t, 1, o)
	for range 20 {
		if again := signed(t, 1, o); !bytes.Equal(again.Bytes(), first.Bytes()) {
			t.Fatal("the bytes differ")
		}
	}
}

func TestEveryOrderThatCanBeSignedFitsOnePacketAndComesBackTheSame(t *testing.T) {
	trust := trusting(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		o := anyOrder().Draw(t, "order")
		s, err := fixed(1).Sign(o)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Bytes()); n > MostBytes {
			t.Fatalf("%d bytes", n)
		}
		text, err := s.MarshalText()
		var again Signed
		if err == nil {
			err = again.UnmarshalText(text)
		}
		if err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%v: %+v", err, again)
		}
		got, err := trust.Verify(again, noon)
		if err != nil || !reflect.DeepEqual(got, o) {
			t.Fatalf("%v: %+v", err, got)
		}
	})
}

// anyOrder draws orders that are in force at noon.
func anyOrder() *rapid.Generator[Order] {
	return rapid.Custom(func(t *rapid.T) Order {
		o := hold(noon.Add(-time.Duration(rapid.IntRange(0, 500).Draw(t, "ago")) * time.Millisecond))
		o.Verb = Verb(rapid.IntRange(int(HoldOpen), int(Release)).Draw(t, "verb"))
		o.Dependency = rapid.StringMatching(`\*|[a-z0-9][a-z0-9_.-]{0,62}`).Draw(t, "dependency")
		o.Author = rapid.StringMatching(`[!-~é]{1,32}`).Draw(t, "author")
		o.Reason = rapid.StringMatching(`[!-~ü世]{1,80}`).Draw(t, "reason")
		o.Version.Counter = rapid.Uint32().Draw(t, "counter")
		switch o.Verb {
		case Release:
			o.Of, o.Expires = Slot(rapid.IntRange(0, int(Values)).Draw(t, "of")), time.Time{}
		case Policy:
			o.Policy = rapid.MapOfN(rapid.StringMatching(`[a-z][a-z_.]{0,15}`), rapid.StringMatching(`[!-~]{1,15}`), 1, 10).Draw(t, "policy")
		default:
		}
		return o
	})
}

func TestWhatIsWrongWithAnOrderIsToldAllAtOnce(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name   string
		change func(*Order)
		want   []string // the paths, in order
	}{
		{"nothing", func(*Order) {}, nil},
		{"all of it", func(o *Order) { *o = Order{} }, []string{"fleet", "dependency", "verb", "author", "reason", "issued"}},
		{"names", func(o *Order) { o.Fleet, o.Dependency = "Shop", "pay ments" }, []string{"fleet", "dependency"}},
		{"a pattern", func(o *Order) { o.Dependency = "pay*" }, []string{"dependency"}},
		{"words", func(o *Order) { o.Verb, o.Of = 77, 78 }, []string{"verb", "of"}},
		{"a slot of a hold", func(o *Order) { o.Of = Circuit }, []string{"of"}},
		{"texts", func(o *Order) { o.Author, o.Reason = long, "one\x1b[31mline" }, []string{"author", "reason"}},
		{"blanks", func(o *Order) { o.Author, o.Reason = " ", "\n" }, []string{"author", "reason"}},
		{"bytes that are no text", func(o *Order) { o.Reason = "\xff" }, []string{"reason"}},
		{"no end", func(o *Order) { o.Expires = time.Time{} }, []string{"expires"}},
		{"too long", func(o *Order) { o.Expires = o.Issued.Add(LongestTTL + time.Millisecond) }, []string{"expires"}},
		{"too short", func(o *Order) { o.Expires = o.Issued }, []string{"expires"}},
		{"a release with an end", func(o *Order) { o.Verb = Release }, []string{"expires"}},
		{"a version of the past", func(o *Order) { o.Version.Millis-- }, []string{"version"}},
		{"before all clocks", func(o *Order) { o.Issued = time.Unix(-1, 0) }, []string{"issued", "expires"}},
		{"after all clocks", func(o *Order) { o.Version.Millis = 1 << 60 }, []string{"version"}},
		{"values without the verb", func(o *Order) { o.Policy = map[string]string{"a": "1"} }, []string{"policy"}},
		{"the verb without values", func(o *Order) { o.Verb = Policy }, []string{"policy"}},
		{"values", func(o *Order) { o.Verb, o.Policy = Policy, map[string]string{"A": "1", "a": "", "b": long} }, []string{"policy", "policy.a", "policy.b"}},
		{"many values", func(o *Order) { o.Verb, o.Policy = Policy, manyValues(MostValues+1) }, []string{"policy"}},
	} {
		problems := hold(noon, c.change).Validate()
		var got []string
		for _, p := range problems {
			got = append(got, p.Path)
			if p.Message == "" || p.Accepted+p.Fix == "" || p.Code == "" {
				t.Errorf("%s: %+v says too little", c.name, p)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, problems, c.want)
		}
		if _, err := fixed(1).Sign(hold(noon, c.change)); (err == nil) != (c.want == nil) {
			t.Errorf("%s: signed with %v", c.name, err)
		}
	}
}

func manyValues(n int) map[string]string {
	values := map[string]string{}
	for i := range n {
		values[fmt.Sprintf("f%d", i)] = strings.Repeat("v", 100)
	}
	return values
}

func TestAnOrderThatDoesNotFitOnePacketIsNotSigned(t *testing.T) {
	_, err := fixed(1).Sign(hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, manyValues(MostValues) }))
	if err == nil || !strings.Contains(err.Error(), "too long for one packet (accepted: at most 1000 bytes") {
		t.Error(err)
	}
}

func TestAClaimIsTheCallersToChange(t *testing.T) {
	s := signed(t, 1, hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, map[string]string{"a": "1"} }))
	s.Claim().Policy["a"] = "2"
	if s.Claim().Policy["a"] != "1" {
		t.Error("it changed the order")
	}
}

func TestWordsComeBack(t *testing.T) {
	for v := HoldOpen; v <= Release; v++ {
		text, err := v.MarshalText()
		var again Verb
		if err != nil || again.UnmarshalText(text) != nil || again != v {
			t.Error(v, err)
		}
	}
	for s := Everything; s <= Values; s++ {
		text, err := s.MarshalText()
		var again Slot
		if err != nil || again.UnmarshalText(text) != nil || again != s {
			t.Error(s, err)
		}
	}
	for r := Malformed; r < reasons; r++ {
		if text, err := r.MarshalText(); err != nil || string(text) != r.String() {
			t.Error(r, err)
		}
	}
	if _, err := Verb(0).MarshalText(); err == nil {
		t.Error("the zero verb has a word")
	}
	if v := Shadow; v.UnmarshalText([]byte("shadows")) == nil || v != Shadow {
		t.Error("an unknown word was read")
	}
	if Verb(99).String() != "unknown" || Slot(99).String() != "unknown" || Reason(99).String() != "unknown" || Verdict(99).String() != "unknown" {
		t.Error("there is a word for what there is not")
	}
}

func TestAnOrderHasOneEncoding(t *testing.T) {
	good := appendOrder(nil, hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, map[string]string{"a": "1", "b": "2"} }))
	if _, err := readOrder(good); err != nil {
		t.Fatal(err)
	}
	long := append(bytes.Clone(good[:len(good)-1]), 0x80, 0) // the counter, in two bytes
	twice := bytes.Replace(good, []byte("\x01b\x012"), []byte("\x01a\x012"), 1)
	turned := bytes.Replace(good, []byte("\x01a\x011\x01b\x012"), []byte("\x01b\x012\x01a\x011"), 1)
	for name, c := range map[string]struct {
		bytes []byte
		want  error
	}{
		"a long number": {long, errNumber}, "a field twice": {twice, errUnordered}, "fields turned round": {turned, errUnordered},
		"more": {append(bytes.Clone(good), 0), errTrailing}, "less": {good[:len(good)-1], errShort},
	} {
		if _, err := readOrder(c.bytes); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
