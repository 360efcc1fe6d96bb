// SPDX-License-Identifier: Apache-2.0

package cache

// Plus adds up what two caches hold and have counted.
func (v View) Plus(o View) View {
	v.Entries += o.Entries
	v.Evicted += o.Evicted
	v.Hits += o.Hits
	v.Stale += o.Stale
	v.StaleOnError += o.StaleOnError
	v.Remembered += o.Remembered
	v.Negative += o.Negative
	v.Misses += o.Misses
	v.Shared += o.Shared
	v.Loads += o.Loads
	v.Failures += o.Failures
	v.Rescued += o.Rescued
	v.Left += o.Left
	v.Abandoned += o.Abandoned
	v.Refreshes += o.Refreshes
	v.Skipped += o.Skipped
	v.Running += o.Running
	v.Refreshing += o.Refreshing
	v.Waiting += o.Waiting
	return v
}
