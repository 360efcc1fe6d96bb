// SPDX-License-Identifier: Apache-2.0

package network

import "github.com/hashicorp/memberlist"

// Carrier gives a transport to whom asks for memberlist's interface, as gossip.Options.Carrier does: take gets the name that is asked for, which
// may be of one life, and returns the transport of the node whose life that is. Its error is passed on.
func Carrier(take func(name string) (*Transport, error)) func(name string) (memberlist.NodeAwareTransport, error) {
	return func(name string) (memberlist.NodeAwareTransport, error) {
		t, err := take(name)
		if err != nil {
			return nil, err // and not a nil *Transport, which is no nil interface
		}
		return t, nil
	}
}
