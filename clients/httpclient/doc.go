// SPDX-License-Identifier: Apache-2.0

// Package httpclient protects the HTTP calls of a service: an [http.RoundTripper], and an
// [http.Client] around it, that send each request under the guard of its dependency.
//
//	client, err := httpclient.New(sys, httpclient.Options{})
//	resp, err := client.Get("https://api.example.com/v1/status")
//
// Every host is a dependency of its own, made when it is first called, so that one that
// fails opens no other's circuit. [ByRoute] divides further, Options.Guard takes a guard
// that there is already. A request that a policy refuses ends in an [actors.CallError],
// inside the [url.Error] of the standard client; a response is what the server sent,
// whatever its status.
//
// # What counts as what
//
// A status of 500, 502, 503, 504 or another of 5xx but 501, 505 and 511 is a failure, and
// so are 408, 425 and 429. Every other response is a success: who asks for what is not
// there has a dependency that works. 429 is throttled, 408 and 504 are timeouts; errors are
// classified as everywhere. Retry-After, in seconds or as a date, is obeyed by repetitions
// and by the time for which a circuit opens, each within its policy's bound.
//
// What is the caller's fault says nothing and is not repeated: a header that cannot be sent, a
// body of the request that fails, cannot be had again, or has another length than it says.
//
// # What is repeated
//
// GET, HEAD, OPTIONS, TRACE, PUT and DELETE, and every request with an Idempotency-Key that is not empty;
// all others only if they surely never arrived. A request whose body cannot be had again
// (GetBody is nil) is sent once. With Options.IdempotencyKeys a POST or PATCH without
// a key is given one, the same in all its attempts. What a mesh has repeated already
// (X-Envoy-Attempt-Count in its response) counts as attempts.
//
// With workers, and so with hedge, an attempt may go on after its caller has the answer: a handler that was left
// behind, a copy that has lost. A request that may be sent so, its header included, must not be changed or used
// again afterwards, which net/http would allow once the body is closed.
//
// # Deadlines
//
// The attempt's deadline covers the response's body, as http.Client.Timeout does. For streams
// (Options.Stream; by default what accepts text/event-stream, or asks for an upgrade) the
// policy's deadlines end with the headers; the caller's context and a Shutdown end them still.
//
// # What is sent along
//
// With Options.Propagate a request tells the next hop, in headers that clients/httpserver
// reads, what is left of its deadline (Fuseboard-Deadline-Ms), its priority, tenant, attempt,
// request id and the chain of dependencies (Fuseboard-Priority, -Tenant, -Attempt, -Chain,
// X-Request-Id). It is off by default, because they are nobody's business but your services'.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// The caller's request is only read (TestRequestIsNeverMutated). A permit, and the context
// of the attempt, last until the body of its response is read to its end or closed, exactly
// once (TestPermitLastsAsLongAsTheBody); whoever gets a response closes its body, as with the
// standard client, or loses a permit. A body that breaks off is the dependency's
// failure (TestBodyThatBreaksOffIsAFailure), one that its caller closes, while he reads too, is
// nobody's (TestBodyThatItsCallerClosesWhileHeReadsIsNotAFailure). What is dropped for a repetition is drained and
// closed first, so that its connection serves again (TestDroppedResponseGivesItsConnectionBack).
// A request's body is closed in every case, as the standard transport does it, also when it
// is refused (TestBodyOfARefusedRequestIsClosed).
//
// A POST without a key arrives at most once (TestPostWithoutAKeyArrivesAtMostOnce), also where its
// body fails with what looks like a connection that was never made
// (TestRequestBodyThatFailsIsTheCallersFaultAndIsNotSentAgain).
package httpclient
