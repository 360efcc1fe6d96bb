// SPDX-License-Identifier: Apache-2.0

package migrate

import "github.com/fuseboard/fuseboard/internal/plain"

// aModule is a pattern of resilience4j, and how its properties are said here.
type aModule struct {
	name    string            // as in the file, without what spelling may put between its words
	builtin map[string]string // the defaults of resilience4j 2.4
	// flat: a config with a base or without one lies over nothing else; of the others every one lies over the config default.
	flat    bool
	convert func(*conversion)
	changed string              // what is otherwise here for whoever uses it
	beside  map[string]leftover // properties that no field stands for
}

// leftover is why a property is not in the result, and what to do.
type leftover struct {
	code         string
	message, fix string
}

var (
	stackTraces = leftover{CodeNeedless, "needs no counterpart: an error of a refusal is made once, and has no stack", ""}
	health      = leftover{CodeNeedless, "is of Spring's health page, and is left out", "ask Guard.Stats in your own health check"}
	events      = leftover{CodeNeedless, "needs no counterpart: events are given to who subscribes, and the last ones are in Explain", ""}
	classified  = leftover{CodeByHand, "names Java classes", "say in Go which errors are failures: the Classify hook of actors.With"}
	byHook      = leftover{CodeByHand, "names a Java class", "say it in Go: the Classify hook of actors.With"}
	inOrder     = leftover{CodeNeedless, "needs no counterpart: the order of the sections is fixed, see docs/architecture.md", ""}
)

// modules are what is read of a file, in the order in which an entry of the result has them.
var modules = []aModule{
	{
		name: "timelimiter", convert: timeLimiter,
		builtin: map[string]string{"timeoutduration": "1s"},
		changed: "deadline.attempt ends the context of the handler; a caller whose handler ignores that stays with it, but where workers is on",
		beside: map[string]leftover{
			"cancelrunningfuture":     {CodeNeedless, "needs no counterpart: the context of an attempt always ends with it", ""},
			"eventconsumerbuffersize": events, "timelimiteraspectorder": inOrder,
		},
	},
	{
		name: "retry", convert: retry,
		builtin: map[string]string{"maxattempts": "3", "waitduration": "500ms"},
		changed: "only what is safe to repeat is repeated (With.Safe), and retry.budget bounds how much load repetitions add: 20 % and 10 a second, unless you say more",
		beside: map[string]leftover{
			"retryexceptions": classified, "ignoreexceptions": classified, "retryexceptionpredicate": byHook, "resultpredicate": byHook,
			"intervalbifunction":              {CodeByHand, "names a Java class", "say the waits by retry.backoff and retry.classes"},
			"consumeresultbeforeretryattempt": {CodeByHand, "names a Java class", "do it in the Discard hook of actors.With"},
			"failaftermaxattempts":            {CodeNeedless, "needs no counterpart: a call whose attempts are used up has its last error", ""},
			"ignoreclassbindingexceptions":    stackTraces, "eventconsumerbuffersize": events, "registerhealthindicator": health, "retryaspectorder": inOrder,
		},
	},
	{
		name: "circuitbreaker", flat: true, convert: circuitBreaker,
		builtin: map[string]string{
			"failureratethreshold": "50", "slowcallratethreshold": "100", "slowcalldurationthreshold": "60s",
			"slidingwindowtype": "COUNT_BASED", "slidingwindowsize": "100", "minimumnumberofcalls": "100",
			"permittednumberofcallsinhalfopenstate": "10", "waitdurationinopenstate": "60s",
		},
		changed: "what counts as a failure is judged by the class of the error (see docs/defaults.md), and refusals of other sections count as nothing",
		beside: map[string]leftover{
			"recordexceptions": classified, "ignoreexceptions": classified, "recordfailurepredicate": byHook, "recordresultpredicate": byHook,
			"recordexceptionpredicate": byHook, "ignoreexceptionpredicate": byHook, "writablestacktraceenabled": stackTraces,
			"allowhealthindicatortofail": health, "registerhealthindicator": health, "eventconsumerbuffersize": events, "ignoreclassbindingexceptions": stackTraces,
			"automatictransitionfromopentohalfopenenabled": {CodeNeedless, "needs no counterpart: an open circuit becomes half-open by itself when its time is over", ""},
			"transitiontostateafterwaitduration":           {CodeNeedless, "needs no counterpart: a probe that hangs counts as failed after breaker.probe_timeout", ""},
			"initialstate":                                 {CodeByHand, "is the state to begin with", "give the guard a command after it was made, see actors.Command"},
			"circuitbreakeraspectorder":                    inOrder,
		},
	},
	{
		name: "ratelimiter", convert: rateLimiter,
		builtin: map[string]string{"limitforperiod": "50", "limitrefreshperiod": "500ns", "timeoutduration": "5s"},
		beside: map[string]leftover{
			"subscribeforevents": events, "eventconsumerbuffersize": events, "allowhealthindicatortofail": health, "registerhealthindicator": health,
			"writablestacktraceenabled": stackTraces, "ratelimiteraspectorder": inOrder,
			"drainpermissionsonresult": {CodeNeedless, "needs no counterpart: a failure of class throttled empties the bucket, see rate.throttled", ""},
		},
	},
	{
		name: "bulkhead", convert: bulkhead,
		builtin: map[string]string{"maxconcurrentcalls": "25", "maxwaitduration": "0"},
		beside: map[string]leftover{
			"writablestacktraceenabled": stackTraces, "eventconsumerbuffersize": events, "bulkheadaspectorder": inOrder,
			"faircallhandlingstrategyenabled": {CodeNeedless, "needs no counterpart: who waits longest is served first, unless bulkhead.order says otherwise", ""},
			"faircallhandlingenabled":         {CodeNeedless, "needs no counterpart: who waits longest is served first, unless bulkhead.order says otherwise", ""},
		},
	},
	{
		name: "threadpoolbulkhead", convert: threadPool,
		builtin: map[string]string{"queuecapacity": "100", "keepaliveduration": "20ms"},
		changed: "who waits in the queue waits for bulkhead.max_wait at most, by default for the smaller of 100ms and a fifth of the deadline; there for ever",
		beside: map[string]leftover{
			"corethreadpoolsize":        {CodeNeedless, "needs no counterpart: a goroutine is started when it is needed, and ends after workers.idle", ""},
			"contextpropagators":        {CodeNeedless, "needs no counterpart: a handler has the context of its caller", ""},
			"writablestacktraceenabled": stackTraces, "eventconsumerbuffersize": events, "rejectionhandler": byHook,
		},
	},
}

// defaults are the properties that hold where nobody says otherwise.
func (m *aModule) defaults() properties {
	all := properties{}
	for name, text := range m.builtin {
		all[name] = property{path: name, value: plain.Node{Form: plain.Text, Word: text}, builtin: true}
	}
	return all
}
