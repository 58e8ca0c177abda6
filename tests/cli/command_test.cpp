// The command as a user meets it: its verbs, its outputs, its warnings, and Ctrl-C.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "catch.h"
#include "cli/run_command.h"
#include "core/time.h"
#include "core/version.h"
#include "routers/catalogue.h"
#include "routers/presets.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

std::string succeed(const ScratchFolder& folder, const Arguments& arguments) {
  const CommandResult result = run_command(folder, arguments);
  INFO("stderr: " << result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

Json json_of(const ScratchFolder& folder, Arguments arguments) {
  arguments.insert(arguments.end(), {"--json", "-"});
  return Json::parse(succeed(folder, arguments));
}

Json without_overhead(Json report) {
  for (Json& candidate : report["candidates"]) candidate.erase("overhead");
  return report;
}

std::vector<std::string> fingerprints(const Json& report) {
  std::vector<std::string> list;
  for (const Json& candidate : report["candidates"]) list.push_back(candidate["fingerprint"]);
  return list;
}

// `workload`: lines of [workload.synthetic] beside those that every scenario here has.
std::string synthetic(const std::string& workload, const std::string& databases,
                      const std::string& routers) {
  std::string text = "[workload.synthetic]\n" + workload +
                     "read_service = { law = \"constant\", value = \"1ms\" }\n"
                     "write_service = { law = \"constant\", value = \"1ms\" }\n" +
                     databases;
  std::istringstream names(routers);
  for (std::string name; names >> name;) text += "[[candidates]]\nrouters = [\"" + name + "\"]\n";
  return text;
}

void check_keys(const Json& object, const std::vector<std::string>& keys) {
  REQUIRE(object.is_object());
  for (const std::string& key : keys) {
    INFO("key " << key);
    CHECK(object.contains(key));
  }
}

void check_latency(const Json& figures) {
  check_keys(figures, {"mean", "p50", "p90", "p95", "p99", "p999", "max"});
  for (const Json& value : figures) CHECK(value.is_number_integer());
  std::int64_t previous = 0;
  for (const char* quantile : {"p50", "p90", "p95", "p99", "p999", "max"}) {
    CHECK(figures[quantile].get<std::int64_t>() >= previous);
    previous = figures[quantile];
  }
}

double sum_of(const Json& shares) {
  double sum = 0;
  for (const Json& share : shares) sum += share.get<double>();
  return sum;
}

std::string without_breaks(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string word; in >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

const std::vector<std::string> kQuickstartNames = {
    "MasterSlave", "MasterSlaveAsShipped", "MultipleMasterSlave",
    "round_robin", "random_replica",       "least_outstanding",
    "d_choices",   "primary_only",         "oracle"};

}  // namespace

TEST_CASE("The quickstart's table fits in 100 columns and names every candidate in full") {
  const ScratchFolder folder;
  const std::string out = succeed(folder, {"compare", kQuickstart});
  const std::vector<std::string> lines = lines_of(out);
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(columns_of(line) <= 100);
  }
  CHECK(contains(lines.front(), "20208 requests"));
  for (const std::string& name : kQuickstartNames) {
    INFO(name);
    // One row of figures, one of freshness and one of shares per database.
    CHECK(std::ranges::count_if(
              lines, [&](const std::string& l) { return l.starts_with(name + " "); }) == 3);
  }
  for (const char* database : {"default (P)", "master-1 (P)", "replica-2"}) {
    CHECK(contains(out, database));
  }
}

TEST_CASE("The quickstart's best mean latency is marked, and bounds never are") {
  const ScratchFolder folder;
  const std::string out = succeed(folder, {"compare", kQuickstart, "--json", "report.json"});
  const Json report = Json::parse(folder.read("report.json"));
  double best = 1e300;
  std::string best_name;
  for (const Json& c : report["candidates"]) {
    const bool bound = c["name"] == "primary_only" || c["name"] == "oracle";
    const double mean = c["latency_ns"]["mean"];
    if (bound || c["failed"] != 0 || mean >= best) continue;
    best = mean;
    best_name = c["name"];
  }
  const std::vector<std::string> lines = lines_of(out);
  const auto row = [&](const std::string& name) {
    return *std::ranges::find_if(lines, [&](const auto& l) { return l.starts_with(name + " "); });
  };
  REQUIRE_FALSE(best_name.empty());
  CHECK(contains(row(best_name), " *" + format_duration(best) + " "));
  CHECK_FALSE(contains(row("primary_only"), "*"));
  CHECK_FALSE(contains(row("oracle"), "*"));
  // It loses writes to databases that can't take them, so its latencies are not comparable.
  CHECK_FALSE(contains(row("MasterSlaveAsShipped"), "*"));
}

TEST_CASE("every fault scenario runs, and says what it has to say") {
  const ScratchFolder folder;
  const auto report_of = [&](const std::string& name) {
    const std::string file =
        std::string(SWITCHYARD_SOURCE_DIR) + "/data/scenarios/" + name + ".toml";
    const std::string out = succeed(folder, {"compare", file, "--json", name + ".json"});
    for (const std::string& line : lines_of(out)) CHECK(columns_of(line) <= 100);
    std::map<std::string, Json> candidates;
    const Json report = Json::parse(folder.read(name + ".json"));
    for (const Json& c : report["candidates"]) candidates[c["name"]] = c;
    return candidates;
  };
  const auto p99 = [](const Json& c) { return c["read_latency_ns"]["p99"].get<double>(); };
  const auto reads = [](const Json& c) {
    return c["availability"]["reads"]["share"].get<double>();
  };
  const auto stale = [](const Json& c) { return c["staleness"]["stale_reads"].get<double>(); };
  const auto own = [](const Json& c) {
    return c["staleness"]["read_your_writes_violations"].get<int>();
  };

  auto slow = report_of("replica-slow");
  CHECK(p99(slow["round_robin"]) > 10 * p99(slow["least_outstanding"]));
  auto down = report_of("replica-down");
  CHECK(reads(down["least, no health checks"]) < 0.9);
  CHECK(reads(down["least_outstanding"]) > 0.98);
  auto stall = report_of("replication-stall");
  CHECK(stale(stall["least, lag < 1 s"]) < 0.5 * stale(stall["least_outstanding"]));
  CHECK(own(stall["least_outstanding"]) > 0);
  CHECK(own(stall["least, causal"]) == 0);
  auto failover = report_of("primary-failover");
  const Json& writes = failover["round_robin"]["availability"]["writes"];
  // A second until it is noticed, two until the promotion, one until routers hear of that.
  CHECK(writes["longest_outage_ns"].get<double>() == Approx(4e9).epsilon(0.01));
  CHECK(failover["MasterSlave"]["availability"]["writes"]["share"].get<double>() < 0.5);
  auto split = report_of("split-brain");
  const auto lost = [](const Json& c) {
    return c["conflicts"]["lost_acknowledged_writes"].get<int>();
  };
  CHECK(lost(split["MasterSlave"]) > 2 * lost(split["round_robin"]));
  auto hole = report_of("black-hole");
  CHECK(reads(hole["least_outstanding"]) < reads(hole["round_robin"]) - 0.1);
  auto spike = report_of("load-spike");
  CHECK(p99(spike["d_choices"]) < p99(spike["random_replica"]));
  auto storm = report_of("lag-storm");
  CHECK(stale(storm["least, sticky 2 s"]) < 0.5 * stale(storm["least_outstanding"]));
  auto over = report_of("all-replicas-over-limit");
  CHECK(p99(over["least, lag < 1 s"]) > 10 * p99(over["least_outstanding"]));
  auto flapping = report_of("flapping-node");
  CHECK(flapping["round_robin"]["retries"] > 0);
}

TEST_CASE("The frontier scenario shows freshness bought with latency") {
  const ScratchFolder folder;
  const std::string file =
      std::string(SWITCHYARD_SOURCE_DIR) + "/data/scenarios/freshness-frontier.toml";
  const std::string out = succeed(folder, {"compare", file, "--json", "frontier.json"});
  CHECK(contains(out, "frontier: freshness against latency"));
  std::vector<std::pair<double, double>> sticky;  // stale reads, share on the primary
  const Json report = Json::parse(folder.read("frontier.json"));
  for (const Json& c : report["candidates"]) {
    if (!c["name"].get<std::string>().starts_with("sticky")) continue;
    CHECK(c["swept"].get<std::string>().starts_with("duration="));
    sticky.emplace_back(c["staleness"]["stale_reads"], c["distribution"]["primary_read_share"]);
  }
  REQUIRE(sticky.size() == 5);
  for (std::size_t i = 1; i < sticky.size(); ++i) {
    CHECK(sticky[i].first < sticky[i - 1].first);
    CHECK(sticky[i].second > sticky[i - 1].second);
  }
}

TEST_CASE("A guard named on the command line adds each candidate once more, behind it") {
  const ScratchFolder folder;
  const Json report = json_of(
      folder, {"compare", kQuickstart, "--router", "round_robin", "--router", "d_choices:d=3",
               "--guard", "sticky_primary:duration=1ms", "--guard", "causal"});
  std::vector<std::string> names;
  for (const Json& c : report["candidates"]) names.push_back(c["name"]);
  CHECK(names == std::vector<std::string>{"round_robin", "d_choices:d=3",
                                          "round_robin + sticky_primary:duration=1ms",
                                          "d_choices:d=3 + sticky_primary:duration=1ms",
                                          "round_robin + causal", "d_choices:d=3 + causal"});
  CHECK(report["candidates"][2]["guards"] == Json::array({"sticky_primary(duration=1ms)"}));
}

TEST_CASE("evidence names requests of the recording that bear it out") {
  const ScratchFolder folder;
  folder.write("t.csv",
               "# switchyard-trace v1\nt,session,op,key,dur\n"
               "0,writer,w,k,1000000\n2000000,reader,r,k,1000\n9000000,reader,r,k,1000\n");
  folder.write("s.toml",
               "[workload]\ntrace = \"t.csv\"\n[databases.default]\n[databases.replica]\n"
               "[replication]\ndelay = \"5ms\"\n[[candidates]]\nrouters = [\"round_robin\"]\n");
  succeed(folder, {"compare", folder.path("s.toml"), "--evidence", folder.path("e.json")});
  const Json evidence = Json::parse(folder.read("e.json"))["candidates"][0]["evidence"];
  // Committed at 1 ms, on the replica from 6 ms: the read at 2 ms misses it, that at 9 ms does not.
  REQUIRE(evidence.size() == 1);
  CHECK(evidence[0]["kind"] == "stale_read");
  CHECK(evidence[0]["request"] == 1);
  CHECK(evidence[0]["session"] == "reader");
  CHECK(evidence[0]["key"] == "k");
  CHECK(evidence[0]["node"] == "replica");
  CHECK(evidence[0]["at_ns"] == 2'000'000);
  CHECK(evidence[0]["missing"]["request"] == 0);
  CHECK(evidence[0]["missing"]["session"] == "writer");
  CHECK(evidence[0]["missing"]["node"] == "default");
  CHECK(evidence[0]["missing"]["committed_ns"] == 1'000'000);
  CHECK(evidence[0]["lag_ns"] == 1'000'000);
}

TEST_CASE("The JSON report has every key of the interface") {
  const ScratchFolder folder;
  const Json report = json_of(folder, {"compare", kQuickstart, "--replications", "2"});
  check_keys(report, {"switchyard", "candidates"});
  const Json& head = report["switchyard"];
  check_keys(head, {"version", "seed", "loop", "trace", "trace_sha256", "scenario_sha256",
                    "requests", "span_ns", "notes"});
  CHECK(head["version"] == kVersion);
  CHECK(head["seed"] == 1);
  CHECK(head["loop"] == "session");
  CHECK(head["requests"] == 20208);
  CHECK(head["span_ns"].is_number_integer());
  CHECK(head["notes"].is_array());
  CHECK(head["trace_sha256"].get<std::string>().size() == 64);
  CHECK(head["scenario_sha256"].get<std::string>().size() == 64);
  REQUIRE(report["candidates"].size() == kQuickstartNames.size());
  for (std::size_t i = 0; i < kQuickstartNames.size(); ++i) {
    const Json& c = report["candidates"][i];
    INFO(kQuickstartNames[i]);
    check_keys(c, {"name", "routers", "fingerprint", "completed", "failed", "timed_out", "rejected",
                   "latency_ns", "read_latency_ns", "write_latency_ns", "wait_ns",
                   "throughput_per_s", "nodes", "distribution", "staleness", "conflicts",
                   "overhead", "time_series", "intervals"});
    CHECK(c["name"] == kQuickstartNames[i]);
    CHECK(c["routers"] == Json::array({kQuickstartNames[i]}));
    for (const char* name : {"latency_ns", "read_latency_ns", "write_latency_ns", "wait_ns"}) {
      check_latency(c[name]);
    }
    REQUIRE(c["nodes"].size() == 5);
    for (const Json& node : c["nodes"]) {
      check_keys(node, {"name", "role", "reads", "writes", "applies", "utilisation", "mean_queue",
                        "max_queue", "errors"});
      CHECK(node["utilisation"].get<double>() > 0);
      CHECK(node["utilisation"].get<double>() < 1);
    }
    CHECK(c["nodes"][0]["name"] == "default");
    CHECK(c["nodes"][0]["role"] == "primary");
    CHECK(c["nodes"][4]["name"] == "replica-2");
    CHECK(c["nodes"][4]["role"] == "replica");
    check_keys(c["distribution"], {"read_share", "write_share", "max_over_mean", "jain",
                                   "chi_square", "chi_square_p"});
    check_keys(c["staleness"], {"reads_checked", "stale_reads", "stale_age_ns", "stale_versions",
                                "read_your_writes_violations", "monotonic_read_violations"});
    // The recording's single reads of an account and its notes.
    CHECK(c["staleness"]["reads_checked"] == report["candidates"][0]["staleness"]["reads_checked"]);
    CHECK(c["staleness"]["stale_reads"] <= c["staleness"]["reads_checked"]);
    check_keys(c["conflicts"], {"write_conflicts", "conflicting_pairs", "lost_updates",
                                "split_transactions", "left_transactions"});
    check_keys(c["overhead"], {"decision_ns", "share_of_mean_latency"});
    check_keys(c["overhead"]["decision_ns"], {"mean", "p50", "p99"});
    const Json& series = c["time_series"];
    check_keys(series, {"bucket_ns", "arrivals", "latency_p50_ns", "latency_p99_ns",
                        "queue_per_node", "lag_ns_per_node", "stale_reads"});
    CHECK(series["bucket_ns"].is_number_integer());
    CHECK(series["stale_reads"].size() == series["arrivals"].size());
    for (const char* name : {"latency_p50_ns", "latency_p99_ns"}) {
      CHECK(series[name].size() == series["arrivals"].size());
      for (const Json& value : series[name]) CHECK(value.is_number_integer());
    }
    for (const char* name : {"queue_per_node", "lag_ns_per_node"}) {
      CHECK(series[name].size() == 5);
      for (const Json& values : series[name]) CHECK(values.size() == series["arrivals"].size());
    }
    check_keys(c["intervals"], {"level", "latency_ns.mean", "throughput_per_s"});
    CHECK(c["intervals"]["latency_ns.mean"].size() == 2);
  }
}

TEST_CASE("The JSON report adds up") {
  const ScratchFolder folder;
  const Json report = json_of(folder, {"compare", kQuickstart});
  for (const Json& c : report["candidates"]) {
    INFO(c["name"].get<std::string>());
    CHECK_FALSE(c.contains("intervals"));
    CHECK(c["completed"].get<int>() + c["failed"].get<int>() + c["timed_out"].get<int>() +
              c["rejected"].get<int>() ==
          20208);
    CHECK(sum_of(c["distribution"]["read_share"]) == Approx(1));
    CHECK(sum_of(c["distribution"]["write_share"]) == Approx(1));
    int reads = 0;
    int all = 0;
    for (const Json& node : c["nodes"]) {
      reads += node["reads"].get<int>();
      all += node["reads"].get<int>() + node["writes"].get<int>() + node["control"].get<int>();
    }
    for (const Json& node : c["nodes"]) {
      CHECK(c["distribution"]["read_share"][node["name"].get<std::string>()].get<double>() ==
            Approx(node["reads"].get<double>() / reads));
    }
    CHECK(reads == 10946);
    CHECK(all == c["completed"].get<int>());
    const Json& arrivals = c["time_series"]["arrivals"];
    CHECK(std::accumulate(arrivals.begin(), arrivals.end(), 0,
                          [](int sum, const Json& n) { return sum + n.get<int>(); }) == 20208);
  }
}

TEST_CASE("The CSV report has a header and one line per candidate, as wide as the header") {
  const ScratchFolder folder;
  const std::vector<std::string> lines =
      lines_of(succeed(folder, {"compare", kQuickstart, "--csv", "-"}));
  REQUIRE(lines.size() == 1 + kQuickstartNames.size());
  CHECK(lines.front().starts_with("name,fingerprint,completed,"));
  for (std::size_t i = 0; i < kQuickstartNames.size(); ++i) {
    CHECK(lines[i + 1].starts_with(kQuickstartNames[i] + ","));
    CHECK(std::ranges::count(lines[i + 1], ',') == std::ranges::count(lines.front(), ','));
  }
}

TEST_CASE("Reports go to files beside the table, and say the same there as on standard output") {
  const ScratchFolder folder;
  const std::string out =
      succeed(folder, {"compare", kQuickstart, "--json", "r.json", "--csv", "r.csv"});
  CHECK(contains(out, "strategy"));
  CHECK(folder.names() == std::set<std::string>{"r.csv", "r.json"});
  CHECK(without_overhead(Json::parse(folder.read("r.json"))) ==
        without_overhead(json_of(folder, {"compare", kQuickstart})));
  CHECK(lines_of(folder.read("r.csv")).size() == 1 + kQuickstartNames.size());
}

TEST_CASE("The number of threads changes nothing but the measured overhead") {
  const ScratchFolder folder;
  const Arguments workload = GENERATE(Arguments{"compare", kQuickstart},
                                      Arguments{"compare", kReference, "--replications", "2"});
  Arguments one = workload;
  one.insert(one.end(), {"--threads", "1"});
  Arguments two = workload;
  two.insert(two.end(), {"--threads", "2"});
  CHECK(without_overhead(json_of(folder, one)) == without_overhead(json_of(folder, two)));
}

TEST_CASE("Another seed gives other random decisions, and another synthetic workload") {
  const ScratchFolder folder;
  const Json a = json_of(folder, {"compare", kReference, "--seed", "1"});
  const Json b = json_of(folder, {"compare", kReference, "--seed", "2"});
  CHECK(a["switchyard"]["trace_sha256"] != b["switchyard"]["trace_sha256"]);
  for (std::size_t i = 0; i < a["candidates"].size(); ++i) {
    INFO(a["candidates"][i]["name"].get<std::string>());
    CHECK(fingerprints(a)[i] != fingerprints(b)[i]);
  }
  // A recording stays what it is: only strategies that draw differ.
  const Arguments recorded = {"compare",     "--trace",  kRecording,       "--router",
                              "round_robin", "--router", "random_replica", "--seed"};
  Arguments first = recorded;
  first.emplace_back("1");
  Arguments second = recorded;
  second.emplace_back("2");
  const Json c = json_of(folder, first);
  const Json d = json_of(folder, second);
  CHECK(c["switchyard"]["trace_sha256"] == d["switchyard"]["trace_sha256"]);
  CHECK(fingerprints(c)[0] == fingerprints(d)[0]);
  CHECK(fingerprints(c)[1] != fingerprints(d)[1]);
}

TEST_CASE("A recording converted to CSV, binary and compressed binary replays the same") {
  const ScratchFolder folder;
  succeed(folder, {"convert", kRecording, "a.csv"});
  succeed(folder, {"convert", "a.csv", "b.swt"});
  succeed(folder, {"convert", "b.swt", "c.swt.zst"});
  CHECK(folder.names() == std::set<std::string>{"a.csv", "b.swt", "c.swt.zst"});
  CHECK(folder.read("c.swt.zst").size() < folder.read("b.swt").size());
  const auto replay = [&](const std::string& trace) {
    return json_of(folder, {"compare", "--trace", trace, "--router", "round_robin"});
  };
  const Json original = replay(kRecording);
  for (const char* name : {"a.csv", "b.swt", "c.swt.zst"}) {
    INFO(name);
    const Json converted = replay(name);
    CHECK(fingerprints(converted) == fingerprints(original));
    CHECK(converted["switchyard"]["trace_sha256"] == original["switchyard"]["trace_sha256"]);
    CHECK(converted["switchyard"]["trace"] == name);
  }
}

TEST_CASE("inspect tells how many requests a recording holds, and of what kind") {
  const ScratchFolder folder;
  const std::string out = without_breaks(succeed(folder, {"inspect", kRecording}));
  CHECK(contains(out, "requests 20208 "));
  // 10946 reads, 5421 that need a primary and 3841 others are 20208.
  CHECK(contains(out, "reads 10946 (54.2%)"));
  CHECK(contains(out, "need a primary 5421 (26.8%)"));
  CHECK(contains(out, "not routed 3841 (19.0%)"));
}

TEST_CASE("compare and inspect are told which stretch of a recording to take") {
  const ScratchFolder folder;
  folder.write("t.csv",
               "# switchyard-trace v1 epoch_ns=0 source=test\n"
               "t,session,op,dur\n"
               "0,a,r,1000\n1000000000,a,w,1000\n2000000000,b,r,1000\n3000000000,a,r,1000\n");
  folder.write("x.toml",
               "[workload]\ntrace = \"t.csv\"\nfrom = \"1s\"\nto = \"3s\"\n"
               "[databases.default]\n[databases.replica]\n"
               "[[candidates]]\nrouters = [\"round_robin\"]\n");
  const Arguments by_options = {
      "compare", "--trace",     "t.csv",           "--from",   "1s",         "--to",
      "3s",      "--databases", "default,replica", "--router", "round_robin"};
  const Json from_file = json_of(folder, {"compare", "x.toml"});
  const Json from_options = json_of(folder, by_options);
  for (const Json& report : {from_file, from_options}) {
    CHECK(report["switchyard"]["requests"] == 2);
    CHECK(contains(report.dump(), "only requests from 1s to 3s of the recording: 2 of 4"));
  }
  CHECK(fingerprints(from_file) == fingerprints(from_options));
  // An option has its way against the file.
  CHECK(json_of(folder, {"compare", "x.toml", "--from", "2s"})["switchyard"]["requests"] == 1);
  CHECK(json_of(folder, {"compare", "x.toml", "--to", "1h"})["switchyard"]["requests"] == 3);

  const std::string out = succeed(folder, {"inspect", "t.csv", "--from", "1500ms"});
  CHECK(contains(out, "requests       2 (recorded by test)"));
  CHECK(contains(out,
                 "import         only requests from 1500ms to the end of the recording: 2 of 4"));
  CHECK(contains(run_command(folder, {"inspect", "t.csv", "--from", "10"}).err,
                 "--from 10: expected a duration with a unit, like 10s"));
  const CommandResult nothing = run_command(folder, {"inspect", "t.csv", "--from", "4s"});
  CHECK(nothing.exit_code != 0);
  CHECK(contains(nothing.err, "the recording has 4 over 3s"));
}

TEST_CASE("inspect tells what a recording lacks") {
  const ScratchFolder folder;
  folder.write("bare.csv",
               "# switchyard-trace v1 epoch_ns=0 source=hand\nt,session,op\n"
               "0,a,r\n1000000000,b,w\n");
  const std::string out = without_breaks(succeed(folder, {"inspect", "bare.csv"}));
  CHECK(contains(out, "requests 2 (recorded by hand)"));
  CHECK(contains(out, "sessions 2"));
  CHECK(contains(out, "missing"));
  // Without durations there is nothing to replay: the user is told what to give.
  const CommandResult replay = run_command(folder, {"compare", "--trace", "bare.csv"});
  CHECK(replay.exit_code == 2);
  CHECK(contains(replay.err, "service"));
}

TEST_CASE("routers lists every strategy, guard and preset") {
  const ScratchFolder folder;
  const std::vector<std::string> lines = lines_of(succeed(folder, {"routers"}));
  const auto is_listed = [&](std::string_view name, std::string_view told) {
    return std::ranges::count_if(lines, [&](const std::string& line) {
             return line.starts_with(std::string(name) + " ") && line.ends_with(told);
           }) == 1;
  };
  for (const auto& list : {catalogue(), guards()}) {
    for (const StrategyInfo* info : list) {
      INFO(info->name);
      CHECK(is_listed(info->name, info->summary));
    }
  }
  for (const Preset& preset : presets().subspan(restauth_presets().size())) {
    INFO(preset.name);
    CHECK(is_listed(preset.name, preset.parameters.empty() ? preset.strategy : preset.parameters));
  }
}

TEST_CASE("routers lists RestAuth's routers first, and describes each with its strategy") {
  const ScratchFolder folder;
  const std::vector<std::string> lines = lines_of(succeed(folder, {"routers"}));
  REQUIRE(lines.size() > 4);
  CHECK(lines[0].starts_with("RestAuth's routers"));
  CHECK(lines[1].starts_with("MasterSlave "));
  CHECK(lines[2].starts_with("MasterSlaveAsShipped "));
  CHECK(lines[3].starts_with("MultipleMasterSlave "));
  const std::string shipped = succeed(folder, {"routers", "MasterSlaveAsShipped"});
  CHECK(shipped.starts_with("MasterSlaveAsShipped = random_all:write_rule=instance_origin\n"));
  CHECK(contains(shipped, "\nRule\n"));
  CHECK(contains(succeed(folder, {"routers", "MultipleMasterSlave"}), "random_multi_primary"));
  CHECK(contains(succeed(folder, {"routers", "round_robin"}), "ordered:mode=round_robin"));
}

TEST_CASE("routers NAME prints the rule, parameters with defaults, and source of each strategy") {
  const ScratchFolder folder;
  std::vector<const StrategyInfo*> all(catalogue().begin(), catalogue().end());
  all.insert(all.end(), guards().begin(), guards().end());
  for (const StrategyInfo* info : all) {
    INFO(info->name);
    const std::string text = succeed(folder, {"routers", std::string(info->name)});
    for (const std::string& line : lines_of(text)) CHECK(columns_of(line) <= 100);
    const std::string out = without_breaks(text);
    CHECK(contains(out, "Rule " + without_breaks(std::string(info->rule)) + " Parameters"));
    CHECK(contains(out, "Ships in " + without_breaks(std::string(info->systems)) +
                            " Known failures " + without_breaks(std::string(info->failure_modes)) +
                            " Source " + without_breaks(std::string(info->source))));
    if (info->parameters.empty()) CHECK(contains(out, "Parameters none"));
    for (const ParameterInfo& parameter : info->parameters) {
      const std::string value(parameter.default_value.empty() ? "\"\"" : parameter.default_value);
      CHECK(contains(out, without_breaks(std::string(parameter.name) + " = " + value + " (")));
      CHECK(contains(out, without_breaks(std::string(parameter.help))));
    }
  }
}

TEST_CASE("routers knows RestAuth's strategies by their Python path") {
  const ScratchFolder folder;
  CHECK(succeed(folder, {"routers", "RestAuth.common.routers.MasterSlave"}) ==
        succeed(folder, {"routers", "MasterSlave"}));
}

TEST_CASE("The version and the help go to standard output and succeed") {
  const ScratchFolder folder;
  CHECK(succeed(folder, {"--version"}) == std::string(kVersion) + "\n");
  const std::string help = succeed(folder, {"--help"});
  for (const char* verb : {"compare", "routers", "inspect", "convert"}) {
    CHECK(contains(help, verb));
    CHECK(contains(succeed(folder, {verb, "--help"}), verb));
  }
  CHECK(contains(succeed(folder, {"compare", "--help"}), "--replications"));
}

TEST_CASE("Output that can't be written is an error") {
  if (!std::filesystem::exists("/dev/full")) return;
  const ScratchFolder folder;
  // A shell's redirection: standard output itself is full.
  const std::string command =
      std::string("'") + SWITCHYARD_COMMAND + "' routers >/dev/full 2>'" + folder.path("err") + "'";
  const int status = std::system(command.c_str());
  CHECK(WEXITSTATUS(status) == 2);
  CHECK(contains(folder.read("err"), "standard output cannot be written"));
}

TEST_CASE("A load beyond the cluster's capacity runs, and is warned of before") {
  const ScratchFolder folder;
  // 3000 requests a second of 1 ms each for two workers: 1.5 times what they can do.
  folder.write("s.toml", synthetic("requests = 3000\n"
                                   "arrivals = { law = \"constant\", rate = 3000.0 }\n",
                                   "[databases.default]\nworkers = 1\n"
                                   "[databases.replica]\nworkers = 1\n",
                                   "MasterSlave"));
  const CommandResult result = run_command(folder, {"compare", "s.toml", "--loop", "open"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.starts_with("warning: unstable load"));
  CHECK(contains(result.err, "1.50 times"));
  CHECK(lines_of(result.err).size() == 1);
  CHECK(contains(without_breaks(result.out), "note: unstable load"));
}

TEST_CASE("Writes beyond the primary's capacity are warned of though the cluster has room") {
  const ScratchFolder folder;
  // 1500 writes a second of 1 ms: 1.5 times one worker of the primary, half of three.
  folder.write("s.toml", synthetic("requests = 3000\nread_share = 0.0\n"
                                   "arrivals = { law = \"constant\", rate = 1500.0 }\n",
                                   "[databases.default]\nworkers = 1\n"
                                   "[databases.replica-1]\nworkers = 1\n"
                                   "[databases.replica-2]\nworkers = 1\n",
                                   "MasterSlave"));
  const CommandResult result = run_command(folder, {"compare", "s.toml"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.starts_with("warning: unstable load: writes alone are 1.50 times"));
}

TEST_CASE("A load within capacity runs without a warning") {
  const ScratchFolder folder;
  folder.write("s.toml", synthetic("requests = 1000\n"
                                   "arrivals = { law = \"constant\", rate = 500.0 }\n",
                                   "[databases.default]\n[databases.replica]\n", "MasterSlave"));
  const CommandResult result = run_command(folder, {"compare", "s.toml"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
}

TEST_CASE("A cluster of one database is warned of") {
  const ScratchFolder folder;
  const CommandResult result = run_command(folder, {"compare", "--trace", kRecording, "--databases",
                                                    "default", "--router", "round_robin"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.starts_with("warning: the cluster has one database"));
}

TEST_CASE("Both of RestAuth's routers in one chain are warned of") {
  const ScratchFolder folder;
  const CommandResult chain = run_command(
      folder, {"compare", "--trace", kRecording, "--databases", "default,master-1,replica-1",
               "--router", "MasterSlave+MultipleMasterSlave"});
  CHECK(chain.exit_code == 0);
  CHECK(chain.err.starts_with("warning: candidate 'MasterSlave+MultipleMasterSlave' combines"));
  CHECK(contains(chain.out, "MasterSlave+Multipl"));
  const CommandResult apart = run_command(
      folder, {"compare", "--trace", kRecording, "--databases", "default,master-1,replica-1",
               "--router", "MasterSlave", "--router", "MultipleMasterSlave"});
  CHECK(apart.exit_code == 0);
  CHECK(apart.err.empty());
}

TEST_CASE("Ctrl-C ends a long run with one line, exit code 130 and no file") {
  const ScratchFolder folder;
  // 100 thousand repetitions of 20 thousand requests; one database, so that a warning tells that
  // the run has begun and listens to signals.
  const std::string text = synthetic(
      "requests = 20_000\n"
      "arrivals = { law = \"poisson\", rate = 1000.0 }\n",
      "[databases.default]\n[run]\nreplications = 100_000\n",
      "round_robin random_replica least_outstanding d_choices MasterSlave");
  folder.write("long.toml", text);
  const int signal = GENERATE(SIGINT, SIGTERM);
  RunningCommand command(
      folder, {"compare", "long.toml", "--json", "out.json", "--csv", "out.csv", "--quiet"});
  for (int i = 0; i < 3000 && !contains(command.err_so_far(), "warning:"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(contains(command.err_so_far(), "warning:"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  command.send(signal);
  const std::optional<CommandResult> result = command.wait_at_most(std::chrono::seconds(5));
  REQUIRE(result.has_value());
  CHECK(result->exit_code == 130);
  CHECK(result->out.empty());
  const std::vector<std::string> lines = lines_of(result->err);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("warning: the cluster has one database"));
  CHECK(lines[1] == "switchyard: interrupted; nothing was written");
  CHECK(folder.names() == std::set<std::string>{"long.toml"});
}

TEST_CASE("compare is told the user's own functions as inspect and convert are") {
  const ScratchFolder folder;
  const std::string recording = SWITCHYARD_SOURCE_DIR "/data/recordings/pgbench-mix.csv.zst";
  const CommandResult guessed =
      run_command(folder, {"compare", "--trace", recording, "--router", "round_robin", "--quiet"});
  CHECK(contains(guessed.out, "259 statements of unknown effect"));
  const CommandResult told =
      run_command(folder, {"compare", "--trace", recording, "--router", "round_robin", "--quiet",
                           "--write-function", "touch_account"});
  CHECK(told.exit_code == 0);
  // The one left is the pg_reload_conf() that ended the recording.
  CHECK(contains(told.out, "1 statements of unknown effect"));
  CHECK_FALSE(contains(told.out, "259 statements"));
}

}  // namespace switchyard
