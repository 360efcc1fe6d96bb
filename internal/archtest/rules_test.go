// SPDX-License-Identifier: Apache-2.0

package archtest

const (
	module     = "github.com/fuseboard/fuseboard"
	protoactor = "github.com/asynkron/protoactor-go/actor"
	victoria   = "github.com/VictoriaMetrics/metrics"
	zerolog    = "github.com/rs/zerolog"
	otelTrace  = "go.opentelemetry.io/otel/trace"
	root       = "fuseboard" // the name of the root package in these tables
)

// room is one row of the table of rooms. A package of this module without a
// row fails, and so does a row without a package.
type room struct {
	path  string   // below the module
	floor int      // a room imports only rooms of lower floors, or within itself
	may   []string // rooms and outside packages it may import; the standard library always
	why   string   // the reason, printed on failure
}

var rooms = []room{
	{
		root, 0, nil,
		"the root is the vocabulary that every room shares: what it imports, everybody imports",
	},
	{
		"internal/archtest", 0, nil,
		"it judges the rooms, so it must not need any of them",
	},
	{
		"internal/plain", 0,
		[]string{root},
		"plain words for policies (units, paths, ranges): every room uses it, so it knows none",
	},
	{
		"internal/hist", 0, nil,
		"buckets of durations, the same for every room: it knows nothing but time",
	},
	{
		"internal/ticks", 0, nil,
		"sources of time that cost less than the standard clock: who uses them wraps them",
	},
	{
		"internal/stripe", 0, nil,
		"a count that many processors write: it counts, and knows not what",
	},
	{
		"internal/lane", 0, nil,
		"a hint where a goroutine runs: who spreads state over lanes keeps it right whatever the hint",
	},
	{
		"internal/relay", 0, nil,
		"a test kit: it does to connections what networks do, and knows nothing of who uses them",
	},
	{
		"internal/relay/upstream", 1,
		[]string{"internal/servers/certs"},
		"a test kit: a server that misbehaves in HTTP and writes down what it got; what breaks below HTTP is the relay's business",
	},
	{
		"internal/relay/oracle", 2,
		[]string{"internal/relay", "internal/relay/upstream"},
		"a test kit: the table by which a transport is compared with the standard one; it must not know ours",
	},
	{
		"internal/servers", 0, nil,
		"a test kit: it starts real servers, and knows nothing of what is tested with them",
	},
	{
		"internal/servers/nginx", 1,
		[]string{"internal/servers", "internal/servers/certs"},
		"a test kit: nginx as tests need it; what stands behind it is the test's choice",
	},
	{
		"internal/servers/certs", 0, nil,
		"a test kit: certificates for every server that a test starts",
	},

	{
		"mailbox", 1,
		[]string{root, "internal/lane", "internal/plain", protoactor},
		"the gate counts permits; it must not know what a breaker, a retry or an answer is",
	},
	{
		"supervision", 1,
		[]string{root, "internal/plain"},
		"decisions are pure: they can be stepped, replayed and simulated only while nothing else is in here",
	},
	{
		"supervision/strategy", 1,
		[]string{root, "internal/plain", "supervision", protoactor},
		"it carries decisions out for protoactor, so that supervision itself stays free of it",
	},
	{
		"patterns/deadline", 1,
		[]string{root, "internal/plain"},
		"a pattern is usable alone: it knows neither its siblings nor the actors",
	},
	{
		"patterns/shedding", 1,
		[]string{root, "internal/plain"},
		"it reads the host and judges it by itself: what it sheds from, and how, is the caller's business",
	},
	{
		"patterns/adaptive", 1,
		[]string{root, "internal/lane", "internal/plain"},
		"a limit is found from what calls tell of themselves: it knows no gate, so any semaphore can ask it; every call writes to it, hence lanes",
	},
	{
		"patterns/throttle", 1,
		[]string{root, "internal/plain"},
		"a client refuses its own calls by what it has counted: it knows neither its siblings nor the actors",
	},
	{
		"patterns/ratelimit", 1,
		[]string{root, "internal/plain"},
		"a pattern is usable alone: it knows neither its siblings nor the actors",
	},

	{
		"actors", 2,
		[]string{root, "internal/hist", "internal/lane", "internal/plain", "internal/stripe", "internal/ticks", "mailbox", "supervision", "supervision/strategy", "patterns/adaptive", "patterns/deadline", "patterns/ratelimit", "patterns/shedding", "patterns/throttle", protoactor},
		"the one import of a simple user: it knows no gossip, no HTTP, no metrics",
	},

	{
		"clients/internal/wire", 2, // below the clients, which are siblings and meet in it
		[]string{root},
		"headers are text: who reads and writes them needs the words and net/http",
	},

	{
		"clients/httpclient", 3,
		[]string{root, "actors", "clients/internal/wire", "patterns/deadline", "supervision"},
		"protection in the shape of an http.RoundTripper: it knows no server, no metrics, no cluster",
	},
	{
		"clients/httpserver", 3,
		[]string{root, "actors", "clients/internal/wire"},
		"a server is a guard in front of handlers: it knows net/http, and neither its sibling nor the cluster",
	},

	{
		"telemetry", 3,
		[]string{root, "actors", "supervision", "patterns/ratelimit", "patterns/shedding", victoria, zerolog, otelTrace},
		"it shows what the guards count anyway: it is never on the way of a call, and nobody needs it",
	},

	{
		"examples/quickstart", 6,
		[]string{root, "actors"},
		"an example shows what a user writes, and a user imports actors",
	},
	{
		"examples/shadow", 6,
		[]string{root, "actors"},
		"an example shows what a user writes, and a user imports actors",
	},
	{
		"examples/adaptive", 6,
		[]string{root, "patterns/adaptive"},
		"a pattern is usable alone, and this shows it",
	},
	{
		"examples/throttle", 6,
		[]string{root, "patterns/throttle"},
		"a pattern is usable alone, and this shows it",
	},
	{
		"examples/shedding", 6,
		[]string{root, "patterns/shedding"},
		"an example of a pattern that is used alone: it needs no actors",
	},
	{
		"examples/storm", 6,
		[]string{root, "mailbox", "supervision"},
		"an example of the decisions alone, in a time of its own: no actor, and no clock",
	},
	{
		"examples/ratelimit", 6,
		[]string{root, "patterns/ratelimit"},
		"an example of the pattern alone: it needs no guard",
	},
	{
		"examples/fairqueue", 6,
		[]string{root, "actors"},
		"an example shows what a user writes, and a user imports actors",
	},
	{
		"examples/actors", 6,
		[]string{root, "actors", protoactor},
		"an example for users who have actors: they import both",
	},
	{
		"examples/httpclient", 6,
		[]string{root, "actors", "clients/httpclient", "clients/httpserver"},
		"an example shows what a user writes; its tests let client and server meet",
	},
	{
		"examples/middleware", 6,
		[]string{root, "actors", "clients/httpserver"},
		"an example of a service: what comes in and what it calls",
	},
	{
		"cmd/fuseboard", 6,
		[]string{"cmd/fuseboard/internal/demo"},
		"a command is thin: it parses and calls a room",
	},
	{
		"cmd/fuseboard/internal/demo", 6,
		[]string{root, "actors", "clients/httpclient", "clients/httpserver", "telemetry"},
		"the demo shows what a user sees, and a user imports actors",
	},
}

// testKits are modules that only test files may import.
var testKits = []string{"pgregory.net/rapid", "go.uber.org/goleak"}

// kits are rooms of ours that only test files may import, of any room. They are
// packages and not test files because the tests of several rooms need them; so they
// may import package testing, which nothing else may: no binary can hold them.
var kits = []string{
	"internal/relay", "internal/relay/upstream", "internal/relay/oracle",
	"internal/servers", "internal/servers/certs", "internal/servers/nginx",
}

// homes are packages that live in the named rooms only, tests aside.
var homes = []struct {
	pkg   string
	rooms []string
	why   string
}{
	{
		protoactor,
		[]string{"mailbox", "supervision/strategy", "actors", "examples/actors"},
		"protoactor brings 27 modules with it and has traps; it is wrapped once, and shown once",
	},
	{
		"log/slog",
		[]string{"actors", "telemetry"},
		"a user gives a slog.Logger at Start, and telemetry makes one; everything else reports by events",
	},
	{
		victoria,
		[]string{"telemetry"},
		"what is counted is counted by who knows it; how it is shown is telemetry's alone",
	},
	{
		zerolog,
		[]string{"telemetry"},
		"a System logs to slog; that zerolog is behind it is telemetry's alone",
	},
	{
		otelTrace,
		[]string{"telemetry"},
		"a trace's ids are read where they are written into the log",
	},
}

// bans are standard packages that a room must not import, tests aside.
var bans = []struct {
	room string
	pkgs []string
	why  string
}{
	{
		"actors",
		[]string{"net/http", "net/http/pprof", "expvar"},
		"HTTP is the business of clients and console; a user of actors must not get a server by accident",
	},
	{
		"supervision",
		[]string{"log", "log/slog", "net/http", "math/rand", "math/rand/v2", "runtime"},
		"a decision reads its arguments and nothing else",
	},
	{
		"mailbox",
		[]string{"log", "log/slog", "math/rand", "math/rand/v2"},
		"the gate answers its caller; it neither logs nor rolls dice",
	},
}

// loans are packages of which a room may mention only the listed names.
var loans = []struct {
	room  string
	pkg   string
	names []string
	why   string
}{
	{"supervision", "context", []string{"DeadlineExceeded"}, "a class is read off an error; a decision has no context"},
	{"supervision", "net", []string{"OpError", "DNSError", "ErrClosed"}, "a class is read off an error; a decision opens nothing"},
	{"mailbox", module + "/internal/lane", []string{"Here", "Count", "Line"}, "how many lanes there are is the processors' business; only tests force them"},
	{"patterns/adaptive", module + "/internal/lane", []string{"Count", "Line"}, "where a caller runs is the caller's to say; only tests force lanes"},
	{"actors", module + "/internal/lane", []string{"Here", "Count"}, "how many lanes there are is the processors' business; only tests force them"},
	{"supervision", "os", []string{"ErrDeadlineExceeded"}, "a class is read off an error; a decision reads no file and no environment"},
}

// uses are functions and types that code must not mention, tests aside. An
// empty room means every room; except names the one file that may.
var uses = []struct {
	room   string
	names  []string
	except string
	why    string
}{
	{
		"supervision",
		[]string{
			"time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc",
			"time.NewTimer", "time.NewTicker", "time.Tick", "time.Sleep",
		},
		"",
		"time is an argument of a decision (fuseboard.Instant), or it cannot be simulated",
	},
	{
		"supervision",
		[]string{"sync.Mutex", "sync.RWMutex", "sync.Cond", "sync.Locker"},
		"",
		"a decision never waits for a lock",
	},
	{
		"",
		[]string{
			"math/rand.Seed", "math/rand.Int63", "math/rand.Intn", "math/rand.Float64", "math/rand.Perm", "math/rand.Shuffle",
			"math/rand/v2.Int", "math/rand/v2.IntN", "math/rand/v2.Int64", "math/rand/v2.Int64N", "math/rand/v2.N",
			"math/rand/v2.Uint64", "math/rand/v2.Uint64N", "math/rand/v2.Uint32", "math/rand/v2.Float64",
			"math/rand/v2.NormFloat64", "math/rand/v2.ExpFloat64", "math/rand/v2.Shuffle", "math/rand/v2.Perm",
		},
		"actors/system.go", // draws the seed of a System that was given none
		"randomness belongs to a System, from one seed, or a simulation cannot be repeated",
	},
}

// vocabulary is everything the root package exports. It may not grow without a
// reason that stands here: every room pays for a word, and every user reads it.
var vocabulary = []string{
	// How a call ended; hooks return it and windows count it.
	"Outcome",
	"Kind", "Unclassified", "Success", "Failure", "Void", "Rejected",
	"Class", "ClassError", "ClassTimeout", "ClassRefused", "ClassReset", "ClassThrottled",
	"ClassPanicked", "ClassDownstream", "ClassCancelled",
	// Who refused; a room must be able to recognise another's refusal without importing it.
	"Rejection",
	// The only time a decision sees.
	"Clock", "NewClock", "NewClockFrom", "Instant", "Never",
	// What is wrong with a policy; every room validates its own section.
	"Problem", "Problems",
	// Whose work goes first. It travels in the context from one guard to the next, and a
	// service says it without knowing a gate: so the words are nobody's but the root's.
	"Priority", "Critical", "High", "Normal", "Sheddable", "WithPriority", "PriorityOf",
	// What a request carries from hop to hop: clients, servers, guards and logs read it,
	// and none of them may import another.
	"Meta", "WithMeta", "MetaOf",
}

// exposed are the only exported places where protoactor's types may show.
var exposed = []struct {
	room  string
	names []string
	why   string
}{
	{
		"actors",
		[]string{"Guard.PID", "Group.PID", "Keyring.PID", "System.SpawnActor", "Forward"},
		"a guard and a group are actors for users who have actors, to be sent to and watched, and nothing else of protoactor is our promise",
	},
	{
		"mailbox",
		[]string{"Gate.Mailbox"},
		"a gate can be given to protoactor as the mailbox of an actor; that is its only seam",
	},
}

// weight is what a simple user pays. The bounds stand a little above what
// was measured (28 modules, 6.5 MiB); whoever raises one says why in an ADR.
var weight = struct {
	modules     int     // modules compiled into ./actors, without our own
	growthMB    float64 // stripped quickstart minus an empty main, in MiB, on linux/amd64
	why         string
	mayNotCarry []string // licences that must not be compiled in, as their texts name themselves
}{
	modules: 30, growthMB: 7.6,
	why: "protoactor is heavy already (docs/adr/0002-protoactor.md); nothing may hide behind it",
	mayNotCarry: []string{
		"Mozilla Public License", "GNU GENERAL PUBLIC LICENSE",
		"GNU LESSER GENERAL PUBLIC LICENSE", "GNU AFFERO GENERAL PUBLIC LICENSE",
	},
}
