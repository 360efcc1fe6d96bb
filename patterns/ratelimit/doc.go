// SPDX-License-Identifier: Apache-2.0

// Package ratelimit says how much may be asked of a dependency in how much time: a
// [Policy] is plain data, a [Limiter] keeps it, and a [Keyed] keeps it for each tenant.
package ratelimit
