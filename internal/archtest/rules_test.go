// SPDX-License-Identifier: Apache-2.0

package archtest

const (
	module     = "github.com/fuseboard/fuseboard"
	protoactor = "github.com/asynkron/protoactor-go/actor"
	victoria   = "github.com/VictoriaMetrics/metrics"
	zerolog    = "github.com/rs/zerolog"
	otelTrace  = "go.opentelemetry.io/otel/trace"
	otter      = "github.com/maypok86/otter/v2"
	cobra      = "github.com/spf13/cobra"
	pflag      = "github.com/spf13/pflag"
	fsnotify   = "github.com/fsnotify/fsnotify"
	hashicorp  = "github.com/hashicorp/memberlist"
	parts      = "github.com/orcaman/concurrent-map"

	goccyAST    = "github.com/goccy/go-yaml/ast"
	goccyLexer  = "github.com/goccy/go-yaml/lexer"
	goccyParser = "github.com/goccy/go-yaml/parser"
	goccyToken  = "github.com/goccy/go-yaml/token"

	root = "fuseboard" // the name of the root package in these tables
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
		"internal/shelf", 0, nil,
		"a bounded map: it keeps, and knows neither what nor for how long",
	},
	{
		"internal/bubble", 0, nil,
		"virtual time for who simulates, and the one place that imports package testing: it runs what it is given, and knows nothing of it",
	},
	{
		"internal/quantile", 0,
		[]string{root},
		"quantiles of what was recorded lately: it knows durations, and not of what",
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
		[]string{root, "internal/plain", "internal/quantile"},
		"a pattern is usable alone: it knows neither its siblings nor the actors; a limit that follows latency is tested with a live quantile",
	},
	{
		"patterns/hedge", 1,
		[]string{root, "internal/plain", "internal/quantile"},
		"who sends copies of a call knows how long calls take, and neither its siblings nor the actors",
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
		"patterns/cache", 1,
		[]string{root, "internal/lane", "internal/plain", "internal/shelf"},
		"a pattern is usable alone: it knows neither its siblings nor the actors; every hit is counted, hence lanes",
	},
	{
		"patterns/cache/otterstore", 2,
		[]string{"patterns/cache", otter},
		"a store behind the cache's seam, in a room of its own: only who imports it links otter",
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
		"patterns/fallback", 1,
		[]string{root, "internal/plain", "internal/shelf"},
		"it answers where others could not, whoever they are: it knows neither its siblings nor the actors",
	},

	{
		"gossip/mtls", 1,
		[]string{root, "internal/plain", hashicorp},
		"it carries packets and streams between nodes whose certificates it has verified, and knows nothing of what is in them",
	},
	{
		"gossip/limits", 1,
		[]string{root, "internal/plain", hashicorp},
		"it bounds what comes from one source, over whatever carrier: it knows an address, a size and a time, and no carrier",
	},
	{
		"gossip", 1,
		[]string{root, "gossip/limits", "gossip/record", "internal/plain", hashicorp},
		"it carries records and knows who is there: what a record means is the cluster's business, and memberlist is wrapped once",
	},
	{
		"gossip/record", 1,
		[]string{root},
		"how records merge is pure: it knows neither what they mean nor what carries them, so its laws are tested without a network",
	},
	{
		"gossip/internal/trial", 7, // above the network that its tests simulate
		[]string{root, "gossip", "gossip/limits", "gossip/mtls", "gossip/record", "simulations/network", hashicorp},
		"tests alone: they run fleets over a simulated network, which gossip itself must not know; carriers and limits meet here, which know nothing of each other",
	},

	{
		"actors", 2,
		[]string{root, "internal/hist", "internal/lane", "internal/plain", "internal/quantile", "internal/stripe", "internal/ticks", "mailbox", "supervision", "supervision/strategy", "patterns/adaptive", "patterns/cache", "patterns/deadline", "patterns/fallback", "patterns/hedge", "patterns/ratelimit", "patterns/shedding", "patterns/throttle", protoactor, parts},
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
		"config", 3,
		[]string{root, "actors", "config/rule", "internal/plain", goccyAST, goccyLexer, goccyParser, goccyToken},
		"files are read, judged and laid over each other here, and nowhere applied: it knows no guard, no clock and no disk",
	},
	{
		"config/migrate", 3,
		[]string{root, "actors", "config", "internal/plain"},
		"it writes policy files, and reads what is none yet: config itself knows one version alone",
	},
	{
		"config/internal/schemagen", 4, // above config and its siblings, which meet in it
		[]string{root, "actors", "config", "config/rule", "internal/plain"},
		"tests alone: they write the schema and the policy page from the code, and keep both true",
	},
	{
		"config/rule", 3,
		[]string{root, "internal/plain", "actors", "patterns/shedding"},
		"conditions are judged from what guards and the host tell: it reads numbers, and neither asks for them nor acts on them",
	},

	{
		"telemetry", 3,
		[]string{root, "actors", "supervision", "patterns/fallback", "patterns/ratelimit", "patterns/shedding", victoria, zerolog, otelTrace},
		"it shows what the guards count anyway: it is never on the way of a call, and nobody needs it",
	},
	{
		"config/live", 4,
		[]string{root, "internal/plain", "actors", "patterns/shedding", "config", "config/rule", "config/watch"},
		"it gives what policy files say to guards, and is the one that does: config reads and judges, and applies nothing",
	},
	{
		"config/watch", 3,
		[]string{root, "internal/plain", fsnotify},
		"it tells of files that change and knows nothing of what is in them: so it is tested without a policy, and a policy without files",
	},

	{
		"cluster/verdict", 2,
		[]string{root, "internal/plain", "supervision"},
		"what the fleet's evidence says is pure, and simulated with thousands of seeds before anything is wired to it: it knows no guard, no gossip and no clock; a circuit stands beside it in its simulation",
	},

	{
		"console/api", 4,
		[]string{root, "cluster/orders", "internal/plain"},
		"the words of the admin API and a client of it: who asks a node must not carry one, nor what is beneath it",
	},
	{
		"console", 5,
		[]string{root, "actors", "cluster", "cluster/events", "cluster/orders", "console/api", "gossip", "internal/plain"},
		"it shows a node to people and takes their orders to it, over HTTP: it decides nothing, and nobody below knows that it is there",
	},

	{
		"simulations/world", 4, // below the scenarios that are of it
		[]string{root, "internal/plain", "supervision"},
		"what lies around a service knows nothing of what protects it; supervision classifies its errors, in tests",
	},
	{
		"simulations/scenario", 5, // above the world that it describes, below what runs it
		[]string{root, "actors", "config", "internal/plain", "simulations/world"},
		"it reads and judges what a simulation is to be about, and runs nothing: so it is fast, and a bad scenario starts nothing",
	},
	{
		"simulations", 6,
		[]string{
			root, "actors", "cluster", "cluster/verdict", "config", "config/live", "config/watch", "gossip", "gossip/record", "internal/bubble", "internal/plain",
			"patterns/shedding", "supervision", "simulations/network", "simulations/scenario", "simulations/world",
		},
		"it runs the product's own code in virtual time: it may know all of it, and nothing of the product may know it",
	},
	{
		"simulations/scenarios", 9,
		[]string{"config", "simulations", "simulations/scenario"},
		"the gallery is texts that anybody may open, and needs config alone: its tests run them",
	},
	{
		"simulations/arrivals", 5,
		[]string{root, "actors", "simulations/world"},
		"a program in production imports it, and must carry neither simulations nor package testing; world reads back what it wrote, in tests",
	},
	{
		"simulations/simtest", 10, // above all that it puts into a test
		[]string{root, "actors", "config", bubbles, "internal/plain", "simulations", "simulations/report", "simulations/report/text", "simulations/scenario", "simulations/world"},
		"a test kit for users: it puts scenarios, dependencies and load into their go test, so it imports package testing, and no other room imports it",
	},
	{
		"simulations/network", 6,
		[]string{root, "internal/plain", hashicorp},
		"it carries packets and streams between nodes, and knows nothing of what is in them: memberlist is what it is a transport for",
	},

	{
		"examples/hotreload", 6,
		[]string{root, "actors", "config/live", "telemetry"},
		"an example shows what a user writes: a System, a path, guards as always, and the page of metrics",
	},
	{
		"examples/simulation", 11,
		[]string{root, "actors", "config/live", "simulations", "simulations/world"},
		"an example of a user's own tests: the service needs guards and its policies, and its tests the words of simulations",
	},
	{
		"examples/fleet", 6,
		[]string{root, "actors", "cluster", "cluster/orders", "console", "console/api", "gossip"},
		"an example shows what a user writes who has several replicas: guards as always, a fleet, where its members may be, and who may ask",
	},
	{
		"examples/quickstart", 6,
		[]string{root, "actors"},
		"an example shows what a user writes, and a user imports actors",
	},
	{
		"examples/answers", 6,
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
		"examples/cache", 6,
		[]string{root, "patterns/cache"},
		"a pattern is usable alone, and this shows it",
	},
	{
		"examples/throttle", 6,
		[]string{root, "patterns/throttle"},
		"a pattern is usable alone, and this shows it",
	},
	{
		"examples/fallback", 6,
		[]string{root, "patterns/fallback"},
		"a pattern is usable alone, and this shows it",
	},
	{
		"examples/hedge", 6,
		[]string{root, "patterns/hedge"},
		"a pattern is usable alone, and this shows it: in a time of its own, without a clock",
	},
	{
		"examples/shedding", 6,
		[]string{root, "patterns/shedding"},
		"an example of a pattern that is used alone: it needs no actors",
	},
	{
		"cluster", 4,
		[]string{root, "actors", "cluster/events", "cluster/orders", "cluster/verdict", "gossip", "gossip/mtls", "gossip/record", "internal/plain", "supervision", hashicorp},
		"guards and gossip meet here and nowhere else: it turns evidence into records and records into orders, decides by rules of other rooms, and shows nothing to anybody by itself",
	},
	{
		"cluster/internal/trial", 7, // above the network that its tests simulate
		[]string{root, "actors", "cluster", "cluster/events", "cluster/orders", "cluster/verdict", "gossip", "gossip/mtls", "gossip/record", "simulations/network", "supervision", hashicorp},
		"tests alone: they run fleets over a simulated network, which cluster itself must not know",
	},
	{
		"cluster/orders", 3,
		[]string{root, "internal/plain"},
		"whose order holds is decided from signatures and versions alone: it knows no network and no guard, so a command can sign and a node obey",
	},
	{
		"cluster/events", 3,
		[]string{root, "internal/plain"},
		"a stream is merged from what origins published, however it came: it knows neither who carries events nor who shows them",
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
		"simulations/report/text", 7,
		[]string{root, "internal/plain", "simulations"},
		"a result is plain data: who writes it needs its words, and neither runs nor reads a scenario",
	},
	{
		"simulations/report", 7,
		[]string{root, "internal/plain", "simulations"},
		"it shows what a simulation found, and reads nothing but its result: so it is tested without a run",
	},
	{
		"cmd/fuseboard", 10, // above all that it calls
		[]string{root, "actors", "cluster", "cluster/orders", "cmd/fuseboard/internal/demo", "config", "config/migrate", "config/rule", "config/watch", "console", "console/api", "internal/bubble", "internal/plain", "simulations", "simulations/report", "simulations/report/text", "simulations/scenario", "simulations/scenarios", cobra, pflag, "cmd/fuseboard/internal/demo/fleet", "gossip"},
		"a command is thin: it parses and calls a room",
	},
	{
		"cmd/fuseboard/internal/demo/fleet", 6,
		[]string{root, "actors", "clients/httpclient", "cluster", "gossip", hashicorp},
		"the demo shows what a user of a fleet sees; its wire stands between memberlist and the socket, to be cut",
	},
	{
		"cmd/fuseboard/internal/demo", 6,
		[]string{root, "actors", "clients/httpclient", "clients/httpserver", "cmd/fuseboard/internal/demo/fleet", "telemetry"},
		"the demo shows what a user sees, and a user imports actors",
	},
}

// testKits are modules that only test files may import.
var testKits = []string{"pgregory.net/rapid", "go.uber.org/goleak", "golang.org/x/net/dns/dnsmessage"}

// kits are rooms of ours that only test files may import, of any room. They are
// packages and not test files because the tests of several rooms need them; so they
// may import package testing: no binary can hold them.
var kits = []string{
	"internal/relay", "internal/relay/upstream", "internal/relay/oracle",
	"internal/servers", "internal/servers/certs", "internal/servers/nginx",
	"simulations/simtest", // for the tests of users, too
}

// bubbles is the one room besides the kits that imports package testing (docs/adr says
// why), and simulating the lowest floor whose rooms may import it: users of the
// runtime don't carry what a simulation needs.
const (
	bubbles    = "internal/bubble"
	simulating = 6
)

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
		parts,
		nil,
		"it is protoactor's; a test of actors makes it small, and nobody else knows it",
	},
	{
		"log/slog",
		[]string{"actors", "telemetry", "config/live", "examples/hotreload", "examples/simulation", "simulations"},
		"a user gives a slog.Logger at Start, and telemetry makes one; live tells of files, of which no guard has an event, and a simulation silences it; everything else reports by events",
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
		otter,
		[]string{"patterns/cache/otterstore"},
		"a user of the cache carries otter only if he asks for it",
	},
	{
		fsnotify,
		[]string{"config/watch"},
		"it has traps on each system, and must never wait for who calls it; it is wrapped once",
	},
	{
		hashicorp,
		[]string{"cluster", "simulations/network", "gossip/mtls", "gossip/limits", "gossip", "cmd/fuseboard/internal/demo/fleet"},
		"memberlist is under the MPL and brings eleven modules; only who imports the room that needs it links it",
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
		"gossip/record",
		[]string{
			"time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc",
			"time.NewTimer", "time.NewTicker", "time.Tick", "time.Sleep",
			"sync.Mutex", "sync.RWMutex", "sync.Cond", "sync.Locker",
		},
		"",
		"how records merge depends on them and on now, which is an argument; who owns a store locks it",
	},
	{
		"cluster/verdict",
		[]string{
			"time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker", "time.Tick", "time.Sleep",
			"sync.Mutex", "sync.RWMutex", "sync.Cond", "sync.Locker",
		},
		"",
		"the verdict is stepped with instants, by one goroutine: so thousands of fleets are simulated, and each can be repeated",
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
	fileByFile  []string // modules under the MPL, which covers their own files alone: the command may have them, and who joins a fleet (docs/adr/0015-gossip.md)
}{
	modules: 30, growthMB: 8.7, // what may answer a call in the handler's place is made for each operation's types, and a policy that holds JSON needs a reader of JSON (docs/adr/0009-answers.md)
	why: "protoactor is heavy already (docs/adr/0002-protoactor.md); nothing may hide behind it",
	mayNotCarry: []string{
		"Mozilla Public License", "GNU GENERAL PUBLIC LICENSE",
		"GNU LESSER GENERAL PUBLIC LICENSE", "GNU AFFERO GENERAL PUBLIC LICENSE",
	},
	fileByFile: []string{
		"github.com/hashicorp/memberlist", "github.com/hashicorp/errwrap", "github.com/hashicorp/go-immutable-radix",
		"github.com/hashicorp/go-multierror", "github.com/hashicorp/go-sockaddr", "github.com/hashicorp/golang-lru",
	},
}
