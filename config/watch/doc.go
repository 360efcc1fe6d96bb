// SPDX-License-Identifier: Apache-2.0

// Package watch tells of files that have changed: one file, or the policy files of a
// directory (*.yaml, *.yml, *.json; no subdirectories, no dot files, no *.schema.json). It knows
// nothing of what is in them.
//
//	w, err := watch.Start(ctx, watch.Options{Path: "/etc/fuseboard"})
//	defer w.Close()
//	for s := range w.Changes() { // the first is what is there now
//		apply(s)
//	}
//
// # What is watched
//
// Never the file itself: it may be replaced. Watched are the directories in which something
// decides what is read: the one of the file, and that of each link on the way to it. So it does
// not matter whether a file is written in place, renamed over, or reached by links that are swapped, as
// in a ConfigMap that Kubernetes mounts (..data). A subPath of one is never updated by Kubernetes.
// Directories further up are not watched: one that is renamed is found by the poll.
//
// Whatever is told, all is read again, and the content decides. A poll does the same where nothing
// is told: on NFS and some overlays, where a limit of the system is reached (fs.inotify.max_user_instances,
// max_user_watches; [Stats].Trouble says so, and it is tried again), and after a queue that overflowed.
//
// # When it is read
//
// After [Options].Debounce without another event, and after ten times that at the latest. A
// writer who pauses for longer in the middle of a file, and the first read, at the start, may show half of it: who
// takes the snapshot must be able to refuse it, and the end of the write makes another. Who
// writes a new file and renames it over the old one is never seen half way. What a poll finds is shown
// when a second read, a Debounce later, finds the same.
//
// # Ordering and ownership
//
// The first snapshot is there when Start returns (TestTheFirstSnapshotIsThereAtTheStart), an Err
// where nothing is (TestAPathThatDoesNotExistYetIsWaitedFor). What changes while the watches
// are made is in it or comes after it (TestNothingIsLostBetweenTheFirstReadAndTheWatch).
//
// A snapshot is all of the path or an error, never a part
// (TestADirectoryIsReadAsAWholeOrNotAtAll), and all of one moment: no file is a mixture of two
// writes (TestAMixtureOfTwoWritesIsSeen), nor a directory one of two versions
// (TestFilesThatChangeWhileOthersAreReadAreReadAgain, TestStorm_NoSnapshotMixesVersions). What never holds still is an error
// (TestFilesThatNeverHoldStillAreAnErrorAfterTenTimesTheDebounce). Equal files have equal hashes
// (TestEqualFilesHaveEqualHashesWhereverTheyLie). What is too large is not read into memory
// (TestAFileThatGrowsOverTheLimitIsNotRead).
//
// Every way to write a file is seen (TestEveryWayToWriteAFileIsSeen), each version of a ConfigMap
// (TestAConfigMapIsSeenVersionByVersion), each link that is swapped (TestEveryLinkOfAChainIsWatched), files that
// come and go (TestFilesThatComeAndGoInADirectoryAreSeen), a directory that is made again
// (TestADirectoryThatIsRemovedAndMadeAgainIsWatchedAgain), and without any notification all of it by
// polls (TestChangesWithoutNotificationsAreSeenByPolls).
//
// Half a write is not shown while its writer pauses for less than the Debounce
// (TestAHalfWrittenFileIsNotShownWhileItsWriterPausesLessThanTheDebounce), and who never pauses is shown all the
// same (TestWritesThatNeverPauseAreShownAfterTenTimesTheDebounce). When is decided from instants alone
// (TestPaceAgreesWithTheNaiveModel).
//
// Each snapshot differs from the one that was taken before it (TestAChangeThatIsTakenBackBeforeAnybodyTookItIsNone,
// TestFilesThatAreWrittenAsTheyWereAreNoChange); one that nobody took is replaced by the newest, and who is slow
// holds nobody up (TestWhoIsSlowGetsTheNewestAndHoldsNobodyUp). A snapshot belongs to who took it.
//
// A watcher has two goroutines, its own and one that listens to fsnotify, which has one more; Close waits for all, and
// the end of the context ends them (TestAnEndedContextEndsTheWatcherAndCloseWaitsForIt). The one that listens never
// waits for the other: fsnotify may hold its lock until its events are taken
// (TestStorm_ADirectoryMovedAndRemovedAgainAndAgainIsStillWatched).
package watch
