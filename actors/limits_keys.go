// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"strconv"

	"github.com/fuseboard/fuseboard"
)

// know lists a keyring among those whose idle keys may be forgotten for others'.
func (l *limits) know(k *Keyring) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := append(slices.Clone(*l.rings.Load()), k)
	l.rings.Store(&all)
}

func (l *limits) forget(k *Keyring) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(*l.rings.Load()), func(other *Keyring) bool { return other == k })
	l.rings.Store(&all)
}

// takeKey takes what one more key needs of the System's limits. If there is no
// room it takes nothing and returns the limit that is in the way.
func (l *limits) takeKey(weight int64) *limit {
	if !l.keys.quota.Take(1) {
		return &l.keys
	}
	if !l.bytes.quota.Take(weight) {
		l.keys.quota.Give(1)
		return &l.bytes
	}
	return nil
}

func (l *limits) giveKey(weight int64) {
	l.keys.quota.Give(1)
	l.bytes.quota.Give(weight)
}

// place takes the place of one more key, in the Keyring and under the System's
// limits, or returns the refusal, and the System's limit if it is for one. The plan does not change meanwhile, because
// whoever makes a key holds up an Update. Several keys may have to go, where
// others take what was freed, or one needs more bytes than another.
func (k *Keyring) place() (*CallError, *limit) {
	l, weight := k.head.sys.limits, k.head.plan.Load().weight
	for left := keysDrawn; ; left-- {
		if !k.room() {
			return k.full, nil
		}
		short := l.takeKey(weight)
		if short == nil {
			return nil, nil
		}
		k.count.Add(-1)
		if left == 0 || weight > l.bytes.quota.Limit() || !k.evictAnywhere() {
			if short == &l.keys {
				return k.crowded, short
			}
			return k.heavy, short
		}
	}
}

// giveUp gives a place back that no key was made for.
func (k *Keyring) giveUp() {
	k.count.Add(-1)
	k.head.sys.limits.giveKey(k.head.plan.Load().weight)
}

// evictAnywhere forgets an idle key of the Keyring, or else of another.
func (k *Keyring) evictAnywhere() bool {
	if k.evictForOther() {
		return true
	}
	for _, other := range *k.head.sys.limits.rings.Load() {
		if other != k && other.evictForOther() {
			return true
		}
	}
	return false
}

// evictForOther forgets an idle key whose place in the Keyring stays free.
func (k *Keyring) evictForOther() bool {
	if !k.evictOne() {
		return false
	}
	k.count.Add(-1)
	return true
}

// limitErrors makes the refusals of a new key, once.
func (k *Keyring) limitErrors() {
	l := k.head.sys.limits
	k.crowded = k.head.self.refusal(byLimits, ErrLimit, l.keys.detail)
	k.heavy = k.head.self.refusal(byLimits, ErrLimit, l.bytes.detail)
}

// reweigh puts another plan in force for keys to come, and takes what they and
// those that are there need more. Then no key is made, and none forgotten, so that
// each is weighed by the plan of its Keyring, always. less is to be given back when
// the keys that are there have the new plan.
func (k *Keyring) reweigh(after *plan) (less int64, err error) {
	for i := range k.shards {
		k.shards[i].making.Lock()
		defer k.shards[i].making.Unlock()
	}
	all := int64(1) // the head
	for i := range k.shards {
		k.shards[i].mu.Lock()
		defer k.shards[i].mu.Unlock()
		all += int64(len(k.shards[i].list))
	}
	more := all * (after.weight - k.head.plan.Load().weight)
	if err := k.head.sys.weigh(k.head.name, more); err != nil {
		return 0, err
	}
	k.head.plan.Store(after)
	k.head.steer()
	return -more, nil
}

// codeMaxLimit is the code of the warning for more keys than the System allows.
const codeMaxLimit = "max-exceeds-limit"

// beyond warns of a Keyring that may have more keys than all of them together.
func (l KeyLimits) beyond(keys int64) Problems {
	if most := l.WithDefaults().Max; int64(most) > keys {
		return Problems{fuseboard.Problem{
			Path: "limits.max", Code: codeMaxLimit, Value: strconv.Itoa(most), Warning: true,
			Message: "is never reached, because the System's limits.keys is " + strconv.FormatInt(keys, 10),
			Fix:     "lower limits.max, or raise Options.Limits.Keys",
		}}
	}
	return nil
}
