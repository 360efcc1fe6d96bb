// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

// What resilience4j 2.4 reads of each instance.
var readThere = map[string]string{
	"circuitbreaker": "waitDurationInOpenState slowCallDurationThreshold maxWaitDurationInHalfOpenState failureRateThreshold slowCallRateThreshold " +
		"slidingWindowType slidingWindowSize minimumNumberOfCalls permittedNumberOfCallsInHalfOpenState automaticTransitionFromOpenToHalfOpenEnabled " +
		"initialState writableStackTraceEnabled allowHealthIndicatorToFail eventConsumerBufferSize registerHealthIndicator recordFailurePredicate " +
		"recordExceptions recordResultPredicate ignoreExceptionPredicate ignoreExceptions enableExponentialBackoff exponentialBackoffMultiplier " +
		"exponentialMaxWaitDurationInOpenState enableRandomizedWait randomizedWaitFactor ignoreClassBindingExceptions",
	"retry": "waitDuration intervalBiFunction maxAttempts retryExceptionPredicate resultPredicate consumeResultBeforeRetryAttempt retryExceptions " +
		"ignoreExceptions eventConsumerBufferSize enableExponentialBackoff exponentialBackoffMultiplier exponentialMaxWaitDuration " +
		"enableRandomizedWait randomizedWaitFactor failAfterMaxAttempts",
	"bulkhead":             "maxConcurrentCalls maxWaitDuration writableStackTraceEnabled eventConsumerBufferSize",
	"thread-pool-bulkhead": "maxThreadPoolSize coreThreadPoolSize queueCapacity keepAliveDuration writableStackTraceEnabled eventConsumerBufferSize contextPropagators",
	"ratelimiter":          "limitForPeriod limitRefreshPeriod timeoutDuration subscribeForEvents allowHealthIndicatorToFail registerHealthIndicator eventConsumerBufferSize writableStackTraceEnabled",
	"timelimiter":          "timeoutDuration cancelRunningFuture eventConsumerBufferSize",
}

// A value that says something else than the default of resilience4j, for each kind of property.
func other(property string) string {
	switch name := strings.ToLower(property); {
	case strings.Contains(name, "type"):
		return "TIME_BASED"
	case strings.Contains(name, "duration"), strings.Contains(name, "refreshperiod"):
		return "7s"
	case strings.Contains(name, "factor"), strings.Contains(name, "multiplier"):
		return "0.4"
	case strings.HasPrefix(name, "enable"), strings.HasSuffix(name, "enabled"):
		return "true"
	}
	return "7"
}

// needs are properties that another one gives a meaning.
var needs = map[string]string{
	"exponentialBackoffMultiplier": "enableExponentialBackoff", "exponentialMaxWaitDuration": "enableExponentialBackoff",
	"exponentialMaxWaitDurationInOpenState": "enableExponentialBackoff", "randomizedWaitFactor": "enableRandomizedWait",
}

func TestNoPropertyIsDroppedInSilence(t *testing.T) {
	for module, all := range readThere {
		for _, property := range strings.Fields(all) {
			for _, with := range []string{"", needs[property]} {
				file := "resilience4j." + module + ".instances.a:\n  x: 1\n"
				if with != "" {
					file += "  " + with + ": true\n"
				}
				before, _, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte(file)})
				if err != nil {
					t.Fatal(err)
				}
				out, notes, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte(file + "  " + property + ": " + other(property) + "\n")})
				if err != nil {
					t.Fatal(err)
				}
				told := strings.Contains(lines(notes), "."+property)
				if string(out) == string(before) && !told {
					t.Errorf("%s.%s (with %q) is in neither the result nor the notes\n%s", module, property, with, out)
				}
				if strings.Contains(lines(notes), "."+property+": is no property") {
					t.Errorf("%s.%s is not known", module, property)
				}
			}
		}
	}
}

// zeroIsDefault are properties that are 0, or none, in resilience4j where nothing is said.
const zeroIsDefault = " maxWaitDuration maxWaitDurationInHalfOpenState enableExponentialBackoff enableRandomizedWait "

func TestNoZeroIsDroppedInSilence(t *testing.T) {
	for module, all := range readThere {
		for _, property := range strings.Fields(all) {
			if strings.Contains(zeroIsDefault, " "+property+" ") {
				continue
			}
			file := "resilience4j." + module + ".instances.a:\n  x: 1\n"
			if with := needs[property]; with != "" {
				file += "  " + with + ": true\n"
			}
			before, _, _ := FromResilience4j(config.Source{Name: "a.yml", Data: []byte(file)})
			out, notes, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte(file + "  " + property + ": 0\n")})
			if err != nil || string(out) == string(before) && !strings.Contains(lines(notes), "."+property) {
				t.Errorf("%s.%s: 0 is in neither the result nor the notes: %v", module, property, err)
			}
		}
	}
}

func TestWhatTwoBulkheadsSayOfOneInstanceIsTold(t *testing.T) {
	for _, own := range []string{"instances.a: {maxConcurrentCalls: 10}", "configs.default: {maxConcurrentCalls: 10}\nresilience4j.bulkhead.instances.a: {}"} {
		out, notes, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte("resilience4j.bulkhead." + own + `
resilience4j.thread-pool-bulkhead.configs.default: {maxThreadPoolSize: 4, queueCapacity: 2}
resilience4j.thread-pool-bulkhead.instances.a: {baseConfig: default}
`)})
		if err != nil || !strings.Contains(lines(notes), "bulkhead.concurrency is said by another pattern") {
			t.Errorf("%v %s\n%s", err, lines(notes), out)
		}
		set, ps := config.Read([]config.Source{{Name: "a", Data: out}}, config.Options{})
		if ps.Err() != nil {
			t.Fatal(ps)
		}
		if r, _ := set.Resolve("a", config.Layers{}); r.Policy.Bulkhead.Concurrency != 4 {
			t.Errorf("%d is not what the note says:\n%s", r.Policy.Bulkhead.Concurrency, out)
		}
	}
}

func TestTruthIsWrittenInAllWaysThatSpringReads(t *testing.T) {
	for _, word := range []string{"true", "yes", "on", "'1'", "True", "YES"} {
		out, notes, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte("resilience4j.retry.instances.a: {enableExponentialBackoff: " + word + ", exponentialBackoffMultiplier: 3}\n")})
		if err != nil || !strings.Contains(string(out), "exponential, factor: 3") && !strings.Contains(string(out), "factor: 3") {
			t.Errorf("%s: %v %s\n%s", word, err, lines(notes), out)
		}
	}
	_, notes, _ := FromResilience4j(config.Source{Name: "a.yml", Data: []byte("resilience4j.retry.instances.a: {enableExponentialBackoff: maybe}\n")})
	if !strings.Contains(lines(notes), "is neither true nor false") {
		t.Error(lines(notes))
	}
}

func TestNotesAreInTheOrderOfTheSource(t *testing.T) {
	files, _ := filepath.Glob("testdata/spring/*.yml")
	for _, file := range files {
		_, notes, _ := FromResilience4j(source(t, file))
		seen := map[string]bool{}
		for i, n := range notes {
			if i > 0 && notes[i-1].Origin.Line > n.Origin.Line {
				t.Errorf("%s: %v after %v", file, n, notes[i-1])
			}
			if text := lines(config.Problems{n}); seen[text] {
				t.Errorf("%s: twice: %s", file, text)
			} else {
				seen[text] = true
			}
			if n.Excerpt == "" {
				t.Errorf("%s: %v shows no place", file, n)
			}
		}
	}
}

func TestASourceWithoutResilience4jIsRefused(t *testing.T) {
	for file, want := range map[string]string{
		"server: {port: 80}\n": "has nothing under resilience4j", "": "has nothing under resilience4j", "resilience4j: [\n": "a.yml:1",
		"a: 1\n---\nresilience4j: {retry: {\n":                                      "a.yml:3",
		"spring.profiles: test\nresilience4j.retry.instances.a: {maxAttempts: 2}\n": "for all Spring profiles",
	} {
		out, _, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte(file)})
		if err == nil || !strings.Contains(err.Error(), want) || out != nil {
			t.Errorf("%q: %v\n%s", file, err, out)
		}
	}
}

func FuzzFromResilience4j(f *testing.F) {
	files, _ := filepath.Glob("testdata/spring/*.yml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, file string) {
		out, _, err := FromResilience4j(config.Source{Name: "a.yml", Data: []byte(file)})
		if err == nil {
			judged(t, file, out)
		}
	})
}
