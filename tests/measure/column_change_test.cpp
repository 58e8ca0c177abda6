// Changes of a figure against a baseline, and when they may be chance.
#include "measure/column_change.h"

#include <cmath>

#include "catch.h"

namespace switchyard {
namespace {

const Column& column(std::span<const Column> columns, std::string_view first,
                     std::string_view second) {
  for (const Column& one : columns) {
    if (one.first_line == first && one.second_line == second) return one;
  }
  FAIL("no such column");
  return columns.front();
}

const Column& mean() {
  return column(comparison_columns(), "mean", "latency");
}
const Column& stale() {
  return column(consistency_columns(), "stale", "reads");
}

CandidateReport with_mean(std::int64_t ns) {
  CandidateReport report;
  report.latency.mean = ns;
  return report;
}

CandidateReport with_mean(std::int64_t ns, double half_width) {
  CandidateReport report = with_mean(ns);
  const auto centre = static_cast<double>(ns);
  report.intervals = {{"latency_ns.mean", {centre - half_width, centre + half_width}}};
  return report;
}

std::string text(const Column& column, const CandidateReport& old_report,
                 const CandidateReport& new_report) {
  return change_text(column, change_of(column, old_report, new_report));
}

}  // namespace

TEST_CASE("a change is relative, of shares in points, and of what was nothing the amount itself") {
  CHECK(text(mean(), with_mean(1000), with_mean(1234)) == "+23.4%");
  CHECK(text(mean(), with_mean(1000), with_mean(998)) == "-0.20%");
  CHECK(text(mean(), with_mean(1000), with_mean(25'000)) == "+2400%");
  CHECK(text(mean(), with_mean(1000), with_mean(1000)) == "=");
  CHECK(text(mean(), with_mean(0), with_mean(1500)) == "+1.50us");
  CandidateReport fresh;
  fresh.staleness.emplace();
  fresh.staleness->reads_checked = 1000;
  CandidateReport old_one = fresh;
  old_one.staleness->stale_reads = 100;
  fresh.staleness->stale_reads = 79;
  CHECK(text(stale(), old_one, fresh) == "-2.1 pp");
}

TEST_CASE("a difference is noise up to the root of the sum of the squared half-widths") {
  // 3 and 4 give 5.
  const CandidateReport before = with_mean(1000, 3);
  CHECK(change_of(mean(), before, with_mean(1005, 4)).within_noise());
  CHECK_FALSE(change_of(mean(), before, with_mean(1006, 4)).within_noise());
  CHECK(text(mean(), before, with_mean(1005, 4)) == "+0.50% within noise");
  CHECK(text(mean(), before, with_mean(1006, 4)) == "+0.60%");
  SECTION("which nothing tells without intervals on both sides, or at another level") {
    CHECK_FALSE(change_of(mean(), before, with_mean(1001)).significance);
    CandidateReport other = with_mean(1001, 4);
    other.interval_level = 0.99;
    CHECK_FALSE(change_of(mean(), before, other).significance);
  }
}

TEST_CASE("intervals are of what the column shows") {
  CHECK(plus_minus_text(mean(), with_mean(1000, 30)) == "±30ns");
  CHECK(plus_minus_text(mean(), with_mean(1000)).empty());

  SECTION("of a share, where the repetitions counted") {
    // Four repetitions of 1,000 reads each, of which 100 were stale, give or take 20.
    CandidateReport report;
    report.staleness.emplace();
    report.staleness->reads_checked = 4000;
    report.staleness->stale_reads = 400;
    report.intervals = {{"staleness.stale_reads", {80, 120}}};
    const auto interval = stale().interval(report);
    REQUIRE(interval);
    CHECK(std::abs(interval->low - 0.08) < 1e-12);
    CHECK(std::abs(interval->high - 0.12) < 1e-12);
    // None in any repetition.
    report.staleness->stale_reads = 0;
    report.intervals = {{"staleness.stale_reads", {0, 0}}};
    CHECK(plus_minus_text(stale(), report) == "±0%");
  }
  SECTION("of what failed, where the report has what was served") {
    CandidateReport report;
    report.reads.share = 0.98;
    report.intervals = {{"availability.reads.share", {0.97, 0.99}}};
    const auto interval = column(availability_columns(), "reads", "failed").interval(report);
    REQUIRE(interval);
    CHECK(std::abs(interval->low - 0.01) < 1e-12);
    CHECK(std::abs(interval->high - 0.03) < 1e-12);
  }
  SECTION("of the busiest node") {
    CandidateReport report;
    report.nodes.resize(2);
    report.nodes[0].name = "idle";
    report.nodes[1].name = "busy";
    report.nodes[1].utilisation = 0.8;
    report.intervals = {{"nodes.idle.utilisation", {0, 0}}, {"nodes.busy.utilisation", {0.7, 0.9}}};
    const auto interval = column(comparison_columns(), "busiest", "node").interval(report);
    REQUIRE(interval);
    CHECK(interval->high == 0.9);
  }
}

}  // namespace switchyard
