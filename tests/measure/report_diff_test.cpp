// The comparison of two reports, changed by hand, each judged by hand.
#include "measure/report_diff.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "measure/report_writers.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

// A candidate as the command writes it.
CandidateReport candidate(const std::string& name) {
  CandidateReport report;
  report.name = name;
  report.routers = {"round_robin"};
  report.fingerprint = "0123456789abcdef";
  report.completed = 100;
  report.latency = {1500, 1000, 2000, 3000, 4000, 5000, 6000};
  NodeReport primary;
  primary.name = "default";
  primary.role = Role::kPrimary;
  primary.reads = 20;
  NodeReport replica = primary;
  replica.name = "replica-1";
  replica.role = Role::kReplica;
  replica.reads = 60;
  report.nodes = {primary, replica};
  report.staleness = StalenessReport();
  report.staleness->stale_reads = 40;
  report.conflicts.lost_updates = 3;
  report.throughput_per_s = 50;
  return report;
}

Report report_of(std::vector<CandidateReport> candidates) {
  Report report;
  report.version = "1.2.3";
  report.seed = 7;
  report.loop = "open";
  report.trace = "t.csv";
  report.trace_sha256 = std::string(64, 'a');
  report.requests = 100;
  report.span_ns = 2'000'000'000;
  report.candidates = std::move(candidates);
  return report;
}

ReportFigures read(const Report& report, const std::string& file = "report.json") {
  return parse_report(to_json(report), file);
}

ReportDiff compare(const Report& old_report, const Report& new_report,
                   const std::vector<std::string>& tolerances = {}) {
  std::vector<ToleranceRule> rules;
  for (const std::string& text : tolerances) rules.push_back(parse_tolerance(text));
  return diff_reports(read(old_report, "base.json"), read(new_report, "new.json"), rules);
}

// The diff of a candidate and a changed one of another fingerprint.
CandidateDiff changed(const CandidateReport& before, CandidateReport after,
                      const std::vector<std::string>& tolerances = {}) {
  after.fingerprint = "fedcba9876543210";
  return compare(report_of({before}), report_of({after}), tolerances).candidates.front();
}

const FigureChange& change_of(const CandidateDiff& diff, const std::string& path) {
  const auto found = std::ranges::find(diff.changes, path, &FigureChange::path);
  INFO(path);
  REQUIRE(found != diff.changes.end());
  return *found;
}

std::string message_of(const std::string& json) {
  try {
    parse_report(json, "r.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

const Figure& figure_of(const ReportFigures& report, const std::string& path) {
  const std::vector<Figure>& figures = report.candidates.front().figures;
  const auto found = std::ranges::find(figures, path, &Figure::path);
  INFO(path);
  REQUIRE(found != figures.end());
  return *found;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Every number of a candidate is a figure, but not what was measured, nor time series") {
  CandidateReport c = candidate("x");
  c.intervals = {{"latency_ns.mean", {1400, 1600}}};
  c.series.resize(3);
  for (SeriesPoint& point : c.series) {
    point.queue_per_node.resize(2);
    point.lag_ns_per_node.resize(2);
  }
  const ReportFigures report = read(report_of({c}));
  CHECK(figure_of(report, "latency_ns.p99").value == 4000);
  CHECK(figure_of(report, "nodes.replica-1.reads").value == 60);
  CHECK(figure_of(report, "conflicts.lost_updates").value == 3);
  CHECK(figure_of(report, "staleness.stale_reads").value == 40);
  CHECK(figure_of(report, "distribution.read_share.default").value == 0.25);
  CHECK(figure_of(report, "availability.reads.share").value == 1);
  for (const Figure& figure : report.candidates.front().figures) {
    INFO(figure.path);
    CHECK_FALSE(contains(figure.path, "overhead"));
    CHECK_FALSE(contains(figure.path, "time_series"));
    CHECK_FALSE(contains(figure.path, "intervals"));
    CHECK_FALSE(contains(figure.path, "fingerprint"));
  }
  // Counted in the JSON by another way: its text's numbers, flattened.
  Json json = Json::parse(to_json(report_of({c})))["candidates"][0];
  for (const char* apart : {"overhead", "time_series", "intervals"}) json.erase(apart);
  std::size_t numbers = 0;
  const Json flat = json.flatten();
  for (const Json& value : flat) numbers += value.is_number() ? 1 : 0;
  CHECK(report.candidates.front().figures.size() == numbers);
}

TEST_CASE("A figure's unit and direction go by its path, not by the names of databases") {
  CandidateReport c = candidate("x");
  c.nodes[1].name = "latency_ns.p99";
  const ReportFigures report = read(report_of({c}));
  const auto is = [&](const std::string& path, FigureUnit unit, BetterWhen better) {
    INFO(path);
    CHECK(figure_of(report, path).unit == unit);
    CHECK(figure_of(report, path).better == better);
  };
  is("latency_ns.p99", FigureUnit::kTime, BetterWhen::kLower);
  is("read_latency_ns.mean", FigureUnit::kTime, BetterWhen::kLower);
  is("mean_parts_ns.queue", FigureUnit::kTime, BetterWhen::kLower);
  is("throughput_per_s", FigureUnit::kNumber, BetterWhen::kHigher);
  is("completed", FigureUnit::kNumber, BetterWhen::kHigher);
  is("rejected", FigureUnit::kNumber, BetterWhen::kLower);
  is("availability.writes.share", FigureUnit::kShare, BetterWhen::kHigher);
  is("availability.writes.outages", FigureUnit::kNumber, BetterWhen::kLower);
  is("availability.writes.outage_ns", FigureUnit::kTime, BetterWhen::kLower);
  is("nodes.default.mean_apply_lag_ns", FigureUnit::kTime, BetterWhen::kLower);
  is("nodes.default.reads", FigureUnit::kNumber, BetterWhen::kUnknown);
  is("nodes.default.utilisation", FigureUnit::kShare, BetterWhen::kUnknown);
  is("nodes.latency_ns.p99.reads", FigureUnit::kNumber, BetterWhen::kUnknown);
  is("distribution.read_share.latency_ns.p99", FigureUnit::kShare, BetterWhen::kUnknown);
  is("distribution.jain", FigureUnit::kNumber, BetterWhen::kHigher);
  is("staleness.reads_checked", FigureUnit::kNumber, BetterWhen::kUnknown);
  is("staleness.stale_reads", FigureUnit::kNumber, BetterWhen::kLower);
  is("staleness.stale_age_ns.p50", FigureUnit::kTime, BetterWhen::kLower);
  is("staleness.stale_versions.p50", FigureUnit::kNumber, BetterWhen::kLower);
  is("conflicts.lost_updates", FigureUnit::kNumber, BetterWhen::kLower);
}

TEST_CASE("Equal reports pass, whatever the measured overhead is") {
  const Report before = report_of({candidate("a"), candidate("b")});
  Report after = before;
  after.candidates[0].overhead.mean_ns = 99;
  const ReportDiff diff = compare(before, after);
  CHECK(diff.passed());
  CHECK(diff.manifest.empty());
  CHECK(diff.count(CandidateStatus::kIdentical) == 2);
}

TEST_CASE("Equal fingerprints pass without a look at the figures") {
  const Report before = report_of({candidate("a")});
  Report after = before;
  after.candidates[0].latency.p99 = 1;
  CHECK(compare(before, after).candidates[0].status == CandidateStatus::kIdentical);
  after.candidates[0].fingerprint = "other";
  CHECK(compare(before, after).candidates[0].status == CandidateStatus::kBeyond);
}

TEST_CASE("Another fingerprint with the same figures fails unless a rule covers it") {
  const auto status = [](const std::vector<std::string>& tolerances) {
    const CandidateDiff diff = changed(candidate("a"), candidate("a"), tolerances);
    CHECK(diff.changes.empty());
    CHECK(diff.differs_unseen());
    return diff.status;
  };
  CHECK(status({}) == CandidateStatus::kBeyond);
  CHECK(status({"latency_ns.*=5%"}) == CandidateStatus::kBeyond);
  CHECK(status({"*=5%"}) == CandidateStatus::kWithin);
  CHECK(status({"fingerprint=1"}) == CandidateStatus::kWithin);
  CHECK(status({"*=5%", "fingerprint=0"}) == CandidateStatus::kBeyond);
  // Where a figure explains it, the figures are judged.
  CandidateReport after = candidate("a");
  after.latency.p99 = 4100;
  CHECK(changed(candidate("a"), after, {"latency_ns.*=5%"}).status == CandidateStatus::kWithin);
  CHECK_FALSE(changed(candidate("a"), after).differs_unseen());
  CHECK_FALSE(CandidateDiff().differs_unseen());
}

TEST_CASE("One figure changed by hand is the one that is reported") {
  CandidateReport after = candidate("a");
  after.latency.p99 = 4100;
  const CandidateDiff diff = changed(candidate("a"), after);
  CHECK(diff.status == CandidateStatus::kBeyond);
  REQUIRE(diff.changes.size() == 1);
  const FigureChange& change = diff.changes[0];
  CHECK(change.path == "latency_ns.p99");
  CHECK(change.old_value == 4000);
  CHECK(change.new_value == 4100);
  CHECK(change.verdict == Verdict::kBeyond);
  CHECK(change.effect == Effect::kWorse);
  CHECK_FALSE(change.rule);
}

TEST_CASE("Better and worse go by the figure, and shares of databases are neither") {
  CandidateReport after = candidate("a");
  after.latency.p50 = 900;                // less: better
  after.throughput_per_s = 49;            // less: worse
  after.reads.share = 0.9;                // less: worse
  after.staleness->stale_reads = 41;      // more: worse
  after.nodes[0].reads = 30;              // neither
  after.distribution.max_over_mean = -1;  // less: better
  const CandidateDiff diff = changed(candidate("a"), after);
  CHECK(change_of(diff, "latency_ns.p50").effect == Effect::kBetter);
  CHECK(change_of(diff, "throughput_per_s").effect == Effect::kWorse);
  CHECK(change_of(diff, "availability.reads.share").effect == Effect::kWorse);
  CHECK(change_of(diff, "staleness.stale_reads").effect == Effect::kWorse);
  CHECK(change_of(diff, "nodes.default.reads").effect == Effect::kNone);
  CHECK(change_of(diff, "distribution.read_share.default").effect == Effect::kNone);
  CHECK(change_of(diff, "distribution.max_over_mean").effect == Effect::kBetter);
  // The two read shares go with the reads of one database.
  CHECK(diff.changes.size() == 8);
  CHECK(diff.count(Verdict::kBeyond, Effect::kWorse) == 3);
  CHECK(diff.count(Verdict::kBeyond) == 8);
}

TEST_CASE("A change of exactly the tolerance passes, and one nanosecond more does not") {
  CandidateReport after = candidate("a");
  after.latency.p99 = 4200;  // 5 % of 4000
  CHECK(changed(candidate("a"), after, {"latency_ns.p99=5%"}).status == CandidateStatus::kWithin);
  CHECK(changed(candidate("a"), after, {"latency_ns.p99=200"}).status == CandidateStatus::kWithin);
  CHECK(changed(candidate("a"), after, {"latency_ns.p99=200ns"}).status ==
        CandidateStatus::kWithin);
  after.latency.p99 = 4201;
  for (const char* rule : {"latency_ns.p99=5%", "latency_ns.p99=200", "latency_ns.p99=200ns"}) {
    const CandidateDiff diff = changed(candidate("a"), after, {rule});
    CHECK(diff.status == CandidateStatus::kBeyond);
    CHECK(diff.changes[0].allowed == 200);
  }
}

TEST_CASE("Patterns cover many figures, and a later one overrides an earlier one") {
  CandidateReport after = candidate("a");
  after.latency.p50 = 1040;  // 4 %
  after.latency.p99 = 4160;  // 4 %
  const auto beyond = [&](const std::vector<std::string>& rules) {
    return changed(candidate("a"), after, rules).count(Verdict::kBeyond);
  };
  CHECK(beyond({}) == 2);
  CHECK(beyond({"latency_ns.*=4%"}) == 0);
  CHECK(beyond({"*=4%", "latency_ns.p99=1%"}) == 1);
  CHECK(beyond({"latency_ns.p99=1%", "*=4%"}) == 0);
  CHECK(beyond({"*p99=4%"}) == 1);
}

TEST_CASE("A figure in one of the reports only is beyond any tolerance") {
  CandidateReport keyless = candidate("a");
  keyless.staleness.reset();
  for (const bool gone : {true, false}) {
    const CandidateDiff diff = gone ? changed(candidate("a"), keyless, {"*=1000000000"})
                                    : changed(keyless, candidate("a"), {"*=1000000000"});
    CHECK(diff.status == CandidateStatus::kBeyond);
    const FigureChange& change = change_of(diff, "staleness.stale_reads");
    CHECK(change.verdict == Verdict::kBeyond);
    CHECK(change.effect == Effect::kNone);
    CHECK(change.old_value.has_value() == gone);
    CHECK(change.new_value.has_value() == !gone);
    // 4 counts and 2 times 7 latency figures of staleness, and the 4 conflicts that need keys.
    CHECK(diff.count(Verdict::kBeyond) == 22);
  }
}

TEST_CASE("A missing candidate fails, and a new one does not") {
  const Report two = report_of({candidate("a"), candidate("b")});
  const Report one = report_of({candidate("b")});
  const ReportDiff missing = compare(two, one);
  CHECK_FALSE(missing.passed());
  CHECK(missing.candidates[0].name == "a");
  CHECK(missing.candidates[0].status == CandidateStatus::kMissing);
  CHECK(missing.candidates[1].status == CandidateStatus::kIdentical);
  const ReportDiff added = compare(one, two);
  CHECK(added.passed());
  REQUIRE(added.candidates.size() == 2);
  CHECK(added.candidates[1].name == "a");
  CHECK(added.candidates[1].status == CandidateStatus::kNew);
}

TEST_CASE("Candidates are matched by name, in whatever order they come") {
  CandidateReport b = candidate("b");
  b.fingerprint = "b's";
  const ReportDiff diff = compare(report_of({candidate("a"), b}), report_of({b, candidate("a")}));
  CHECK(diff.count(CandidateStatus::kIdentical) == 2);
}

TEST_CASE("Reports without a common candidate are not judged") {
  CHECK_THROWS_AS(compare(report_of({candidate("a")}), report_of({candidate("b")})), InputError);
  CHECK_THROWS_AS(compare(report_of({}), report_of({})), InputError);
}

TEST_CASE("A rule may match figures of either report, also of identical candidates") {
  CandidateReport keyless = candidate("a");
  keyless.staleness.reset();
  CHECK_NOTHROW(changed(candidate("a"), keyless, {"staleness.stale_reads=1"}));
  CHECK_NOTHROW(changed(keyless, candidate("a"), {"staleness.stale_reads=1"}));
  CHECK_NOTHROW(compare(report_of({candidate("a")}), report_of({candidate("a")}), {"retries=1"}));
  CHECK_THROWS_AS(changed(keyless, keyless, {"staleness.stale_reads=1"}), InputError);
}

TEST_CASE("What differs in the manifests and in what candidates are made of is told, not judged") {
  const Report before = report_of({candidate("a")});
  Report after = before;
  after.seed = 8;
  after.trace_sha256 = std::string(64, 'b');
  after.notes = {"a note"};
  after.candidates[0].routers = {"round_robin", "oracle"};
  const ReportDiff diff = compare(before, after);
  CHECK(diff.passed());
  REQUIRE(diff.manifest.size() == 2);
  CHECK(diff.manifest[0].key == "seed");
  CHECK(diff.manifest[0].old_text == "7");
  CHECK(diff.manifest[0].new_text == "8");
  CHECK(diff.manifest[1].key == "trace_sha256");
  REQUIRE(diff.notes.size() == 1);
  CHECK_FALSE(diff.notes[0].old_text);
  CHECK(diff.notes[0].new_text == "a note");
  REQUIRE(diff.candidates[0].settings.size() == 1);
  CHECK(diff.candidates[0].settings[0].key == "routers");
  CHECK(diff.candidates[0].settings[0].new_text == "round_robin, oracle");
}

TEST_CASE("A change counts only outside the interval of the difference") {
  // Half-widths 3 and 4 combine to the root of 9 + 16, which is 5.
  CandidateReport before = candidate("a");
  before.intervals = {{"latency_ns.mean", {1497, 1503}}};
  const auto after_with_centre = [](double centre) {
    CandidateReport after = candidate("a");
    after.latency.mean = 1600;
    after.intervals = {{"latency_ns.mean", {centre - 4, centre + 4}}};
    return after;
  };
  for (const double centre : {1495.0, 1500.0, 1505.0}) {
    const CandidateDiff diff = changed(before, after_with_centre(centre));
    CHECK(diff.status == CandidateStatus::kWithin);
    CHECK(diff.changes[0].verdict == Verdict::kNotSignificant);
    REQUIRE(diff.changes[0].significance);
    CHECK(diff.changes[0].significance->half_width == 5);
    CHECK(diff.changes[0].significance->difference == centre - 1500);
  }
  for (const double centre : {1494.0, 1506.0}) {
    const CandidateDiff diff = changed(before, after_with_centre(centre));
    CHECK(diff.status == CandidateStatus::kBeyond);
    CHECK(diff.changes[0].verdict == Verdict::kBeyond);
    CHECK(diff.changes[0].significance->significant());
  }
  // Within tolerance comes first, and is said so.
  CHECK(changed(before, after_with_centre(1506), {"latency_ns.mean=100"}).changes[0].verdict ==
        Verdict::kWithin);
}

TEST_CASE("Counts pooled over repetitions are judged by the means of one, as the intervals are") {
  // Five repetitions and then ten, of 20 stale reads each, give or take 2.
  CandidateReport before = candidate("a");
  before.staleness->stale_reads = 100;
  before.intervals = {{"staleness.stale_reads", {18, 22}}};
  CandidateReport after = before;
  after.staleness->stale_reads = 200;
  const CandidateDiff diff = changed(before, after);
  CHECK(change_of(diff, "staleness.stale_reads").verdict == Verdict::kNotSignificant);
}

TEST_CASE("An interval in one of the reports only does not excuse a change") {
  CandidateReport with = candidate("a");
  with.intervals = {{"latency_ns.mean", {0, 10000}}};
  CandidateReport without = candidate("a");
  without.latency.mean = 1501;
  CHECK(changed(with, without).status == CandidateStatus::kBeyond);
  CHECK(changed(without, with).status == CandidateStatus::kBeyond);
  // Nor do intervals of another figure, or of another level.
  CandidateReport other = without;
  other.intervals = {{"latency_ns.p99", {0, 10000}}};
  CHECK(changed(with, other).status == CandidateStatus::kBeyond);
  other.intervals = with.intervals;
  CHECK(changed(with, other).status == CandidateStatus::kWithin);
  other.interval_level = 0.9;
  CHECK(changed(with, other).status == CandidateStatus::kBeyond);
}

TEST_CASE("What is no JSON is refused at its line and column") {
  CHECK(message_of("{\n  \"a\": 1,\n  \"b\": oops\n}").starts_with("r.json:3:8: "));
  CHECK(message_of("").starts_with("r.json:1:1: "));
  CHECK(message_of("{\"a\":\n").starts_with("r.json:2:1: "));
  CHECK(message_of("{}}").starts_with("r.json:1:3: "));
  CHECK(message_of("[1e999]").starts_with("r.json: is no sound JSON: number overflow"));
  CHECK(contains(message_of(std::string(100'000, '[')), "nested too deeply"));
}

TEST_CASE("What is no report is refused with what is missing") {
  const std::string start = R"({"switchyard": {}, "candidates": [)";
  for (const char* text :
       {"[]", "{}", "3", R"({"switchyard": {}})", R"({"candidates": []})",
        R"({"switchyard": 1, "candidates": []})", R"({"switchyard": {}, "candidates": {}})"}) {
    INFO(text);
    CHECK(contains(message_of(text), "r.json: is JSON, but no report"));
  }
  CHECK(contains(message_of(start + "1]}"), "candidate 1 has no name"));
  CHECK(contains(message_of(start + R"({"name": "a"}]})"), "candidate 1 ('a') has no fingerprint"));
  CHECK(contains(message_of(start + R"({"name": "a", "fingerprint": ""}]})"), "no fingerprint"));
  const std::string a = R"({"name": "a", "fingerprint": "f"})";
  CHECK(message_of(start + a + "]}").empty());
  CHECK(contains(message_of(start + a + "," + a + "]}"), "two candidates are named 'a'"));
  CHECK(
      contains(message_of(start + R"({"name": "a", "fingerprint": "f", "intervals": {"x": 1}}]})"),
               "interval 'x'"));
  CHECK(contains(message_of(start + R"({"name": "a", "fingerprint": "f", "nodes":
                                       [{"name": "n", "reads": 1}, {"name": "n", "reads": 2}]}]})"),
                 "two figures 'nodes.n.reads'"));
}

}  // namespace switchyard
