// SPDX-License-Identifier: Apache-2.0

package wire

import "time"

// Headers of a request.
const (
	// HeaderDeadline is what was left of the caller's deadline when it sent the request:
	// whole milliseconds, rounded down. It is relative, because clocks differ.
	HeaderDeadline = "Fuseboard-Deadline-Ms"
	// HeaderPriority is the word of a fuseboard.Priority.
	HeaderPriority = "Fuseboard-Priority"
	// HeaderTenant names for whom the work is done.
	HeaderTenant = "Fuseboard-Tenant"
	// HeaderAttempt numbers the caller's attempt, from 1.
	HeaderAttempt = "Fuseboard-Attempt"
	// HeaderChain lists the dependencies on the way here, outermost first, by commas.
	HeaderChain = "Fuseboard-Chain"
	// HeaderRequest identifies the request in logs. The name is what proxies and meshes use.
	HeaderRequest = "X-Request-Id"
	// HeaderMeshAttempt numbers the attempt of a mesh (Envoy, Istio), from 1, in requests
	// and in responses. It is read, never written.
	HeaderMeshAttempt = "X-Envoy-Attempt-Count"
)

// Headers of a response.
const (
	// HeaderRepeats is how often hops further in have repeated attempts for this answer.
	HeaderRepeats = "Fuseboard-Repeats"
	// HeaderRetryAfter is the standard one (RFC 9110, section 10.2.3).
	HeaderRetryAfter = "Retry-After"
	headerDate       = "Date"
)

// Bounds of what is written and read. A peer's header costs no more than they say.
const (
	// LongestValue is the most bytes of a tenant and of a request's id.
	LongestValue = 128
	// LongestName is the most bytes of a name in a chain, as of every dependency.
	LongestName = 63
	// LongestChain is the most names in a chain; of more, the innermost are kept.
	LongestChain = 16
	// LongestDeadline is what a longer one counts as: nobody waits for a day.
	LongestDeadline = 24 * time.Hour
	// MostAttempts is the highest attempt that is believed.
	MostAttempts = 1000
	// MostRepeats is what more repetitions count as.
	MostRepeats = 100
	// LongestRetryAfter is what a longer one counts as; a year is for ever.
	LongestRetryAfter = 365 * 24 * time.Hour
)
