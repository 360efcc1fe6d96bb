// SPDX-License-Identifier: Apache-2.0

// Package config reads policies from files: YAML or JSON whose vocabulary is
// [actors.Policy] itself, with defaults, profiles, names with wildcards, and
// environment and flags on top. Nothing is got silently wrong: every flaw of all files is
// told at once, with its place, the line it is in and the fix, and each value of a
// policy knows where it came from.
//
//	set, problems := config.Read(sources, config.Options{Env: os.Environ()})
//	resolved, problems := set.Resolve("payments", config.Layers{})
//	guard, err := actors.Protect(sys, "payments", resolved.Policy)
//
// It reads no file, watches none and applies nothing: package config/watch tells of files
// that change, and config/live gives what they say to the guards of a System.
//
// # Layers
//
// What is said of a dependency is laid over what was said before, lowest first: the program's
// own policy, defaults, entries with wildcards (those with the fewest letters of their own first, then
// in the order of the file), the entry of its name, the profiles of rules that hold,
// environment, flags, an operator's overrides. An entry's profiles lie under its own
// fields, left to right, and what a profile extends lies under that; one that is reached twice is laid once,
// where it is reached first, so that what two profiles extend lies under both. Sections are laid
// field by field; a list, a map (breaker.weights, retry.classes) and a plain value are replaced as a whole; off, or null,
// takes away what is below. Operations are laid by their names, and become cases after those of cases, in the order
// of the names.
//
// Environment and flags are of entries, or of the defaults; those of the defaults lie under those of wildcards, these
// under those of names. The files lay nothing under a dependency that no entry is for: it has its own policy and the overrides.
//
// # Text
//
// A file is one document of YAML 1.2, or JSON, in UTF-8. Words without quotes are read by the core schema: yes, no, on and
// off are texts. What can be read in two ways is refused: tags but !!str, numbers that begin with 0, infinity, a colon
// without a space behind it within brackets. Anchors, aliases and << are read, though profiles say the same. A file has at most 1 MiB,
// 32 levels, 100000 words and signs, 100000 values (those that aliases stand for counted each time), and 2000 names or items one below
// the other. After an error of syntax nothing else of its file is told, but all of the other files.
//
// # Ordering and ownership
//
// Nothing here starts a goroutine, reads a clock or a file, or keeps state; a [Set] never changes.
//
//   - A Set may be asked from any goroutine (TestASetIsSharedByGoroutines). What it returns is the caller's, but for
//     what is in a Rule.
//   - Layers are laid as JSON Merge Patch (RFC 7396) lays objects, but for maps, which are replaced
//     (TestLayersAreLaidAsTheModelLaysThem); lower layers may be laid first (TestWhatLowerLayersMakeMayBeLaidAsOneLayer).
//   - A policy under files that say nothing of it is itself (TestAPolicyAsCodeUnderFilesThatSayNothingOfItIsItself).
//   - The origin of a value points at the text that says it (TestAnOriginPointsAtTheTextThatSaysTheValue), and what lies
//     under it is told with it (TestEachValueKnowsWhatSaysItAndWhatLiesUnderIt, TestWhatIsTakenAwayIsToldWithWhatItHides).
//   - Wildcards lie by their letters, then by the file (TestEntriesWithWildcardsLieByTheirLettersThenByTheFile), rules in
//     the order of the file (TestRulesLieInTheOrderOfTheFile), flags in their own
//     (TestNarrowerVariablesAndFlagsLieOverWiderOnesAndLaterFlagsOverEarlierOnes).
//   - Every flaw of all files is told at once (TestEveryFlawOfAFileIsTold, TestWhatCanNotBeReadHidesNothingElse), in the
//     order of the files (TestProblemsAreInTheOrderOfTheFiles), of the place that says it (TestWhatIsWrongIsToldOfThePlaceThatSaysIt).
//   - A file is read as YAML says, each value with its place (TestYAMLIsReadAsItWasWrittenAndWhereItStands,
//     TestYAMLIsReadByTheCoreSchema, TestJSONIsReadAsJSON).
//   - What follows from a flaw is not told beside it (TestABadFileWithOneFlawHasOneError), and what an anchor has once for all
//     aliases (TestWhatAnAnchorHasIsToldOnceForAllAliases).
//   - A zero, and a section without a field, are told where they say something else than they seem to
//     (TestAZeroThatMeansSomethingElseIsTold).
//   - What a file says ends no line of a message (TestWhatAFileSaysEndsNoLineAndSpeaksToNoTerminal), and nothing behind an empty
//     document is left out in silence (TestADocumentBehindAnEmptyOneIsNotLeftOutInSilence).
//   - Of a bad file the line, the column, the text and the fix are told (TestBadFilesAreToldWithLineColumnExcerptAndFix), at
//     most a thousand problems of them all (TestNoMoreThanAThousandProblemsAreTold).
//   - Off takes away where it is no value of its own (TestOffTakesAwayWhereItIsNoValueOfItsOwn), and is refused where it can take
//     nothing away (TestOffIsRefusedWhereItCanTakeNothingAway), and for an operation where the policy's own would be for it
//     (TestOffForAnOperationIsRefusedWhereThePolicyIsForIt). A section without a field is warned of (TestASectionWithoutAFieldIsWarnedOf).
//   - Rules that make a policy together that can't be used are warned of (TestRulesThatCanNotHoldTogetherAreWarnedOf).
//   - An alias counts as what it stands for (TestAliasesAreBoundedByWhatTheyStandFor), and a circle of profiles is cut after it was
//     told (TestProfilesInACircleAreToldOnceEach).
//   - The schema is the code's ([Schema], TestSchemaIsTrue), and agrees with [Read] about files with one flaw
//     (TestSchemaAndReadAgree). The template has no problem (TestTheTemplateIsReadWithoutAProblem).
//   - Of a file whose policies stand within other words, those alone are read, with the paths, lines and columns of the whole file
//     ([Source].Within, TestOnlyWhatIsWithinIsReadAsPolicies, TestProblemsWithinHaveTheWholePathAndTheLineOfTheFile).
//   - A line of force allows one edit, or one value (TestALineOfForceAllowsTheEditThatBringsIt), for an entry that leaves
//     the files, too (TestAnEntryWithACircuitCanLeaveTheFilesByForce, of config/live).
//   - What two Sets say otherwise of rules is told apart from what they say of dependencies
//     (TestWhatTwoSetsSayOtherwiseOfRulesIsListed).
package config
