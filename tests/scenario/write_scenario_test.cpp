// A scenario written as a file is read back as the same scenario.
#include "scenario/write_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include "catch.h"
#include "cli/run_command.h"
#include "core/error.h"
#include "scenario/random_scenario.h"

namespace switchyard {
namespace {

const std::string kDataFolder = std::string(SWITCHYARD_SOURCE_DIR) + "/data";

// Without what tells where it comes from.
Scenario nameless(Scenario scenario) {
  scenario.file.clear();
  scenario.text.clear();
  scenario.workload.trace_name.clear();
  return scenario;
}

Scenario parse(const std::string& text, const std::string& file = "x.toml") {
  return nameless(parse_scenario(text, file));
}

void check_kept(const Scenario& scenario, const std::string& file = "x.toml") {
  const std::string text = to_toml(scenario, file);
  INFO(text);
  CHECK(parse(text, file) == nameless(scenario));
}

Scenario small_scenario() {
  return parse(
      "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.replica]\n"
      "[[candidates]]\nrouters = [\"round_robin\"]\n");
}

// Every key that a recording's scenario can have, none with its default.
const std::string kOfRecording = R"(seed = 2

[workload]
trace = "recording.csv.zst"
format = "pgcsv"
from = "1s"
to = "1500ms"
loop = "open"
speed = 90.0
think_scale = 0.25
service = { law = "lognormal", mean = "2ms", cv = 1.5 }
write_functions = ["touch", "move"]
read_functions = ["peek"]
strict = true
partial = true
hash_keys = ""
log_line_prefix = "%m [%p] "
utc_offset = "-03:30"
year = 2024
read_share = 0.1
sessions = 7
columns = "time-col=2"
pgbench_scripts = ["0=r", "12=w"]

[databases.default]
role = "replica"
workers = 3
speed = 0.5
queue_limit = 100
round_trip = "300us"
weight = 0.0
discipline = "processor_sharing"
[databases.replica-1]
role = "primary"
[databases.master-1]

[replication]
mode = "semi_sync"
acks = 2
order = "any"
delay = { law = "bimodal", values = ["1ms", "50ms"], weights = [3.0, 0.5] }
ack_delay = { law = "uniform", min = "1us", max = "3us" }
apply_workers = 4
apply_service = { law = "erlang", mean = "1ms", k = 4 }
apply_share = 0.5
apply_competes = false
observe_every = "1s"

[[faults]]
kind = "down"
node = "replica-1"
silent = true
at = "10s"
lasts = "1s"
times = 3
every = "20s"

[[faults]]
kind = "slow"
nodes = ["default", "master-1"]
factor = 3.0
at = "1min"

[[faults]]
kind = "delay_replication"
node = "default"
delay = "2s"
at = "0s"

[[faults]]
kind = "partition"
node = "default"
cuts_clients = false
at = "1h"

[probes]
service = "70us"

[failover]
detect_after = "1ns"
promote_after = "2s"

[[candidates]]
name = "d choices, sticky"
routers = ["round_robin", { use = "d_choices", d = 3, include_primary = true }]
guards = [{ use = "sticky_primary", scope = "key" }, "lag_bounded"]
instances = 3
sweep = { duration = ["0s", "500ms"], limit = ["1s", "2s", "3s"] }
[[candidates]]
routers = []

[run]
warmup = "auto"
measure_until = "30s"
replications = 5
timeout = "2s"
retries = 1
retry_after = "20ms"
threads = 4
)";

// The same of synthetic workloads.
const std::string kRest = R"(
[databases.default]

[[candidates]]
routers = ["oracle"]
)";
const std::vector<std::string> kSynthetic = {
    R"([workload.synthetic]
requests = 200_000
sessions = 99
read_share = 0.5
read_service = { law = "hyperexponential", mean = "2ms", cv = 2.0 }
write_service = { law = "pareto", scale = "1ms", shape = 2.5 }
arrivals = { law = "mmpp", rates = [1000.0, 0.5], mean_durations = ["4s", "1s"] }
keys = { law = "zipf", count = 10_000, exponent = 1.1 }
)" + kRest,
    R"([workload.synthetic]
read_service = { law = "weibull", scale = "2ms", shape = 0.7 }
write_service = { law = "constant", value = "0s" }
arrivals = { law = "batch", rate = 400.0, mean_size = 10.5 }
keys = { law = "uniform", count = 9 }
)" + kRest,
    R"([workload]
loop = "closed"
[workload.synthetic]
read_service = { law = "empirical", values = ["1ms", "2ms", "2ms"] }
think = { law = "exponential", mean = "100ms" }
)" + kRest,
    R"([workload.synthetic]
arrivals = { law = "constant", rate = 0.1 }
)" + kRest};

// "key" of every "key = " outside comments, and the names of tables.
std::set<std::string> keys_in(const std::string& text) {
  static const std::regex kKey("([a-z_]+) = ");
  static const std::regex kTable("^\\[+([a-z]+)");
  std::set<std::string> keys;
  for (std::string line : lines_of(text)) {
    if (line.starts_with("#: ")) line.erase(0, 3);
    line = line.substr(0, line.find('#'));
    for (const std::regex* one : {&kKey, &kTable}) {
      for (std::sregex_iterator at(line.begin(), line.end(), *one), end; at != end; ++at) {
        keys.insert((*at)[1]);
      }
    }
  }
  return keys;
}

Scenario with_names(const std::string& name) {
  Scenario scenario = small_scenario();
  scenario.workload.trace = "recordings/" + name + "x";
  scenario.workload.import.hash_keys = name;
  scenario.workload.import.functions.writing = {name, "f"};
  scenario.cluster.nodes[1].name = name;
  FaultSpec fault;
  fault.nodes = {NodeId{1}};
  scenario.cluster.faults = {fault};
  scenario.candidates[0].name = name;
  scenario.candidates[0].routers = {
      {"random_multi_primary", {{"prefix", "x" + name}, {"on_no_primary", "default"}}}};
  return scenario;
}

}  // namespace

TEST_CASE("Every scenario of data/ is kept, wherever it is saved") {
  const ScratchFolder folder;
  std::vector<std::string> files = {kReference};
  for (const auto& entry : std::filesystem::directory_iterator(kDataFolder + "/scenarios")) {
    files.push_back(entry.path().string());
  }
  CHECK(files.size() >= 15);
  for (const std::string& file : files) {
    const Scenario scenario = load_scenario(file);
    for (const std::string& place : {file, folder.path("elsewhere.toml"), std::string()}) {
      INFO(file);
      INFO(place);
      check_kept(scenario, place);
    }
  }
}

TEST_CASE("A scenario with no default in it is written as it was read") {
  CHECK(to_toml(parse(kOfRecording), "x.toml") == kOfRecording);
  check_kept(parse(kOfRecording));
  for (const std::string& text : kSynthetic) check_kept(parse(text));
  CHECK(to_toml(parse(kSynthetic[0])) == kSynthetic[0]);
  CHECK(parse(kSynthetic[0]) != parse(kSynthetic[1]));
}

TEST_CASE("Every key of the reference is written by one of these scenarios") {
  const ScratchFolder folder;
  folder.write("times.txt", "1ms\n");
  std::string written = to_toml(parse(kOfRecording));
  for (const std::string& text : kSynthetic) written += to_toml(parse(text));
  Scenario from_file = small_scenario();
  from_file.workload.service = Law::empirical({1e6}, folder.path("times.txt"));
  written += to_toml(from_file);
  const std::set<std::string> known = keys_in(written);
  std::ifstream in(kReference);
  std::ostringstream reference;
  reference << in.rdbuf();
  const std::set<std::string> wanted = keys_in(reference.str());
  CHECK(wanted.size() > 80);
  for (const std::string& key : wanted) {
    INFO(key);
    CHECK(known.contains(key));
  }
}

TEST_CASE("What has its default is left out") {
  CHECK(to_toml(small_scenario()) ==
        "[workload]\ntrace = \"t.csv\"\n\n"
        "[databases.default]\n[databases.replica]\n\n"
        "[[candidates]]\nrouters = [\"round_robin\"]\n");
}

TEST_CASE("Names of any characters are kept") {
  for (const std::string& name : kHostileNames) {
    INFO("'" << name << "'");
    check_kept(with_names(name), "");
    check_kept(with_names(name), "saved/x.toml");
  }
}

TEST_CASE("A text that is not UTF-8 can't be written") {
  for (const std::string name : {"\xFF", "a\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                 "a\xE2\x82", "\x80", "\xE0\x80\x80"}) {
    Scenario scenario = small_scenario();
    scenario.workload.trace = name;
    CHECK_THROWS_AS(to_toml(scenario), InputError);
  }
}

TEST_CASE("A seed beyond TOML's integers can't be written") {
  Scenario scenario = small_scenario();
  scenario.seed = INT64_MAX;
  check_kept(scenario);
  ++scenario.seed;
  CHECK_THROWS_WITH(to_toml(scenario),
                    "9223372036854775808 is too large for a scenario file; use "
                    "at most 9223372036854775807");
}

TEST_CASE("A recording's path is written as seen from the folder in which the file is saved") {
  struct Case {
    std::string trace, file, written;
  };
  const std::string here = std::filesystem::current_path().string();
  for (const Case& c : std::vector<Case>{
           {"a/r.csv", "", "a/r.csv"},
           {"a/r.csv", "x.toml", "a/r.csv"},
           {"a/r.csv", "./x.toml", "a/r.csv"},
           {"a/r.csv", "a/x.toml", "r.csv"},
           {"a/r.csv", "b/c/x.toml", "../../a/r.csv"},
           {"../r.csv", "b/x.toml", "../../r.csv"},
           {"a/r.csv", "../x.toml", here + "/a/r.csv"},
           {"a/r.csv", "/b/x.toml", here + "/a/r.csv"},
           {"/a/r.csv", "b/x.toml", "/a/r.csv"},
           {"/a/r.csv", "/a/x.toml", "r.csv"},
           {"/a/r.csv", "/a/b/x.toml", "../r.csv"},
           {"/a/r.csv", "/b/x.toml", "/a/r.csv"},
           {"/a/r.csv", "/x.toml", "/a/r.csv"},
           {"-", "b/x.toml", "-"},
           {"b/-", "b/x.toml", "./-"},
       }) {
    INFO(c.trace << " in " << c.file);
    Scenario scenario = small_scenario();
    scenario.workload.trace = c.trace;
    const std::string text = to_toml(scenario, c.file);
    CHECK(text.starts_with("[workload]\ntrace = \"" + c.written + "\"\n"));
    // Which the reader finds from there.
    const auto absolute = [](const std::string& path) {
      return std::filesystem::absolute(path).lexically_normal();
    };
    CHECK(absolute(parse(text, c.file).workload.trace) == absolute(c.trace));
  }
}

TEST_CASE("A library's path is written as seen from the folder in which the file is saved") {
  const std::string build = SWITCHYARD_PLUGINS "/..";
  Scenario scenario = parse(
      "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.replica]\n"
      "[[candidates]]\nrouters = [\"plugins/fewest.so\"]\n"
      "[[candidates]]\nname = \"swept\"\nrouters = [{ use = \"plugins/two_choices.so\" }]\n"
      "sweep = { d = [2, 3] }\n",
      build + "/x.toml");
  CHECK(scenario.candidates[0].name == "fewest.so");
  CHECK(scenario.candidates[2].name == "swept d=3");
  const auto written = [&](const std::string& place) {
    check_kept(scenario, build + place);
    return to_toml(scenario, build + place);
  };
  CHECK(written("/x.toml").find("routers = [\"plugins/fewest.so\"]") != std::string::npos);
  CHECK(written("/x.toml").find("sweep = { d = [2, 3] }") != std::string::npos);
  CHECK(written("/plugins/x.toml").find("routers = [\"./fewest.so\"]") != std::string::npos);
  CHECK(written("/a/x.toml").find("routers = [\"../plugins/fewest.so\"]") != std::string::npos);
}

TEST_CASE("An empirical law is found again by a file saved elsewhere, or written out without one") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("below"));
  folder.write("times.txt", "1ms\n1500us\n");
  Scenario scenario = small_scenario();
  scenario.workload.trace = folder.path("r.csv");
  scenario.workload.service = Law::empirical({1e6, 15e5}, folder.path("times.txt"));
  const std::string file = folder.path("below/x.toml");
  CHECK(contains(to_toml(scenario, file),
                 "service = { law = \"empirical\", file = \"../times.txt\" }\n"));
  check_kept(scenario, file);
  scenario.workload.service = Law::empirical({1e6, 15e5});
  CHECK(contains(to_toml(scenario),
                 "service = { law = \"empirical\", values = [\"1ms\", \"1500us\"] }\n"));
  check_kept(scenario, file);
}

TEST_CASE("Swept candidates are written as their sweep, and one by one where some are missing") {
  const std::string head =
      "[workload]\ntrace = \"t.csv\"\n\n[databases.default]\n[databases.replica]\n\n";
  const std::string base =
      "[[candidates]]\nname = \"least\"\nrouters = [\"least_outstanding\"]\n"
      "guards = [\"sticky_primary\"]\n";
  const std::string both =
      head + base + "sweep = { duration = [\"1s\", \"2s\"], instances = [1, 10, 100] }\n";
  Scenario scenario = parse(both);
  REQUIRE(scenario.candidates.size() == 6);
  CHECK(to_toml(scenario) == both);

  for (const std::ptrdiff_t missing : {0, 2, 4, 5}) {
    Scenario some = scenario;
    some.candidates.erase(some.candidates.begin() + missing);
    check_kept(some);
  }
  scenario.candidates.erase(scenario.candidates.begin() + 4);
  CHECK(contains(to_toml(scenario),
                 base + "sweep = { duration = [\"1s\"], instances = [1] }\n" + base));
  check_kept(scenario);

  const std::string blanks =
      head +
      "[[candidates]]\nname = \"multi\"\n"
      "routers = [{ use = \"random_multi_primary\", on_no_primary = \"default\" }]\n"
      "sweep = { prefix = [\"a b=c\", \"a\"] }\n";
  CHECK(to_toml(parse(blanks)) == blanks);
}

TEST_CASE("A swept candidate that was changed keeps its parameters but not what was swept") {
  Scenario scenario = parse(
      "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.replica]\n[[candidates]]\n"
      "routers = [\"d_choices\"]\nsweep = { d = [3] }\n");
  CHECK(scenario.candidates[0].swept == "d=3");
  scenario.candidates[0].name = "three";
  const Scenario read = parse(to_toml(scenario));
  CHECK(read.candidates[0].swept.empty());
  CHECK(read.candidates[0].routers == scenario.candidates[0].routers);
  CHECK(read.candidates[0].name == "three");

  // Nor does one that was given another parameter, which the sweep would come before.
  scenario.candidates[0].name = "d_choices d=3";
  scenario.candidates[0].routers[0].parameters.emplace_back("include_primary", "true");
  CHECK(parse(to_toml(scenario)).candidates[0].routers == scenario.candidates[0].routers);
}

TEST_CASE("Parameters keep their order and their texts") {
  for (const char* d : {"3", "03"}) {
    Scenario scenario = small_scenario();
    scenario.candidates[0].routers = {{"d_choices", {{"include_primary", "true"}, {"d", d}}}};
    const std::string written = d[0] == '0' ? "\"03\"" : "3";
    CHECK(contains(to_toml(scenario),
                   "{ use = \"d_choices\", include_primary = true, d = " + written + " }"));
    check_kept(scenario);
  }
  Scenario scenario = small_scenario();
  for (const char* share : {"0.5", "0.50", "1", "1.0", ".5", "1e-3", "0.001"}) {
    scenario.candidates[0].guards = {
        {"sticky_primary", {{"ttl_factor", share}, {"duration", "3s"}}}};
    check_kept(scenario);
  }
}

TEST_CASE("Scenarios made at random are kept") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    INFO("seed " << seed);
    check_kept(RandomScenario(seed).make(), seed % 2 == 0 ? "" : "some/where/x.toml");
  }
}

}  // namespace switchyard
