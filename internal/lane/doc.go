// SPDX-License-Identifier: Apache-2.0

// Package lane tells which of several lanes a goroutine had best use, so that state
// which every call writes can be kept once a lane, each on its own cache line: a word
// that two processors write costs each of them 3 to 6 times as much as a word of its own.
//
//	type shard struct {
//		count atomic.Uint64
//		_     [lane.Line - 8]byte // the next shard is on another line
//	}
//	shards := make([]shard, lane.Count())
//	shards[lane.Here()&(len(shards)-1)].count.Add(1)
//
// A lane is a hint and nothing else. The goroutine may be on another processor before it
// has used it, and two goroutines may use one lane at the same moment: so what is kept
// in a lane is atomic, and whatever must be exact is exact however goroutines are spread.
//
// # The two ways
//
// The ordinary build asks the runtime for the number of the goroutine's processor
// (runtime.procPin, and procUnpin at once): two goroutines that run at the same moment
// have different lanes, as long as there are as many as processors. It costs about 3 ns beside
// other atomic operations (5 in a loop of its own).
// Go does not promise that function. It is on the runtime's list of what well-known packages
// reach for all the same (its "hall of shame", golang/go#67401), and whatever is on that list
// keeps its name and its form. A Go version that takes it away does not link this package, which
// a build shows at once; the tag purego builds without it:
//
//	go build -tags purego ./...
//
// (The tag fuseboard_purego does the same to our packages alone: others know purego, too.)
//
// That other way takes the address of a variable on the goroutine's stack: two goroutines
// have different stacks, and so mostly, but not always, different lanes; one goroutine may
// have several, as it calls deeper. It costs about 1 ns, and a clash of two busy goroutines
// costs what one shared word did.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Here is never negative, and on the ordinary build less than the number of processors
// (TestHereIsTheNumberOfAProcessor). It allocates nothing (TestHereAllocatesNothing).
// Goroutines are spread over several lanes (TestGoroutinesAreSpread).
// Count is a power of two, enough for all processors and never more than Most
// (TestCountIsAPowerOfTwoForAllProcessors).
// The package holds one number, which only tests write: where they force lanes, everybody
// is spread over that many, a different one each time (TestForcedLanesAreTakenInTurn).
package lane
