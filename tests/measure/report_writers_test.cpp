// JSON, CSV and table of reports made by hand.
#include "measure/report_writers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

NodeReport node(std::string name, Role role, std::uint64_t reads, std::uint64_t writes) {
  NodeReport report;
  report.name = std::move(name);
  report.role = role;
  report.reads = reads;
  report.writes = writes;
  report.utilisation = 0.5;
  return report;
}

// Everything alike but the mean latency.
CandidateReport candidate(std::string name, std::int64_t mean_ns) {
  CandidateReport report;
  report.name = std::move(name);
  report.routers = {"round_robin"};
  report.fingerprint = "0123456789abcdef";
  report.completed = 100;
  report.latency = {mean_ns, 1000, 2000, 3000, 4000, 5000, 6000};
  report.nodes = {node("default", Role::kPrimary, 20, 10), node("replica", Role::kReplica, 60, 0)};
  return report;
}

Report report_of(std::vector<CandidateReport> candidates) {
  Report report;
  report.version = "1.2.3";
  report.seed = 7;
  report.loop = "open";
  report.trace = "t.csv";
  report.requests = 100;
  report.span_ns = 2'000'000'000;
  report.candidates = std::move(candidates);
  return report;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> table(const Report& report, TableStyle style = {}) {
  return lines_of(to_table(report, style));
}

// The row of figures of a candidate.
std::string row(const std::vector<std::string>& lines, const std::string& name) {
  const auto found =
      std::ranges::find_if(lines, [&](const std::string& l) { return l.starts_with(name); });
  return found == lines.end() ? "" : *found;
}

std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Fields of a line of CSV, quotes undone (RFC 4180).
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::string field(const std::vector<std::string>& header, const std::vector<std::string>& values,
                  const std::string& name) {
  const auto at = std::ranges::find(header, name);
  REQUIRE(at != header.end());
  return values.at(static_cast<std::size_t>(at - header.begin()));
}

}  // namespace

TEST_CASE("JSON holds the report's figures, times as integers and shares as fractions") {
  CandidateReport c = candidate("x", 1500);
  c.failed = 1;
  c.timed_out = 2;
  c.rejected = 3;
  c.wait.mean = 250;
  c.throughput_per_s = 50;
  c.overhead.mean_ns = 12.5;
  c.mean_held_ns = 10;
  const Json json = Json::parse(to_json(report_of({c})));
  CHECK(json["switchyard"]["version"] == "1.2.3");
  CHECK(json["switchyard"]["seed"] == 7);
  CHECK(json["switchyard"]["span_ns"] == 2'000'000'000);
  const Json& x = json["candidates"][0];
  CHECK(x["completed"] == 100);
  CHECK(x["failed"] == 1);
  CHECK(x["timed_out"] == 2);
  CHECK(x["rejected"] == 3);
  CHECK(x["latency_ns"] == Json({{"mean", 1500},
                                 {"p50", 1000},
                                 {"p90", 2000},
                                 {"p95", 3000},
                                 {"p99", 4000},
                                 {"p999", 5000},
                                 {"max", 6000}}));
  for (const Json& value : x["latency_ns"]) CHECK(value.is_number_integer());
  CHECK(x["mean_parts_ns"]["held"] == 10);
  CHECK(x["mean_parts_ns"]["queue"] == 250);
  // 20 and 60 of 80 reads, 10 and 0 of 10 writes.
  CHECK(x["distribution"]["read_share"] == Json({{"default", 0.25}, {"replica", 0.75}}));
  CHECK(x["distribution"]["write_share"] == Json({{"default", 1.0}, {"replica", 0.0}}));
  CHECK(x["nodes"][0]["role"] == "primary");
  CHECK(x["nodes"][1]["role"] == "replica");
  CHECK(x["overhead"]["decision_ns"]["mean"] == 12.5);
}

TEST_CASE(
    "freshness and conflicts appear in JSON, CSV and the table, evidence in a file of its own") {
  CandidateReport c = candidate("x", 1500);
  StalenessReport staleness;
  staleness.reads_checked = 80;
  staleness.stale_reads = 4;
  staleness.stale_age.p50 = 2'000'000;
  staleness.stale_age.p99 = 7'000'000;
  staleness.read_your_writes_violations = 3;
  staleness.monotonic_read_violations = 2;
  c.staleness = staleness;
  c.conflicts = {.write_conflicts = 11,
                 .conflicting_pairs = 12,
                 .conflicting_writes = 16,
                 .lost_updates = 13,
                 .split_transactions = 14,
                 .left_transactions = 15,
                 .lost_acknowledged_writes = 17};
  c.evidence.push_back(
      {"stale_read", 7, "session \"a\"", "t/1", "replica", 500, 3, "b", "default", 200});
  const Report report = report_of({c});
  const Json x = Json::parse(to_json(report))["candidates"][0];
  CHECK(x["staleness"]["stale_reads"] == 4);
  CHECK(x["staleness"]["stale_age_ns"]["p99"] == 7'000'000);
  CHECK(x["staleness"]["read_your_writes_violations"] == 3);
  CHECK(x["conflicts"]["write_conflicts"] == 11);
  CHECK(x["conflicts"]["lost_updates"] == 13);
  const std::string csv = to_csv(report);
  CHECK(x["conflicts"]["conflicting_writes"] == 16);
  CHECK(x["conflicts"]["lost_acknowledged_writes"] == 17);
  CHECK(contains(csv, ",80,4,2000000,7000000,3,2,11,13,14,15,17,"));
  const std::string table = to_table(report, {});
  CHECK(contains(table, "freshness of 80 reads of a key"));
  CHECK(contains(table, " 5.0% "));
  CHECK(contains(table, "2.00ms"));
  const Json evidence = Json::parse(to_evidence_json(report))["candidates"][0]["evidence"][0];
  CHECK(evidence["kind"] == "stale_read");
  CHECK(evidence["session"] == "session \"a\"");
  CHECK(evidence["request"] == 7);
  CHECK(evidence["missing"]["request"] == 3);
  CHECK(evidence["missing"]["committed_ns"] == 300);
  CHECK(evidence["lag_ns"] == 200);
}

TEST_CASE(
    "JSON says null for what a recording without keys can't tell, and shares are 0 where nothing "
    "was served") {
  CandidateReport c = candidate("x", 1500);
  for (NodeReport& n : c.nodes) n.writes = 0;
  const Json x = Json::parse(to_json(report_of({c})))["candidates"][0];
  CHECK(x["staleness"].is_null());
  CHECK(x["conflicts"]["write_conflicts"].is_null());
  CHECK(x["conflicts"]["lost_updates"].is_null());
  CHECK(x["conflicts"]["split_transactions"] == 0);
  CHECK(x["time_series"]["stale_reads"].is_null());
  CHECK(x["distribution"]["write_share"] == Json({{"default", 0.0}, {"replica", 0.0}}));
}

TEST_CASE("JSON has intervals only for repeated runs") {
  CandidateReport c = candidate("x", 1500);
  CHECK_FALSE(Json::parse(to_json(report_of({c})))["candidates"][0].contains("intervals"));
  c.intervals = {{"latency_ns.mean", {1400.0, 1600.0}}};
  const Json intervals = Json::parse(to_json(report_of({c})))["candidates"][0]["intervals"];
  CHECK(intervals["level"] == 0.95);
  CHECK(intervals["latency_ns.mean"] == Json({1400.0, 1600.0}));
}

TEST_CASE("JSON gives the time series per node, in columns") {
  CandidateReport c = candidate("x", 1500);
  c.bucket_ns = 1000;
  c.series = {{3, 10, 20, {0.5, 1.5}, {100, 200}}, {4, 11, 21, {0.0, 2.0}, {101, 201}}};
  const Json series = Json::parse(to_json(report_of({c})))["candidates"][0]["time_series"];
  CHECK(series["bucket_ns"] == 1000);
  CHECK(series["arrivals"] == Json({3, 4}));
  CHECK(series["latency_p50_ns"] == Json({10, 11}));
  CHECK(series["latency_p99_ns"] == Json({20, 21}));
  CHECK(series["queue_per_node"] == Json({{"default", {0.5, 0.0}}, {"replica", {1.5, 2.0}}}));
  CHECK(series["lag_ns_per_node"] == Json({{"default", {100, 101}}, {"replica", {200, 201}}}));
}

TEST_CASE("JSON stays valid with quotes, line breaks, UTF-8 and broken UTF-8 in names") {
  Report report = report_of({candidate("say \"hi\"\n\tüber", 1500)});
  report.notes = {"back\\slash", "caf\xE9"};
  const Json json = Json::parse(to_json(report));
  CHECK(json["candidates"][0]["name"] == "say \"hi\"\n\tüber");
  CHECK(json["switchyard"]["notes"][0] == "back\\slash");
  CHECK(json["switchyard"]["notes"][1] == "caf\xEF\xBF\xBD");
}

TEST_CASE("Reports without candidates are valid in every form") {
  const Report report = report_of({});
  CHECK(Json::parse(to_json(report))["candidates"].empty());
  CHECK(lines_of(to_csv(report)).size() == 1);
  CHECK(contains(to_table(report, {}), "100 requests"));
}

TEST_CASE("CSV has one line per candidate under named columns") {
  CandidateReport c = candidate("x", 1500);
  c.nodes[1].max_queue = 9;
  const std::vector<std::string> lines = lines_of(to_csv(report_of({c, candidate("y", 2500)})));
  REQUIRE(lines.size() == 3);
  const auto header = fields_of(lines[0]);
  const auto x = fields_of(lines[1]);
  const auto y = fields_of(lines[2]);
  REQUIRE(x.size() == header.size());
  REQUIRE(y.size() == header.size());
  CHECK(field(header, x, "name") == "x");
  CHECK(field(header, y, "name") == "y");
  CHECK(field(header, x, "fingerprint") == "0123456789abcdef");
  CHECK(field(header, x, "completed") == "100");
  CHECK(field(header, x, "latency_ns.mean") == "1500");
  CHECK(field(header, y, "latency_ns.mean") == "2500");
  CHECK(field(header, x, "latency_ns.p999") == "5000");
  CHECK(field(header, x, "latency_ns.max") == "6000");
  CHECK(field(header, x, "nodes.default.reads") == "20");
  CHECK(field(header, x, "nodes.replica.reads") == "60");
  CHECK(field(header, x, "nodes.replica.utilisation") == "0.5");
  CHECK(field(header, x, "nodes.replica.max_queue") == "9");
}

TEST_CASE("CSV quotes names with commas, quotes and line breaks") {
  CandidateReport c = candidate("P2C, \"sticky\" 2 s", 1500);
  c.nodes[1].name = "eu,west";
  const std::string text = to_csv(report_of({c}));
  const std::vector<std::string> lines = lines_of(text);
  CHECK(lines[1].starts_with("\"P2C, \"\"sticky\"\" 2 s\","));
  CHECK(contains(lines[0], ",\"nodes.eu,west.reads\","));
  const auto values = fields_of(lines[1]);
  CHECK(values.size() == fields_of(lines[0]).size());
  CHECK(values[0] == "P2C, \"sticky\" 2 s");
  CHECK(contains(to_csv(report_of({candidate("two\nlines", 1)})), "\n\"two\nlines\","));
  CHECK(contains(to_csv(report_of({candidate("a\rb", 1)})), "\n\"a\rb\","));
  CHECK(contains(to_csv(report_of({candidate("plain name", 1)})), "\nplain name,"));
}

TEST_CASE("The table's heading names size, span, rate, loop and seed, and what was asked for") {
  Report report = report_of({candidate("x", 1500)});
  // 100 requests in 2 s are 50 a second.
  CHECK(table(report).front() == "100 requests over 2.00s (50 a second), open loop, seed 7");
  report.replications = 5;
  report.warmup_ns = 500'000'000;
  CHECK(table(report).front() ==
        "100 requests over 2.00s (50 a second), open loop, seed 7, 5 repetitions, warm-up 500ms");
}

TEST_CASE("The table's columns end below one another, with UTF-8 names too") {
  const auto lines =
      table(report_of({candidate("plain", 1500), candidate("für Größe", 1'234'567)}));
  const std::string plain = row(lines, "plain");
  const std::string utf8 = row(lines, "für Größe");
  REQUIRE_FALSE(plain.empty());
  REQUIRE_FALSE(utf8.empty());
  CHECK(columns_of(plain) == columns_of(utf8));
  CHECK(columns_of(row(lines, "strategy")) == columns_of(plain));
  // "für Größe" has 9 characters, 3 of them of two bytes; the mean comes 8 columns on.
  CHECK(utf8.substr(0, 9 + 3 + 8) == "für Größe  1.23ms");
}

TEST_CASE("A name of 20 characters shows in full at a width of 100, and no line is longer") {
  const std::string name = "MasterSlaveAsShipped";
  CandidateReport c = candidate(name, 99'900'000);
  c.latency = {99'900'000, 99'900'000, 99'900'000, 99'900'000, 99'900'000, 99'900'000, 99'900'000};
  c.wait.mean = 99'900'000;
  c.overhead.mean_ns = 99'900'000;
  const auto lines = table(report_of({c, candidate("other", 100'000'000)}));
  CHECK_FALSE(row(lines, name + " ").empty());
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(columns_of(line) <= 100);
  }
}

TEST_CASE("A name too long for the table loses its middle, between characters") {
  const auto lines = table(report_of({candidate("ääääääääääääääääääääääääääääää", 1500)}));
  const std::string cut = row(lines, "ä");
  const std::size_t end = cut.find("…");
  REQUIRE(end != std::string::npos);
  std::string expected;
  for (std::size_t i = 0; i < end / 2; ++i) expected += "ä";
  CHECK(cut.substr(0, end) == expected);
  CHECK(end / 2 >= 9);
  // And its end is there, which is mostly what tells two long names apart.
  const std::size_t rest = end + std::string("…").size();
  CHECK(cut.substr(rest, expected.size()) == expected);
  for (const std::string& line : lines) CHECK(columns_of(line) <= 100);
}

TEST_CASE("Five databases fit side by side with names of 20 characters") {
  CandidateReport c = candidate("MasterSlaveAsShipped", 1500);
  c.nodes.clear();
  for (const char* name : {"default", "master-1", "master-2", "replica-1", "replica-2"}) {
    c.nodes.push_back(node(name, Role::kPrimary, 100, 100));
    c.nodes.back().utilisation = 1;
  }
  c.nodes[4].role = Role::kReplica;
  const auto lines = table(report_of({c}));
  const auto names = std::ranges::find_if(
      lines, [](const std::string& line) { return contains(line, "default (P)"); });
  REQUIRE(names != lines.end());
  CHECK(contains(*names, "master-2 (P)"));
  CHECK(names->ends_with(" replica-2"));
  CHECK(columns_of(*names) <= 100);
  // A fifth of the reads and of the writes each, and all of its workers.
  CHECK(
      lines.back() ==
      "MasterSlaveAsShipped  20%  20% 100%  20%  20% 100%  20%  20% 100%  20%  20% 100%  20%  20% "
      "100%");
}

TEST_CASE("Databases that do not fit side by side go below, and their names are cut") {
  CandidateReport c = candidate("x", 1500);
  c.nodes.clear();
  for (int i = 0; i < 12; ++i) {
    c.nodes.push_back(node("database-number-" + std::to_string(i), Role::kPrimary, 1, 1));
  }
  const std::vector<std::string> lines = table(report_of({c}));
  for (const std::string& line : lines) CHECK(columns_of(line) <= 100);
  // A row of figures, and two of shares: (100 - 8) / 15 = 6 databases a row.
  CHECK(std::ranges::count_if(lines, [](const auto& l) { return l.starts_with("x "); }) == 3);
  CHECK(std::ranges::any_of(
      lines, [](const auto& l) { return contains(l, "r-11 (P)") && contains(l, "…"); }));
}

TEST_CASE("The best of a column is marked, ties together, and nothing where all look alike") {
  const auto lines = table(
      report_of({candidate("slow", 3000), candidate("fast", 1500), candidate("equal", 1500)}));
  CHECK(contains(row(lines, "fast"), " *1.50us "));
  CHECK(contains(row(lines, "equal"), " *1.50us "));
  CHECK_FALSE(contains(row(lines, "slow"), "*"));
  CHECK(std::ranges::count(row(lines, "fast"), '*') == 1);
  const auto alone = table(report_of({candidate("alone", 1500)}));
  CHECK_FALSE(contains(row(alone, "alone"), "*"));
}

TEST_CASE("A bound is never marked and does not take the mark from others") {
  CandidateReport bound = candidate("bound", 1000);
  bound.is_bound = true;
  const auto lines = table(report_of({bound, candidate("fast", 1500), candidate("slow", 3000)}));
  CHECK_FALSE(contains(row(lines, "bound"), "*"));
  CHECK(contains(row(lines, "fast"), " *1.50us "));
}

TEST_CASE("Who lost requests is not marked while another served all, and the legend says so") {
  const std::string said = "candidates that did not serve every request";
  for (int kind = 0; kind < 3; ++kind) {
    CandidateReport lossy = candidate("lossy", 1000);
    (kind == 0 ? lossy.failed : kind == 1 ? lossy.timed_out : lossy.rejected) = 5;
    const auto lines = table(report_of({lossy, candidate("fast", 1500), candidate("slow", 3000)}));
    CHECK_FALSE(contains(row(lines, "lossy"), "*"));
    CHECK(contains(row(lines, "lossy"), " 5 "));
    CHECK(contains(row(lines, "fast"), " *1.50us "));
    CHECK(contains(row(lines, "* best"), said));

    // All of them lost some: then they are compared as they are.
    CandidateReport worse = candidate("worse", 2000);
    worse.failed = 7;
    CandidateReport bound = candidate("bound", 500);
    bound.is_bound = true;
    const auto all_lossy = table(report_of({lossy, worse, bound}));
    CHECK(contains(row(all_lossy, "lossy"), " *1.00us "));
    CHECK(contains(row(all_lossy, "lossy"), " *5 "));
    CHECK_FALSE(contains(row(all_lossy, "worse"), "*"));
    CHECK_FALSE(contains(row(all_lossy, "* best"), said));
  }
}

TEST_CASE("A candidate that answered nothing is not the best for its latency of 0") {
  CandidateReport none = candidate("none", 0);
  none.completed = 0;
  none.rejected = 100;
  CandidateReport some = candidate("some", 1500);
  some.rejected = 50;
  const auto lines =
      table(report_of({none, some, candidate("all", 3000), candidate("slow", 4000)}));
  CHECK_FALSE(contains(row(lines, "none"), "*"));
  CHECK(contains(row(lines, "all"), " *3.00us "));
  // Where nobody served everything, an answer is still needed to compare.
  CandidateReport fewer = candidate("fewer", 2000);
  fewer.rejected = 60;
  const auto lossy = table(report_of({none, some, fewer}));
  CHECK_FALSE(contains(row(lossy, "none"), "*"));
  CHECK(contains(row(lossy, "some"), " *1.50us "));
}

TEST_CASE("Colour is used for marks only where it is asked for, and moves no column") {
  const Report report = report_of({candidate("slow", 3000), candidate("fast", 1500)});
  TableStyle style;
  CHECK_FALSE(contains(to_table(report, style), "\x1b"));
  style.colour = true;
  std::string coloured = to_table(report, style);
  CHECK(contains(coloured, "\x1b[1;32m*1.50us\x1b[0m"));
  for (const std::string code : {"\x1b[1;32m", "\x1b[0m"}) {
    for (std::size_t at; (at = coloured.find(code)) != std::string::npos;) {
      coloured.erase(at, code.size());
    }
  }
  style.colour = false;
  CHECK(coloured == to_table(report, style));
}

TEST_CASE("Long notes wrap at the table's width, further lines indented") {
  Report report = report_of({candidate("x", 1500)});
  std::string note;
  for (int i = 0; i < 30; ++i)
    note += (i == 0 ? "" : " ") + std::string("word") + std::to_string(i);
  report.notes = {note, "short"};
  const auto lines = table(report);
  auto line = std::ranges::find_if(lines, [](const auto& l) { return l.starts_with("note: "); });
  REQUIRE(line != lines.end());
  std::string joined = line->substr(6);
  while (!(++line)->starts_with("note: ")) {
    CHECK(line->starts_with("      word"));
    CHECK(columns_of(*line) <= 100);
    joined += " " + line->substr(6);
  }
  CHECK(joined == note);
  CHECK(*line == "note: short");
}

TEST_CASE("A word longer than the table stays whole") {
  Report report = report_of({candidate("x", 1500)});
  const std::string path(150, 'p');
  report.notes = {"see " + path + " there"};
  const auto lines = table(report);
  REQUIRE(lines.size() >= 3);
  CHECK(lines[lines.size() - 3] == "note: see");
  CHECK(lines[lines.size() - 2] == "      " + path);
  CHECK(lines.back() == "      there");
}

TEST_CASE("Counts of millions stay within their column") {
  CandidateReport c = candidate("x", 1500);
  c.rejected = 12'345'678;
  const auto lines = table(report_of({c, candidate("y", 1500)}));
  CHECK(contains(row(lines, "x"), " 12.3M "));
  CHECK(columns_of(row(lines, "x")) == columns_of(row(lines, "y")));
}

}  // namespace switchyard
