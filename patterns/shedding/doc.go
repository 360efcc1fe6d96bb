// SPDX-License-Identifier: Apache-2.0

// Package shedding says whose work is shed at which pressure of the host, the process and
// its container. A [Reader] reads the signals, [State.Next] decides from them, and a
// [Sampler] does both from time to time, so that each call asks one atomic word
// ([Sampler.Level]).
//
// # What the signals mean, and where they lie
//
// CPU is what was used of what may be used since the last reading. Each cgroup that has a
// quota, the process's own and those above it, is measured by itself: its use over its
// quota, with all who share it. In a period in which the kernel throttled the cgroup the
// quota was used to its end, so CPU is at least the share of throttled periods: a quota can
// hurt while the average looks idle. The process alone is measured against GOMAXPROCS (or
// the cores, if they are fewer). The greatest of these counts. CPU lies where there is no
// quota and others use the same machine: the process may starve far below 100 %. RunQueue
// sees only a part of that. It is also no overload by itself: a batch job may use all there
// is and be well.
//
// Memory is what a cgroup holds without the page cache that nobody touched lately
// (inactive_file), as the kubelet counts it, over memory.max or memory.high, whichever is
// less, of its own cgroup or one above. Page cache that is in use still counts although the
// kernel could take it back. GOMEMLIMIT is a limit too; under it, and under a cgroup's
// limit that is not below it, only what the collector could not give back counts: else a
// program with GOGC=off, which always fills its limit, would always be under pressure. What
// was allocated since the last cycle counts as garbage until the next has ended. In a
// container without a limit there is none but the machine's, whose memory others use as
// well. Without GOMEMLIMIT garbage counts: the kernel kills a process for it.
//
// RunQueue is how long goroutines that could run waited for one of GOMAXPROCS processors,
// the 99th percentile of those that the Go scheduler measures (one in eight). It is the
// most honest sign of a lack of CPU, as it is what requests feel. It does not see threads
// that wait for a core: with a GOMAXPROCS above the quota the wait is in the kernel, and
// CPU shows it as throttling.
//
// GC is the collector's share of the processor time that the runtime counts, without what
// it did on idle processors. It is counted at the end of each cycle only, by the wall clock
// and over GOMAXPROCS: where the quota is much less, the true share is greater.
//
// What can't be read is not known, and never sheds: a missing file, a value without a
// meaning, any file on a system that is not Linux.
//
// # The thresholds, and why
//
// A policy that is on and names no threshold watches all four. CPU 85 %: above it waits
// grow much faster than the load (in an M/M/1 queue one waits for nearly six times the work
// at 85 %, for nineteen times at 95 %), and below it autoscalers have their turn. Memory
// 90 %: what comes next is the kernel's killer, and a tenth is what requests under way may
// still need. RunQueue 20 ms: the wait in a server's queue at which DAGOR calls it
// overloaded. GC 30 %: the runtime aims at 25 % while a cycle runs, so more on average means
// that it cannot keep up. At the threshold sheddable work is shed, then normal work at 40 % of the way to the
// full extent, and high at 80 % ([Steps]): 91 % and 97 % of the CPU, 94 % and 98 % of
// memory, 44 ms and 68 ms, 38 % and 46 % of the collector. Averages begin at zero and take
// a second for 63 %, so that a burst does not shed; memory is not averaged, since who runs
// out of it has no second.
//
// A level falls by one, five seconds after the last sign of it, so that what was shed last
// is admitted first. Shedding is by whole priorities: where one priority alone is more than
// the host bears, it is shed for at least HoldFor and then admitted again, in turns. Limits
// of concurrency and of rates are what smooths that; this is the last line behind them.
//
// # Sources
//
// Peers: Sentinel's system rules (load, CPU, RT, threads, QPS; on or off; incoming
// only), Envoy's overload manager (a trigger is scaled between two thresholds, from
// which the steps come). "Keeping Netflix Reliable Using Prioritized Load Shedding"
// (Netflix Technology Blog, 2020) and "Enhancing Netflix Reliability with Service-Level
// Prioritized Load Shedding" (2024): priorities are shed progressively, the latter by CPU.
// Zhou et al., "Overload Control for Scaling WeChat Microservices" (DAGOR), SoCC 2018: the
// wait in the queue and not the response time tells overload (20 ms), and admission is by
// priority, step by step. Files: cgroups(7), the kernel's cgroup-v1 and cgroup-v2 documents,
// proc(5); [runtime/metrics].
//
// # Ordering and ownership
//
// A [Policy], a [Level], [Signals] and a [State] are values; decisions read no clock.
//
//   - Critical work is never shed (TestCriticalWorkIsNeverShed).
//   - More pressure never admits more, in one reading and over a history
//     (TestMorePressureNeverAdmitsMore).
//   - A level rises at once and falls by one, not within HoldFor of its last change
//     (TestALevelFallsByOneAndNeverTwiceWithinHoldFor, TestLevelsFollowTheNaiveModel).
//   - What is not known, and what is not watched, never sheds
//     (TestWhatIsNotKnownOrNotWatchedNeverSheds,
//     TestWhatCannotBeReadIsNotKnownAndStopsNothing).
//   - Where shedding takes the load away, nothing more important is shed than had to be
//     (TestNoMoreIsShedThanHadToBe).
//   - A burst does not shed, a load that lasts does
//     (TestOneBurstDoesNotShedAndALastingOneDoes).
//   - The level follows the pressure in virtual time as in real time
//     (TestTheLevelFollowsThePressureUpAndDown); under a real quota it is seen
//     (TestReaderSeesARealQuotaAndItsFullUse).
//   - Any goroutine may ask a [Sampler], whoever samples meanwhile
//     (TestStormOfReadersSeesOnlyLevelsThatWere). Asking costs no allocation, and a sample
//     one (TestLevelsAndReadingsAllocNothing).
//   - [Sampler.Start] starts the one goroutine of this package, and [Sampler.Stop] waits
//     for it; from then on all is admitted
//     (TestStopWaitsForTheReadingUnderWayAndAdmitsAll), as it is when a source ends it
//     (TestASourceThatEndsItsGoroutineEndsTheSampler).
//   - A [Reader] belongs to one goroutine at a time and holds its files open until Close;
//     it follows limits that change and a process that is moved
//     (TestLimitsMayChangeWhileTheProcessRuns, TestAProcessThatIsMovedIsFollowed).
package shedding
