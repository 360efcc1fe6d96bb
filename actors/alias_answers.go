// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// What the fields of Cache and Fallback are made of, so that a policy can be written with this
// package alone.
type (
	// Coalesce says whether callers that miss one key share a load; see [cache.Coalesce].
	Coalesce = cache.Coalesce
	// FallbackUse says where the answer of a step comes from; see [fallback.Use].
	FallbackUse = fallback.Use
	// FallbackValue is an answer that stands in the policy, as JSON; see [fallback.JSON].
	FallbackValue = fallback.JSON
)

// The words of those.
const (
	// CoalesceOn and CoalesceOff are the words of cache.coalesce.
	CoalesceOn  = cache.CoalesceOn
	CoalesceOff = cache.CoalesceOff

	// UseByField and the others say where a step's answer comes from.
	UseByField  = fallback.ByField
	UseValue    = fallback.Value
	UseComputed = fallback.Computed
	UseLastGood = fallback.LastGood
	UseGuard    = fallback.Guard

	// OnRefusal and OnFailure are what a step may be for beside single classes: every
	// refusal, and every failure of the dependency.
	OnRefusal = fallback.Refusal
	OnFailure = fallback.Failure
)

// ErrDeclined is what a Fallback hook (see [With]) returns, itself or wrapped, that has no
// answer to a request: the next step is tried.
var ErrDeclined = fallback.ErrDeclined
