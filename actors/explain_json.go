// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The JSON form of an Explanation: names and units are those of policy files.
type (
	explanationJSON struct {
		Dependency    string           `json:"dependency"`
		At            string           `json:"at"` // since the System's start
		PolicyVersion uint64           `json:"policy_version"`
		PolicyMode    PolicyMode       `json:"policy_mode"`
		SystemMode    PolicyMode       `json:"system_mode"`
		Would         *wouldJSON       `json:"would,omitempty"`
		State         State            `json:"state"`
		Mode          Mode             `json:"mode"`
		Epoch         uint64           `json:"epoch"`
		Verdict       verdictJSON      `json:"verdict"`
		Call          string           `json:"call,omitempty"`
		Stages        []stageJSON      `json:"stages"`
		Cases         []rowJSON        `json:"cases,omitempty"`
		Operations    []operationJSON  `json:"operations,omitempty"`
		Happened      []happeningJSON  `json:"happened,omitempty"`
		Warnings      []warningJSON    `json:"warnings,omitempty"`
		Overdue       []overdueJSON    `json:"overdue,omitempty"`
		Recent        []transitionJSON `json:"recent,omitempty"`
	}
	wouldJSON struct {
		Refused  uint64 `json:"refused"` // by all sections
		Waited   uint64 `json:"waited"`
		CutShort uint64 `json:"cut_short"`
		Repeated uint64 `json:"repeated"`
	}
	verdictJSON struct {
		Admitted   bool       `json:"admitted"`
		PolicyMode PolicyMode `json:"policy_mode,omitempty"` // where it is not enforced
		Waits      bool       `json:"waits,omitempty"`
		WaitsFor   string     `json:"waits_for,omitempty"`
		RefusedBy  string     `json:"refused_by,omitempty"`
		Why        string     `json:"why"`
		RetryAfter string     `json:"retry_after,omitempty"`
		Instead    string     `json:"instead,omitempty"`
	}
	stageJSON struct {
		Name       string    `json:"name"`
		Kind       StageKind `json:"kind"`
		Seam       string    `json:"seam,omitempty"`       // of your own
		Operations []string  `json:"operations,omitempty"` // likewise

		On       bool          `json:"on"`
		Now      string        `json:"now"`
		Settings []settingJSON `json:"settings,omitempty"`
	}
	settingJSON struct {
		Path   string `json:"path"`
		Value  string `json:"value"`
		Origin Origin `json:"origin"`
	}
	rowJSON struct {
		Case     string        `json:"case"`
		When     string        `json:"when"`
		Applies  bool          `json:"applies,omitempty"`
		Settings []settingJSON `json:"settings,omitempty"`
	}
	operationJSON struct {
		Name     string `json:"name"`
		Safe     bool   `json:"safe"`
		Repeated string `json:"repeated"`

		Classes []repetitionJSON `json:"classes"`
	}
	repetitionJSON struct {
		Class    fuseboard.Class `json:"class"`
		Repeated bool            `json:"repeated"`
		IfSafe   bool            `json:"if_safe,omitempty"`
		Least    string          `json:"least,omitempty"`
		Most     string          `json:"most,omitempty"`
		Why      string          `json:"why,omitempty"`
	}
	happeningJSON struct {
		Fate     Fate            `json:"fate"`
		Count    uint64          `json:"count"`
		By       string          `json:"by,omitempty"`
		Why      string          `json:"why,omitempty"`
		Last     bool            `json:"last,omitempty"`
		Op       string          `json:"op,omitempty"`
		Class    fuseboard.Class `json:"class,omitempty"`
		Attempts int             `json:"attempts,omitempty"`
		After    string          `json:"after,omitempty"`
		At       string          `json:"at,omitempty"` // since the System's start
	}
	warningJSON struct {
		Path    string `json:"path"`
		Code    string `json:"code"`
		Problem string `json:"problem"`
	}
	overdueJSON struct {
		Operation string `json:"operation"`
		Attempt   int    `json:"attempt"`
		Began     string `json:"began"` // since the System's start
		By        string `json:"by"`
	}
	transitionJSON struct {
		Epoch uint64 `json:"epoch"`
		At    string `json:"at"` // since the System's start
		From  State  `json:"from"`
		To    State  `json:"to"`
		Mode  Mode   `json:"mode"`
		Cause Cause  `json:"cause"`
		Until string `json:"until,omitempty"` // since the System's start
		Text  string `json:"text"`
	}
)

// MarshalJSON writes the explanation with snake_case names and natural units;
// instants are times since the System's start.
func (e Explanation) MarshalJSON() ([]byte, error) {
	out := explanationJSON{
		Dependency: e.Dependency, At: plain.Duration(time.Duration(e.At)), PolicyVersion: e.PolicyVersion,
		PolicyMode: e.PolicyMode, SystemMode: e.SystemMode,
		State: e.State, Mode: e.Mode, Epoch: e.Epoch,
		Verdict: verdictJSON{
			Admitted: e.Verdict.Admitted, PolicyMode: e.Verdict.PolicyMode, Waits: e.Verdict.Waits, WaitsFor: e.Verdict.WaitsFor, RefusedBy: e.Verdict.RefusedBy,
			Why: e.Verdict.Why, RetryAfter: durationJSON(e.Verdict.RetryAfter), Instead: e.Verdict.Instead,
		},
		Call: e.Call, Stages: []stageJSON{}, Cases: rowsJSON(e.Cases),
	}
	if w := e.Would; w.sum() > 0 {
		out.Would = &wouldJSON{Refused: w.Refused.sum(), Waited: w.Waited, CutShort: w.CutShort, Repeated: w.Repeated}
	}
	for _, s := range e.Stages {
		stage := stageJSON{Name: s.Name, Kind: s.Kind, Operations: s.Operations, On: s.On, Now: s.Now}
		if s.Kind == UserKind {
			stage.Seam = s.Seam.String()
		}
		for _, v := range s.Settings {
			stage.Settings = append(stage.Settings, settingJSON(v))
		}
		out.Stages = append(out.Stages, stage)
	}
	for _, op := range e.Operations {
		out.Operations = append(out.Operations, op.json())
	}
	for _, h := range e.Happened {
		out.Happened = append(out.Happened, happeningJSON{
			Fate: h.Fate, Count: h.Count, By: h.By, Why: h.Why, Last: h.Last, Op: h.Op, Class: h.Class,
			Attempts: h.Attempts, After: durationJSON(h.After), At: durationJSON(time.Duration(h.At)),
		})
	}
	for _, w := range e.Warnings {
		out.Warnings = append(out.Warnings, warningJSON{Path: w.Path, Code: w.Code, Problem: w.Error()})
	}
	for _, o := range e.Overdue {
		out.Overdue = append(out.Overdue, overdueJSON{
			Operation: o.Operation, Attempt: o.Attempt,
			Began: plain.Duration(time.Duration(o.Began)), By: plain.Duration(o.By),
		})
	}
	for _, t := range e.Recent {
		out.Recent = append(out.Recent, transitionJSON{
			Epoch: t.Epoch, At: plain.Duration(time.Duration(t.At)), From: t.From, To: t.To, Mode: t.Mode,
			Cause: t.Cause, Until: instantJSON(t.Until), Text: t.String(),
		})
	}
	return json.Marshal(out)
}

func (op Operation) json() operationJSON {
	out := operationJSON{Name: op.Name, Safe: op.Safe, Repeated: op.Repeated}
	for _, r := range op.Classes {
		out.Classes = append(out.Classes, repetitionJSON{
			Class: r.Class, Repeated: r.Repeated, IfSafe: r.IfSafe,
			Least: durationJSON(r.Least), Most: durationJSON(r.Most), Why: r.Why,
		})
	}
	return out
}

// durationJSON leaves out what is not known.
func durationJSON(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return plain.Duration(d)
}

func instantJSON(i fuseboard.Instant) string {
	if i == fuseboard.Never {
		return ""
	}
	return plain.Duration(time.Duration(i))
}
