// SPDX-License-Identifier: Apache-2.0

// Package plain says policies in plain words: natural units ("1m30s", "50%"),
// snake_case paths, one check for ranges and one codec for JSON. Every room
// that reads or writes a policy uses it, so that a value looks the same in an
// error, in a file and in the admin API.
//
// # Ordering and ownership
//
// Nothing here keeps state or starts a goroutine; every function may be called
// from any goroutine.
//
//   - A [Check] belongs to the one validation that made it and reports problems in
//     the order they were found (TestCheckKeepsTheOrderAndPutsSectionsUnderTheirPath).
//   - [Encode] writes struct fields in their order and maps by key
//     (TestEncodeWritesNaturalUnitsInTheOrderOfTheFields).
//   - [Leaves] lists values in the order of the fields and maps by key
//     (TestLeavesAreInTheOrderOfTheFieldsWithNaturalUnits).
//   - [Decode] reports problems in the order of the text
//     (TestDecodeReportsAllProblemsInTheOrderOfTheText) and shares nothing with its
//     target's old value (TestDecodeDoesNotTouchSharedMapsAndLists).
//   - [Overlay] replaces what is set and keeps the rest
//     (TestOverlayReplacesWhatIsSetAndKeepsTheRest), and names what [Diff] would
//     (TestOverlayOfWhatIsSetNamesWhatDiffNames).
//   - [Lay] takes away what is off, sets what is zero (TestLayTakesAwayWhatIsOffAndSetsWhatIsZero), and refuses what says
//     nothing (TestLayRefusesWhatSaysNothingAndChangesNothing).
//   - [OutlineOf] has the fields that Overlay lays (TestOutlineHasTheFieldsThatOverlayLays), and the tree of
//     [Tree] is decoded to the value that it was made of
//     (TestTreeIsDecodedToTheSameValueAndIsNowhere).
//   - JSON of whatever kind (json.RawMessage, and texts that read and write themselves as JSON) is read and
//     written as it is, white space aside (TestRawJSONIsAFieldOfAPolicy), which counts for nothing in a comparison
//     (TestRawJSONIsComparedWithoutItsWhiteSpace).
//   - What is encoded decodes to the same value
//     (TestWhatIsEncodedDecodesToTheSameValue).
package plain
