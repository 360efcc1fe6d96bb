// SPDX-License-Identifier: Apache-2.0

package actors

// Judge returns everything wrong with a policy for this guard, warnings included: with the policy itself,
// and with what it is for the operations that are bound. It changes nothing. An [Guard.Update] that comes
// next refuses it for the same, and else only where [Limits] have no room.
func (g *Guard) Judge(p Policy) Problems {
	if !g.made() {
		return Problems{errUnbound}
	}
	return append(p.Validate(), g.fits(p)...)
}

// Judge is [Guard.Judge] for all keys.
func (k *Keyring) Judge(p Policy) Problems {
	if !k.made() {
		return Problems{errUnbound}
	}
	return k.head.Judge(p)
}
