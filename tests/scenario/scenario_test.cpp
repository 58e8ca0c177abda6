// The scenario file: what each key means, its defaults, and where errors point to.
#include "scenario/scenario.h"

#include <algorithm>
#include <array>

#include "catch.h"
#include "cli/run_command.h"
#include "core/error.h"

namespace switchyard {
namespace {

const std::string kCandidates = "[[candidates]]\nrouters = [\"round_robin\"]\n";
const std::string kRest = "[databases.default]\n[databases.replica]\n" + kCandidates;

Scenario parse(const std::string& text) {
  return parse_scenario(text, "x.toml");
}

Scenario parse_workload(const std::string& lines) {
  return parse("[workload]\n" + lines + kRest);
}

// `law` as the service times of requests without one.
Law parse_law(const std::string& law) {
  return parse_workload("trace = \"t.csv\"\nservice = " + law + "\n").workload.service.value();
}

SyntheticWorkload parse_synthetic(const std::string& lines) {
  return parse_workload("[workload.synthetic]\n" + lines).workload.synthetic.value();
}

// The message of the error that parsing gives.
std::string refusal(const std::string& text) {
  try {
    parse(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

void check_refusal(const std::string& text, const std::string& place, const std::string& says) {
  const std::string message = refusal(text);
  INFO(text);
  INFO(message);
  CHECK(message.starts_with(place + ": "));
  CHECK(contains(message, says));
}

// Two laws are one when they draw the same numbers.
bool same(const Law& a, const Law& b) {
  if (a.kind() != b.kind() || a.mean() != b.mean()) return false;
  RandomStream random_a(1, RandomPurpose::kReadService);
  RandomStream random_b(1, RandomPurpose::kReadService);
  for (int i = 0; i < 100; ++i) {
    if (a.sample(random_a) != b.sample(random_b)) return false;
  }
  return true;
}

void check_same(const NodeSpec& a, const NodeSpec& b) {
  CHECK(a.name == b.name);
  CHECK(a.role == b.role);
  CHECK(a.workers == b.workers);
  CHECK(a.speed == b.speed);
  CHECK(a.queue_limit == b.queue_limit);
  CHECK(a.round_trip_ns == b.round_trip_ns);
  CHECK(a.weight == b.weight);
  CHECK(a.discipline == b.discipline);
}

void check_same(const ReplicationSpec& a, const ReplicationSpec& b) {
  CHECK(a.mode == b.mode);
  CHECK(a.order == b.order);
  CHECK(a.acks == b.acks);
  CHECK(same(a.delay, b.delay));
  CHECK(same(a.ack_delay, b.ack_delay));
  CHECK(a.apply_workers == b.apply_workers);
  CHECK(same(a.apply_service, b.apply_service));
  CHECK(a.apply_share == b.apply_share);
  CHECK(a.apply_competes == b.apply_competes);
  CHECK(a.observe_every_ns == b.observe_every_ns);
}

void check_same(const RunSpec& a, const RunSpec& b) {
  CHECK(a.warmup_ns == b.warmup_ns);
  CHECK(a.replications == b.replications);
  CHECK(a.timeout_ns == b.timeout_ns);
  CHECK(a.threads == b.threads);
  CHECK(a.retries == b.retries);
  CHECK(a.retry_after_ns == b.retry_after_ns);
}

void check_same(const WorkloadSpec& a, const WorkloadSpec& b) {
  CHECK(a.trace == b.trace);
  CHECK(a.import.format == b.import.format);
  CHECK(a.import.functions.writing == b.import.functions.writing);
  CHECK(a.import.functions.reading == b.import.functions.reading);
  CHECK(a.service.has_value() == b.service.has_value());
  CHECK(a.loop == b.loop);
  CHECK(a.speed == b.speed);
  CHECK(a.think_scale == b.think_scale);
  REQUIRE(a.synthetic.has_value());
  REQUIRE(b.synthetic.has_value());
  CHECK(a.synthetic->requests == b.synthetic->requests);
  CHECK(a.synthetic->sessions == b.synthetic->sessions);
  CHECK(a.synthetic->read_share == b.synthetic->read_share);
  CHECK(same(a.synthetic->read_service, b.synthetic->read_service));
  CHECK(same(a.synthetic->write_service, b.synthetic->write_service));
  CHECK(a.synthetic->arrivals.kind == b.synthetic->arrivals.kind);
  CHECK(a.synthetic->arrivals.rate == b.synthetic->arrivals.rate);
  CHECK(a.synthetic->think.has_value() == b.synthetic->think.has_value());
  CHECK(a.synthetic->keys.has_value() == b.synthetic->keys.has_value());
}

// The lines of data/reference.toml that are commented out, ready to be tried.
std::vector<std::string> alternatives() {
  std::ifstream in(kReference);
  std::vector<std::string> list;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#: ")) list.push_back(line.substr(3) + "\n");
  }
  return list;
}

}  // namespace

TEST_CASE("The reference scenario is valid and its defaults are those of a file without them") {
  const Scenario reference = load_scenario(kReference);
  const Scenario minimal = parse(
      "[workload.synthetic]\n"
      "arrivals = { law = \"poisson\", rate = 4000.0 }\n"
      "[databases.default]\n"
      "[databases.replica-1]\n"
      "[databases.replica-2]\n" +
      kCandidates);
  CHECK(reference.seed == minimal.seed);
  check_same(reference.workload, minimal.workload);
  REQUIRE(reference.cluster.nodes.size() == 3);
  REQUIRE(minimal.cluster.nodes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    check_same(reference.cluster.nodes[i], minimal.cluster.nodes[i]);
  }
  check_same(reference.cluster.replication, minimal.cluster.replication);
  check_same(reference.run, minimal.run);
  CHECK(reference.cluster.faults.empty());
  CHECK(reference.cluster.failover.detect_after_ns == minimal.cluster.failover.detect_after_ns);
  CHECK(reference.cluster.failover.promote_after_ns == minimal.cluster.failover.promote_after_ns);
  CHECK(reference.candidates.front().name == minimal.candidates.front().name);
  CHECK(reference.candidates.size() >= 3);
  CHECK(std::ranges::any_of(reference.candidates, [](const Candidate& c) {
    return std::ranges::any_of(c.routers,
                               [](const RouterUse& use) { return !use.parameters.empty(); });
  }));
}

TEST_CASE("Every alternative in the reference's comments is valid too") {
  const ScratchFolder folder;
  folder.write("durations.txt", "1ms\n");
  const std::string file = folder.path("x.toml");
  const std::string arrivals = "arrivals = { law = \"constant\", rate = 1.0 }\n";
  const std::string synthetic = "[workload.synthetic]\n";
  const std::vector<std::string> lines = alternatives();
  const std::array recording_keys = {"service",  "hash_keys", "utc_offset", "read_share",
                                     "sessions", "year",      "to"};
  std::size_t laws = 0;
  std::size_t faults = 0;
  for (const std::string& line : lines) {
    INFO(line);
    std::string text;
    if (line.starts_with("{ kind")) {
      text = "faults = [\n" + line + "]\n[workload]\ntrace = \"t.csv\"\n" + kRest +
             "[databases.replica-1]\n";
      ++faults;
    } else if (line.starts_with("sweep")) {
      text = "[workload]\ntrace = \"t.csv\"\n" + kRest + "guards = [\"sticky_primary\"]\n" + line;
    } else if (line.starts_with("promote_after")) {
      text = "[workload]\ntrace = \"t.csv\"\n" + kRest + "[failover]\n" + line;
    } else if (line.starts_with("measure_until")) {
      text = "[workload]\ntrace = \"t.csv\"\n" + kRest + "[run]\n" + line;
    } else if (line.starts_with("{")) {
      text = "[workload]\ntrace = \"t.csv\"\nservice = " + line + kRest;
      ++laws;
    } else if (line.starts_with("trace")) {
      text = "[workload]\n" + line + kRest;
    } else if (std::ranges::any_of(recording_keys,
                                   [&](const char* key) { return line.starts_with(key); })) {
      text = "[workload]\ntrace = \"t.csv\"\n" + line + kRest;
    } else if (line.starts_with("arrivals")) {
      text = synthetic + line + kRest;
    } else if (line.starts_with("keys")) {
      text = synthetic + arrivals + line + kRest;
    } else if (line.starts_with("think")) {
      text = "[workload]\nloop = \"closed\"\n" + synthetic + line + kRest;
    } else if (line.starts_with("name")) {
      text = "[workload]\ntrace = \"t.csv\"\n" + kRest + line;
    }
    REQUIRE_FALSE(text.empty());
    CHECK_NOTHROW(parse_scenario(text, file));
  }
  CHECK(laws == 11);
  CHECK(faults == 8);
}

TEST_CASE("The quickstart scenario names a recording that is there") {
  const Scenario scenario = load_scenario(kQuickstart);
  CHECK(std::filesystem::exists(scenario.workload.trace));
  CHECK(scenario.file == kQuickstart);
  CHECK(scenario.workload.speed == 90);
  CHECK(scenario.cluster.nodes.size() == 5);
  CHECK(scenario.cluster.replication.delay.mean() == 5e6);
}

TEST_CASE("Durations are read with every unit") {
  const std::vector<std::pair<std::string, Nanoseconds>> durations = {{"0us", 0},
                                                                      {"7ns", 7},
                                                                      {"250us", 250'000},
                                                                      {"2.5ms", 2'500'000},
                                                                      {"1.5s", 1'500'000'000},
                                                                      {"2min", 120'000'000'000},
                                                                      {"1h", 3'600'000'000'000}};
  for (const auto& [text, ns] : durations) {
    INFO(text);
    const Scenario scenario =
        parse("[workload]\ntrace = \"t.csv\"\n" + kRest + "[run]\ntimeout = \"" + text + "\"\n");
    CHECK(scenario.run.timeout_ns == ns);
  }
}

TEST_CASE("A duration without quotes, without a unit, negative or of an unknown unit is refused") {
  for (const char* value : {"3", "\"3\"", "\"-3ms\"", "\"3 days\"", "\"ms\"", "\"\"", "true"}) {
    check_refusal("[workload]\ntrace = \"t.csv\"\n" + kRest + "[run]\ntimeout = " + value + "\n",
                  "x.toml:8:11", "run.timeout must be a duration in quotes with a unit");
  }
}

TEST_CASE("Every law for times is read with its parameters") {
  CHECK(same(parse_law("{ law = \"constant\", value = \"2ms\" }"), Law::constant(2e6)));
  CHECK(same(parse_law("{ law = \"exponential\", mean = \"2ms\" }"), Law::exponential(2e6)));
  CHECK(
      same(parse_law("{ law = \"lognormal\", mean = \"3ms\", cv = 2.0 }"), Law::lognormal(3e6, 2)));
  CHECK(same(parse_law("{ law = \"erlang\", mean = \"4ms\", k = 3 }"), Law::erlang(4e6, 3)));
  CHECK(same(parse_law("{ law = \"hyperexponential\", mean = \"5ms\", cv = 2 }"),
             Law::hyperexponential(5e6, 2)));
  CHECK(same(parse_law("{ law = \"bimodal\", values = [\"1ms\", \"9ms\"], weights = [3, 1] }"),
             Law::discrete({1e6, 9e6}, {3, 1})));
  CHECK(same(parse_law("{ law = \"uniform\", min = \"1ms\", max = \"3ms\" }"),
             Law::uniform(1e6, 3e6)));
  CHECK(
      same(parse_law("{ law = \"pareto\", scale = \"1ms\", shape = 2.5 }"), Law::pareto(1e6, 2.5)));
  CHECK(same(parse_law("{ law = \"weibull\", scale = \"2ms\", shape = 0.7 }"),
             Law::weibull(2e6, 0.7)));
}

TEST_CASE("An empirical law reads its file beside the scenario") {
  const ScratchFolder folder;
  folder.write("times.txt", "# recorded\n1ms\n\n2ms\r\n6ms\n");
  folder.write("x.toml",
               "[workload]\ntrace = \"t.csv\"\n"
               "service = { law = \"empirical\", file = \"times.txt\" }\n" +
                   kRest);
  const Scenario scenario = load_scenario(folder.path("x.toml"));
  CHECK(same(scenario.workload.service.value(), Law::empirical({1e6, 2e6, 6e6})));
  CHECK(scenario.workload.service->mean() == Approx(3e6));

  folder.write("times.txt", "1ms\nsoon\n");
  CHECK_THROWS_WITH(load_scenario(folder.path("x.toml")),
                    folder.path("times.txt") +
                        ":2:1: expected a duration with a unit such as 2.5ms, found 'soon'");
}

TEST_CASE("A law with a missing, wrong or unknown parameter is refused where it stands") {
  const auto check = [](const std::string& law, std::uint64_t column, const std::string& says) {
    check_refusal("[workload]\ntrace = \"t.csv\"\nservice = " + law + "\n" + kRest,
                  "x.toml:3:" + std::to_string(column), says);
  };
  // service = { law = "normal" }: the brace is at column 11, the name of the law at 19.
  check("{ law = \"normal\" }", 19, "workload.service.law must be one of constant, exponential");
  check("{ law = \"lognorml\" }", 19, "did you mean 'lognormal'?");
  check("{ mean = \"2ms\" }", 11, "workload.service.law is missing");
  check("{ law = \"exponential\" }", 11, "workload.service.mean is missing");
  check("{ law = \"exponential\", mean = \"0ms\" }", 41, "must be above 0");
  check("{ law = \"lognormal\", mean = \"2ms\" }", 11, "workload.service.cv is missing");
  check("{ law = \"erlang\", mean = \"2ms\", k = 0 }", 47, "integer from 1 to 1000, found 0");
  check("{ law = \"hyperexponential\", mean = \"2ms\", cv = 0.5 }", 58, "at least 1, found 0.5");
  check("{ law = \"uniform\", min = \"3ms\", max = \"1ms\" }", 49, "must not be below min");
  check("{ law = \"bimodal\", values = [\"1ms\"], weights = [1, 2] }", 11,
        "as many weights as values");
  check("{ law = \"constant\", value = \"1ms\", cv = 1 }", 46, "unknown key 'workload.service.cv'");
  check_refusal("[workload]\ntrace = \"t.csv\"\nservice = \"2ms\"\n" + kRest, "x.toml:3:11",
                "workload.service must be a table");
}

TEST_CASE("Every law of arrivals is read with its parameters") {
  const ArrivalLaw poisson =
      parse_synthetic("arrivals = { law = \"poisson\", rate = 700.0 }\n").arrivals;
  CHECK(poisson.kind == ArrivalLaw::Kind::kPoisson);
  CHECK(poisson.rate == 700);
  const ArrivalLaw constant =
      parse_synthetic("arrivals = { law = \"constant\", rate = 50 }\n").arrivals;
  CHECK(constant.kind == ArrivalLaw::Kind::kConstant);
  CHECK(constant.rate == 50);
  const ArrivalLaw mmpp =
      parse_synthetic(
          "arrivals = { law = \"mmpp\", rates = [100, 900], mean_durations = [\"3s\", \"1s\"] }\n")
          .arrivals;
  CHECK(mmpp.kind == ArrivalLaw::Kind::kMmpp);
  CHECK(mmpp.rates == std::vector<double>{100, 900});
  CHECK(mmpp.mean_durations_ns == std::vector<double>{3e9, 1e9});
  CHECK(mmpp.mean_rate() == Approx(300));  // (3 * 100 + 1 * 900) / 4
  const ArrivalLaw batch =
      parse_synthetic("arrivals = { law = \"batch\", rate = 20, mean_size = 4 }\n").arrivals;
  CHECK(batch.kind == ArrivalLaw::Kind::kBatch);
  CHECK(batch.mean_rate() == Approx(80));
}

TEST_CASE("A synthetic workload is read with every key") {
  const SyntheticWorkload workload = parse_synthetic(
      "requests = 1_000\nsessions = 7\nread_share = 0.25\n"
      "read_service = { law = \"constant\", value = \"1ms\" }\n"
      "write_service = { law = \"constant\", value = \"4ms\" }\n"
      "keys = { law = \"zipf\", count = 50, exponent = 1.2 }\n"
      "arrivals = { law = \"constant\", rate = 10 }\n");
  CHECK(workload.requests == 1000);
  CHECK(workload.sessions == 7);
  CHECK(workload.read_share == 0.25);
  CHECK(workload.read_service.mean() == 1e6);
  CHECK(workload.write_service.mean() == 4e6);
  REQUIRE(workload.keys.has_value());
  CHECK(workload.keys->count == 50);
  CHECK(workload.keys->exponent == 1.2);
  CHECK_FALSE(workload.think.has_value());
  const std::string arrivals = "arrivals = { law = \"constant\", rate = 10 }\n";
  CHECK(parse_synthetic(arrivals + "keys = { law = \"uniform\", count = 5 }\n").keys->exponent ==
        0);
  CHECK(parse_synthetic(arrivals + "keys = { law = \"zipf\", count = 5 }\n").keys->exponent ==
        0.99);
}

TEST_CASE("A closed loop needs think times and no arrivals, the others the reverse") {
  const Scenario closed = parse_workload(
      "loop = \"closed\"\n[workload.synthetic]\n"
      "think = { law = \"constant\", value = \"100ms\" }\n");
  CHECK(closed.workload.loop == LoopMode::kClosed);
  CHECK(closed.workload.synthetic->think->mean() == 1e8);
  check_refusal("[workload]\nloop = \"closed\"\n[workload.synthetic]\n" + kRest, "x.toml:3:1",
                "workload.synthetic.think is missing");
  check_refusal("[workload]\n[workload.synthetic]\n" + kRest, "x.toml:2:1",
                "workload.synthetic.arrivals is missing");
}

TEST_CASE("A workload is a recording or synthetic, not both and not neither") {
  const std::string says = "needs either trace = \"FILE\" or [workload.synthetic]";
  check_refusal("[workload]\n" + kRest, "x.toml:1:1", says);
  check_refusal(
      "[workload]\ntrace = \"t.csv\"\n[workload.synthetic]\n"
      "arrivals = { law = \"constant\", rate = 10 }\n" +
          kRest,
      "x.toml:1:1", says);
}

TEST_CASE("The options of a recording are read") {
  const Scenario scenario = parse_workload(
      "trace = \"t.csv\"\nformat = \"pgcsv\"\nloop = \"open\"\nspeed = 2.5\nthink_scale = 0.5\n"
      "write_functions = [\"touch\"]\nread_functions = [\"peek\", \"look\"]\n");
  CHECK(scenario.workload.import.format == "pgcsv");
  CHECK(scenario.workload.loop == LoopMode::kOpen);
  CHECK(scenario.workload.speed == 2.5);
  CHECK(scenario.workload.think_scale == 0.5);
  CHECK(scenario.workload.import.functions.writing == std::vector<std::string>{"touch"});
  CHECK(scenario.workload.import.functions.reading == std::vector<std::string>{"peek", "look"});
}

TEST_CASE("What a recording does not say of itself is read from the scenario") {
  const ImportOptions import =
      parse_workload(
          "trace = \"t.log\"\nstrict = true\npartial = true\nhash_keys = \"\"\n"
          "log_line_prefix = \"%m [%p] \"\nutc_offset = \"-03:30\"\nyear = 2024\n"
          "read_share = 0.75\nsessions = 7\ncolumns = \"time-col=2\"\n"
          "pgbench_scripts = [\"0=r\", \"3=w\"]\n")
          .workload.import;
  CHECK(import.strict);
  CHECK(import.partial);
  CHECK(import.hash_keys == "");
  CHECK(import.log_line_prefix == "%m [%p] ");
  CHECK(import.utc_offset_ns == -12'600 * kSecond);
  CHECK(import.year == 2024);
  CHECK(import.read_share == 0.75);
  CHECK(import.sessions == 7);
  CHECK(import.columns == "time-col=2");
  CHECK(import.pgbench_scripts == std::map<std::size_t, Op>{{0, Op::kRead}, {3, Op::kWrite}});
  const std::string trace = "[workload]\ntrace = \"t.log\"\n";
  check_refusal(trace + "utc_offset = \"1h\"\n" + kRest, "x.toml:3:14", "an offset like +01:00");
  check_refusal(trace + "year = 24\n" + kRest, "x.toml:3:8", "from 1970 to 2200");
  check_refusal(trace + "read_share = 1.5\n" + kRest, "x.toml:3:14", "from 0 to 1, found 1.5");
  check_refusal(trace + "pgbench_scripts = [\"0\"]\n" + kRest, "x.toml:3:19", "like 0=r");
  check_refusal(trace + "columns = 2\n" + kRest, "x.toml:3:11", "must be a text");
}

TEST_CASE("A range of the recording is read, and an empty one refused where its end stands") {
  const auto range = [](const std::string& lines) {
    return parse_workload("trace = \"t.csv\"\n" + lines).workload.range;
  };
  CHECK(range("").is_whole());
  CHECK(range("from = \"10s\"\nto = \"1min\"\n") == TimeRange{10 * kSecond, 60 * kSecond});
  CHECK(range("from = \"1500ms\"\n") == TimeRange{1500 * kMillisecond, kNever});
  CHECK(range("to = \"1ns\"\n") == TimeRange{0, 1});
  const std::string trace = "[workload]\ntrace = \"t.csv\"\n";
  check_refusal(trace + "to = \"10s\"\nfrom = \"10s\"\n" + kRest, "x.toml:3:6",
                "no request can lie from 10s to 10s");
  check_refusal(trace + "to = \"0s\"\n" + kRest, "x.toml:3:6", "from 0s to 0s");
  check_refusal(trace + "from = 10\n" + kRest, "x.toml:3:8", "must be a duration in quotes");
}

TEST_CASE("A relative recording is found from the scenario's folder, an absolute one as it is") {
  const auto trace = [](const std::string& path, const std::string& file) {
    return parse_scenario("[workload]\ntrace = \"" + path + "\"\n" + kRest, file).workload.trace;
  };
  CHECK(trace("t.csv", "a/b/x.toml") == "a/b/t.csv");
  CHECK(trace("../t.csv", "a/b/x.toml") == "a/t.csv");
  CHECK(trace("t.csv", "x.toml") == "t.csv");
  CHECK(trace("/data/t.csv", "a/b/x.toml") == "/data/t.csv");
  CHECK(trace("-", "a/b/x.toml") == "-");
}

TEST_CASE("Databases stay in the order of the file, however their names sort") {
  const Scenario scenario = parse(
      "[workload]\ntrace = \"t.csv\"\n"
      "[databases.zebra]\n[databases.default]\n[databases.master-2]\n"
      "[databases.apple]\n[databases.master-1]\n" +
      kCandidates);
  std::vector<std::string> names;
  for (const NodeSpec& node : scenario.cluster.nodes) names.push_back(node.name);
  CHECK(names == std::vector<std::string>{"zebra", "default", "master-2", "apple", "master-1"});
}

TEST_CASE("Databases named default and master… are primaries unless the file says otherwise") {
  CHECK(implied_role("default") == Role::kPrimary);
  CHECK(implied_role("master") == Role::kPrimary);
  CHECK(implied_role("master-7") == Role::kPrimary);
  CHECK(implied_role("Master") == Role::kReplica);
  CHECK(implied_role("old-master") == Role::kReplica);
  CHECK(implied_role("default-2") == Role::kReplica);
  const Scenario scenario = parse(
      "[workload]\ntrace = \"t.csv\"\n"
      "[databases.default]\nrole = \"replica\"\n[databases.master]\n"
      "[databases.slave]\n[databases.other]\nrole = \"primary\"\n" +
      kCandidates);
  const std::vector<NodeSpec>& nodes = scenario.cluster.nodes;
  CHECK(nodes[0].role == Role::kReplica);
  CHECK(nodes[1].role == Role::kPrimary);
  CHECK(nodes[2].role == Role::kReplica);
  CHECK(nodes[3].role == Role::kPrimary);
}

TEST_CASE("A database is read with every key") {
  const Scenario scenario = parse(
      "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.far]\nworkers = 3\n"
      "speed = 0.5\nqueue_limit = 10\nround_trip = \"2ms\"\nweight = 4\n"
      "discipline = \"processor_sharing\"\n" +
      kCandidates);
  const NodeSpec& far = scenario.cluster.nodes.at(1);
  CHECK(far.workers == 3);
  CHECK(far.speed == 0.5);
  CHECK(far.queue_limit == 10);
  CHECK(far.round_trip_ns == 2'000'000);
  CHECK(far.weight == 4);
  CHECK(far.discipline == Discipline::kProcessorSharing);
}

TEST_CASE("Replication is read with every key, its delay as a duration or a constant law") {
  const auto replication = [](const std::string& lines) {
    return parse("[workload]\ntrace = \"t.csv\"\n" + kRest + "[replication]\n" + lines)
        .cluster.replication;
  };
  const ReplicationSpec all = replication(
      "mode = \"async\"\nacks = 2\norder = \"any\"\ndelay = \"5ms\"\napply_workers = 4\n"
      "apply_service = { law = \"constant\", value = \"2ms\" }\napply_share = 0.5\n"
      "apply_competes = false\nobserve_every = \"0us\"\n");
  CHECK(all.mode == ReplicationMode::kAsync);
  CHECK(all.order == ReplicationOrder::kAny);
  CHECK(all.acks == 2);
  CHECK(all.delay.mean() == 5e6);
  CHECK(all.apply_workers == 4);
  CHECK(all.apply_service.mean() == 2e6);
  CHECK(all.apply_share == 0.5);
  CHECK_FALSE(all.apply_competes);
  CHECK(replication("delay = { law = \"constant\", value = \"7ms\" }\n").delay.mean() == 7e6);
}

TEST_CASE("What replication can't do is refused in a clear sentence") {
  const auto check = [](const std::string& line, std::uint64_t column, const std::string& says) {
    check_refusal("[workload]\ntrace = \"t.csv\"\n" + kRest + "[replication]\n" + line + "\n",
                  "x.toml:8:" + std::to_string(column), says);
  };
  check("mode = \"quorum\"", 8, "replication.mode must be one of async, semi_sync");
  check("mode = \"quorum\"", 8, "found 'quorum'");
  check("observe_every = \"1\"", 17, "must be a duration in quotes with a unit");
  check("apply_workers = 0", 17, "must be an integer from 1");
}

TEST_CASE("A chain's routers and their parameters are read as written") {
  const Scenario scenario = parse(
      "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.replica]\n"
      "[[candidates]]\nname = \"mine\"\nrouters = [\"RestAuth.common.routers.MasterSlave\", "
      "{ use = \"d_choices\", d = 3, replacement = true }]\n"
      "[[candidates]]\nrouters = [\"round_robin\", \"oracle\"]\n"
      "[[candidates]]\nrouters = []\nguards = []\n");
  REQUIRE(scenario.candidates.size() == 3);
  CHECK(scenario.candidates[0].name == "mine");
  REQUIRE(scenario.candidates[0].routers.size() == 2);
  CHECK(scenario.candidates[0].routers[0].name == "RestAuth.common.routers.MasterSlave");
  CHECK(scenario.candidates[0].routers[1].name == "d_choices");
  const ParameterTexts parameters = {{"d", "3"}, {"replacement", "true"}};
  CHECK(scenario.candidates[0].routers[1].parameters == parameters);
  CHECK(scenario.candidates[1].name == "round_robin + oracle");
  CHECK(scenario.candidates[2].name == "no router");
  CHECK(scenario.candidates[2].routers.empty());
}

TEST_CASE("A candidate that is malformed is refused where it is wrong") {
  const auto check = [](const std::string& candidate, const std::string& place,
                        const std::string& says) {
    check_refusal(
        "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.replica]\n"
        "[[candidates]]\n" +
            candidate + "\n",
        "x.toml:" + place, says);
  };
  check("name = \"x\"", "5:1", "candidates.routers is missing");
  check("routers = [\"round_robin\", 3]", "6:27", "a router is a name or a table");
  check("routers = [{ d = 3 }]", "6:12", "a router is a name or a table");
  check("routers = [{ use = \"d_choices\", d = [1] }]", "6:37", "parameter 'd' must be a text");
  check("routers = [\"round_robin\"]\nname = 3", "7:8", "candidates.name must be a text in quotes");
  check("routers = [\"round_robin\"]\nrouter = 3", "7:1", "did you mean 'routers'?");
  check_refusal("candidates = 3\n[workload]\ntrace = \"t.csv\"\n[databases.default]\n",
                "x.toml:1:14", "candidates must be a list of tables");
}

TEST_CASE("Guards are read in their order, with parameters, and refused where they stand") {
  const std::string start = "[workload]\ntrace = \"t.csv\"\n" + kRest;  // 6 lines
  const Scenario scenario =
      parse(start + "guards = [{ use = \"sticky_primary\", duration = \"3s\" }, \"causal\"]\n");
  const std::vector<RouterUse>& guards = scenario.candidates.back().guards;
  REQUIRE(guards.size() == 2);
  CHECK(guards[0].name == "sticky_primary");
  CHECK(guards[0].parameters == ParameterTexts{{"duration", "3s"}});
  CHECK(guards[1].name == "causal");
  CHECK(scenario.candidates.back().name.ends_with(" + sticky_primary + causal"));
  check_refusal(start + "guards = \"causal\"\n", "x.toml:7:10", "guards must be a list");
  check_refusal(start + "guards = [3]\n", "x.toml:7:11", "a guard is a name or a table");
  check_refusal(start + "guards = [\"casual\"]\n", "x.toml:7:11", "did you mean 'causal'?");
  check_refusal(start + "guards = [\"round_robin\"]\n", "x.toml:7:11",
                "'round_robin' is a router, not a guard");
  check_refusal(start + "guards = [{ use = \"causal\", timeout = \"3\" }]\n", "x.toml:7:11",
                "parameter 'timeout' must be a duration with its unit");
  check_refusal(start + "[[candidates]]\nname = \"none\"\nrouters = []\nguards = [\"causal\"]\n",
                "x.toml:10:11", "a guard needs a router to stand before");
}

TEST_CASE("A swept parameter makes a candidate of each value, several every combination") {
  const std::string start = "[workload]\ntrace = \"t.csv\"\n" + kRest;  // 6 lines
  const std::string guarded =
      "[[candidates]]\nname = \"P\"\nrouters = [{ use = \"d_choices\", d = 3 }]\n"
      "guards = [\"sticky_primary\"]\n";
  const Scenario scenario =
      parse(start + guarded + "sweep = { duration = [\"0s\", \"2s\"], d = [2, 3, 4] }\n");
  std::vector<std::string> names;
  for (const Candidate& candidate : scenario.candidates) names.push_back(candidate.name);
  CHECK(names == std::vector<std::string>{"round_robin", "P d=2 duration=0s", "P d=2 duration=2s",
                                          "P d=3 duration=0s", "P d=3 duration=2s",
                                          "P d=4 duration=0s", "P d=4 duration=2s"});
  CHECK(scenario.candidates[2].swept == "d=2 duration=2s");
  CHECK(scenario.candidates[2].guards[0].parameters == ParameterTexts{{"duration", "2s"}});
  CHECK(scenario.candidates[2].routers[0].parameters == ParameterTexts{{"d", "3"}, {"d", "2"}});
  check_refusal(start + guarded + "sweep = { duration = \"2s\" }\n", "x.toml:11:22",
                "sweep.duration must be a list of values");
  check_refusal(start + guarded + "sweep = { durations = [\"2s\"] }\n", "x.toml:11:23",
                "has a parameter 'durations'");
  check_refusal(start + guarded + "sweep = { duration = [\"2s\", \"3\"] }\n", "x.toml:11:29",
                "parameter 'duration' must be a duration");
}

TEST_CASE("Faults and failover are read with every key") {
  const std::string start = "[workload]\ntrace = \"t.csv\"\n" + kRest + "[databases.r1]\n";
  const ClusterSpec cluster = parse(start + R"([[faults]]
kind = "down"
node = "r1"
at = "10s"
lasts = "5s"
times = 3
every = "20s"
[[faults]]
kind = "slow"
nodes = ["default", "r1", "r1"]
at = "1s"
factor = 2.5
[[faults]]
kind = "delay_replication"
node = "r1"
at = "1s"
delay = "3s"
[[faults]]
kind = "partition"
node = "default"
at = "1s"
cuts_clients = false
[failover]
detect_after = "1s"
promote_after = "2s"
)")
                                  .cluster;
  REQUIRE(cluster.faults.size() == 4);
  const FaultSpec& down = cluster.faults[0];
  CHECK(down.kind == FaultKind::kDown);
  CHECK(down.nodes == std::vector<NodeId>{cluster.find("r1")});
  CHECK(down.at_ns == 10 * kSecond);
  CHECK(down.lasts_ns == 5 * kSecond);
  CHECK(down.times == 3);
  CHECK(down.every_ns == 20 * kSecond);
  CHECK_FALSE(down.silent);
  CHECK(cluster.faults[1].nodes.size() == 2);
  CHECK(cluster.faults[1].factor == 2.5);
  CHECK(cluster.faults[1].lasts_ns == kNever);
  CHECK(cluster.faults[2].delay_ns == 3 * kSecond);
  CHECK_FALSE(cluster.faults[3].cuts_clients);
  CHECK(cluster.failover.detect_after_ns == kSecond);
  CHECK(cluster.failover.promote_after_ns == 2 * kSecond);
  CHECK_FALSE(parse(start).cluster.failover.promotes());
}

TEST_CASE("A fault that can't be is refused where it stands") {
  const std::string start = "[workload]\ntrace = \"t.csv\"\n" + kRest;  // 6 lines
  const auto check = [&](const std::string& lines, const char* place, const char* message) {
    check_refusal(start + "[[faults]]\n" + lines + "\n", place, message);
  };
  check("at = \"1s\"\nnode = \"default\"", "x.toml:7:1", "faults.kind is missing");
  check("kind = \"dwon\"", "x.toml:8:8", "did you mean 'down'?");
  check("kind = \"down\"\nnode = \"default\"", "x.toml:7:1", "faults.at is missing");
  check("kind = \"down\"\nat = \"1s\"", "x.toml:7:1", "either node = \"NAME\" or nodes");
  check("kind = \"down\"\nat = \"1s\"\nnode = \"defualt\"", "x.toml:10:8",
        "did you mean 'default'?");
  check("kind = \"down\"\nat = \"1s\"\nnodes = \"default\"", "x.toml:10:9",
        "nodes must be a list of names");
  check("kind = \"slow\"\nat = \"1s\"\nnode = \"default\"", "x.toml:7:1",
        "faults.factor is missing");
  check("kind = \"down\"\nat = \"1s\"\nnode = \"default\"\nfactor = 2", "x.toml:11:1",
        "unknown key 'faults.factor'");
  check("kind = \"partition\"\nat = \"1s\"\nnodes = [\"default\", \"replica\"]", "x.toml:7:1",
        "leaves no database on the other side");
  check(
      "kind = \"down\"\nat = \"1s\"\nnode = \"default\"\nlasts = \"5s\"\ntimes = 2\nevery = \"5s\"",
      "x.toml:7:1", "lasts must be below every");
  check_refusal("faults = 3\n" + start, "x.toml:1:10", "faults must be a list of tables");
}

TEST_CASE("Whoever may never be answered has to give up some time") {
  const std::string start = "[workload]\ntrace = \"t.csv\"\n" + kRest +
                            "[[faults]]\nkind = \"down\"\nat = \"1s\"\nnode = \"default\"\n"
                            "silent = true\n";
  CHECK_THROWS_AS(validate(parse(start)), InputError);
  CHECK_NOTHROW(validate(parse(start + "[run]\ntimeout = \"1s\"\n")));
}

TEST_CASE("The run section is read with every key") {
  const auto run = [](const std::string& lines) {
    return parse("seed = 42\n[workload]\ntrace = \"t.csv\"\n" + kRest + "[run]\n" + lines).run;
  };
  const RunSpec all =
      run("warmup = \"3s\"\nreplications = 5\ntimeout = \"250ms\"\nthreads = 2\nretries = 3\n"
          "retry_after = \"20ms\"\n");
  CHECK(all.retries == 3);
  CHECK(all.retry_after_ns == 20'000'000);
  CHECK(all.warmup_ns == 3'000'000'000);
  CHECK(all.replications == 5);
  CHECK(all.timeout_ns == 250'000'000);
  CHECK(all.threads == 2);
  CHECK_FALSE(run("warmup = \"auto\"\n").warmup_ns.has_value());
  CHECK(all.measure_until_ns == kNever);
  CHECK(run("warmup = \"3s\"\nmeasure_until = \"4s\"\n").measure_until_ns == 4'000'000'000);
  CHECK_THROWS_AS(run("warmup = \"3s\"\nmeasure_until = \"3s\"\n"), InputError);
}

TEST_CASE("The scenario keeps its seed and its text") {
  const std::string text = "seed = 42\n[workload]\ntrace = \"t.csv\"\n" + kRest;
  const Scenario scenario = parse(text);
  CHECK(scenario.seed == 42);
  CHECK(scenario.text == text);
  CHECK(scenario.file == "x.toml");
}

TEST_CASE("A key of the wrong type or out of range is refused where its value stands") {
  check_refusal("seed = \"one\"\n", "x.toml:1:8", "seed must be an integer from 0");
  check_refusal("seed = -1\n", "x.toml:1:8", "found -1");
  check_refusal("seed = 1.5\n", "x.toml:1:8", "found 1.5");
  check_refusal("workload = 3\n", "x.toml:1:12", "workload must be a table");
  check_refusal("[workload]\ntrace = 3\n", "x.toml:2:9", "workload.trace must be a text in quotes");
  check_refusal("[workload]\n  speed = 0\n", "x.toml:2:11",
                "workload.speed must be above 0, found 0");
  check_refusal("[workload]\nspeed = nan\n", "x.toml:2:9", "workload.speed must be a number");
  check_refusal("[workload]\nloop = \"opn\"\n", "x.toml:2:8", "did you mean 'open'?");
  check_refusal("[workload]\ntrace = \"t.csv\"\nread_functions = \"f\"\n", "x.toml:3:18",
                "must be a list of texts");
  check_refusal("[workload]\n[workload.synthetic]\nread_share = 1.5\n", "x.toml:3:14",
                "workload.synthetic.read_share must be from 0 to 1");
  check_refusal("[workload]\ntrace = \"t.csv\"\n[databases]\ndefault = 8\n", "x.toml:4:11",
                "databases.default must be a table");
  check_refusal("[workload]\ntrace = \"t.csv\"\n", "x.toml:1:1", "databases is missing");
  check_refusal("[workload]\ntrace = \"t.csv\"\n[databases.default]\nworkers = 2.5\n",
                "x.toml:4:11", "must be an integer from 1 to 1000000, found 2.5");
  check_refusal("[workload]\ntrace = \"t.csv\"\n" + kRest + "[replication]\napply_competes = 1\n",
                "x.toml:8:18", "must be true or false");
}

TEST_CASE("A misspelt key is refused where it stands, and the nearest one named") {
  check_refusal("[workload]\ntrace = \"t.csv\"\n" + kRest + "[replications]\n", "x.toml:7:2",
                "unknown key 'replications'; did you mean 'replication'?");
  check_refusal("[workload]\ntrace = \"t.csv\"\n  sped = 1\n" + kRest, "x.toml:3:3",
                "unknown key 'workload.sped'; did you mean 'speed'?");
  check_refusal("[workload]\ntrace = \"t.csv\"\nxylophone = 1\n" + kRest, "x.toml:3:1",
                "unknown key 'workload.xylophone'");
}

TEST_CASE("Warnings tell of a single database and of RestAuth's routers combined with others") {
  const auto warned = [](const std::string& databases, const std::string& routers) {
    return warnings(parse("[workload]\ntrace = \"t.csv\"\n" + databases +
                          "[[candidates]]\nrouters = " + routers + "\n"));
  };
  const std::string three = "[databases.default]\n[databases.master]\n[databases.replica]\n";
  CHECK(warned(three, "[\"MasterSlave\"]").empty());
  CHECK(warned(three, "[\"round_robin\", \"oracle\"]").empty());
  const auto both = warned(three, "[\"MasterSlave\", \"MultipleMasterSlave\"]");
  REQUIRE(both.size() == 1);
  CHECK(contains(both[0], "'MasterSlave + MultipleMasterSlave'"));
  const auto single = warned("[databases.default]\n", "[\"round_robin\"]");
  REQUIRE(single.size() == 1);
  CHECK(contains(single[0], "one database"));
}

TEST_CASE("validate refuses a scenario made without a file that can't run") {
  Scenario scenario = parse("[workload]\ntrace = \"t.csv\"\n" + kRest);
  CHECK_NOTHROW(validate(scenario));
  scenario.candidates.push_back(scenario.candidates.front());
  CHECK_THROWS_AS(validate(scenario), InputError);
  scenario.candidates.clear();
  CHECK_THROWS_AS(validate(scenario), InputError);
}

}  // namespace switchyard
