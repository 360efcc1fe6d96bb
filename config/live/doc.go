// SPDX-License-Identifier: Apache-2.0

// Package live gives what policy files say to the guards of a running System, and goes on
// doing so: an edit reaches every guard as a message, under one version, while calls run.
//
//	policies, err := live.Start(ctx, sys, live.Options{Path: "fuseboard.yaml"})
//	if err != nil {
//		return err // every flaw of the file, with its line and its fix
//	}
//	defer policies.Close()
//	payments, err := actors.Protect(sys, "payments", actors.Policy{})
//
// Nothing else changes in the program: guards and keyrings are found by their names,
// whoever makes them, before and after. The policy that the program gives is the lowest layer, and the
// files lie over it. A guard that no entry of the files names keeps what the program gave it. So does
// one that the program gives a policy by Update, until the next change concerns it.
//
// An edit that cannot be used changes nothing and is loud: in the log, in
// [Policies.Status] and in the metrics, until the files are right again. One that cuts
// permits or rates by more than half, or turns a circuit off, asks for a force line that
// names it; see [config.Forced].
//
// Over the files lie an operator's overrides, each with a reason and an end
// ([Policies.Override]), and the profiles of the rules that hold. Every version is kept,
// with its files: [Policies.History], [Policies.Diff], [Policies.Rollback].
//
// # Ordering and ownership
//
// One goroutine owns what is in force, and carries out edits, rules, overrides and rollbacks one after the
// other; Close waits for it (TestAfterCloseNothingChangesAndTheLastStateIsTold). Versions are numbered without
// gaps, over restarts too where there is a directory for it (TestVersionsAndOverridesOutliveTheProcess), and kept up
// to a bound (TestHistoryIsBoundedAndKeepsTheNewest), each with its files
// (TestAVersionKeepsItsFilesWhenTheEditThatBroughtThemIsForgotten). A System follows one Policies: a second Start changes
// nothing (TestASecondStartOnOneSystemChangesNothing). Close waits for the edit that it meets (TestCloseAmidAnEditPartsNoGuards).
//
// An edit reaches every guard under one version (TestAnEditReachesEveryGuardUnderOneVersion). Calls, windows, permits and
// the circuit go on (TestWindowsAndCircuitSurviveAnEdit). What the files make wrong changes nothing
// (TestAnEditThatCannotBeUsedChangesNothingAndIsLoud), nor does what one guard could not
// take (TestWhatOneGuardRefusesIsBroughtToNone), nor that the files are gone (TestFilesThatAreLostChangeNothing); a
// cut without its force line neither (TestACutByMoreThanHalfAsksForAForceLine). Whatever happens at once,
// each guard has what is in force in the end (TestStorm_EveryGuardHasWhatIsInForce).
//
// A guard made after Start has the policy of the files from its first call on
// (TestGuardsMadeLaterBeginWithWhatTheFilesSay); one that leaves the files has its own
// again (TestADependencyThatLeavesTheFilesHasItsOwnPolicyAgain).
//
// An override stays through edits and ends by itself (TestAnOverrideStaysThroughEditsAndEndsByItself). Files that
// it makes wrong are refused (TestAnEditThatAnOverrideMakesWrongIsRefused), until it ends
// (TestFilesThatAnOverrideMadeWrongComeIntoForceWhenItEnds); it ends for all who can be without it
// (TestAnOverrideEndsThoughAGuardCannotBeWithoutIt). Rules switch
// profiles on and off, also through an edit (TestRulesSwitchProfilesOnAndOff), for the host or
// for each dependency by itself (TestARuleOfADependencyIsJudgedForEachByItself); those that ask for the processor have the
// machine read (TestARuleOfTheHostReadsTheMachine). A rule that could not begin or end for a guard is told, and tried
// again (TestARuleThatCouldNotBeginIsTriedAgain). A rollback holds until the files change again
// (TestRollbackBringsTheFilesOfAVersionBack), over a restart too (TestARollbackOutlivesTheProcessUntilTheFilesChange).
package live
