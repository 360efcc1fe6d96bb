// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"testing"
)

func TestWhatANodeObeysFitsAndComesBack(t *testing.T) {
	o := obeys{operators: 7}
	for i := range mostObeyed {
		o.orders = append(o.orders, uint32(i)<<20) //nolint:gosec // small
	}
	body := o.append(nil)
	back, err := decodeObeys(body)
	if err != nil || !bytes.Equal(back.append(nil), body) || len(body) != 133 {
		t.Errorf("%+v of %d bytes, %v", back, len(body), err)
	}
	for _, bad := range [][]byte{nil, {1}, {2, 0, 0, 0, 0}, body[:len(body)-1], append(body, 1, 2, 3, 4)} {
		if _, err := decodeObeys(bad); err == nil {
			t.Errorf("% x is taken", bad)
		}
	}
}
