#include "gui/latency_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/time.h"

namespace switchyard::gui {
namespace {

// The quickest requests would take most of the chart, and nobody asks about them.
constexpr double kLeastShare = 0.01;

QString duration_text(double ns) {
  return QString::fromStdString(format_duration(ns));
}

// From the least to the longest of those that count.
std::pair<double, double> latency_range(const Shown& shown) {
  double least = 1e18;
  double most = 1;
  for (std::size_t i = 0; i < shown.reports.size(); ++i) {
    if (!sets_range(shown, i)) continue;
    for (const CurvePoint& point : shown.reports[i].latency_curve) {
      if (point.share >= kLeastShare) least = std::min(least, static_cast<double>(point.ns));
      most = std::max(most, static_cast<double>(point.ns));
    }
  }
  return {log_coordinate(std::min(least, most)), log_coordinate(most) + 0.05};
}

}  // namespace

LatencyView::LatencyView(QWidget* parent)
    : FigureView(tr("&Latency"), QStringLiteral("latency"),
                 {tr("percentiles, the tail drawn wide"), tr("share answered within a time (CDF)")},
                 parent) {
  setAccessibleName(tr("Latency"));
  chart().setAccessibleName(tr("How latencies spread"));
  figure().setAccessibleName(tr("What of the latencies is shown"));
  connect(&chart(), &ChartView::pointed, this,
          [this](std::optional<double> x) { chart().show_cursor(x, false); });
}

void LatencyView::show_results(const Shown& shown) {
  const bool any = std::ranges::any_of(
      shown.reports, [](const CandidateReport& one) { return !one.latency_curve.empty(); });
  if (!any) {
    show_nothing(shown.reports.empty()
                     ? tr("Nothing has been run yet.")
                     : tr("This report has no distribution of latencies: it was written as a "
                          "baseline, or by an older version."));
    return;
  }
  QString told;
  for (std::size_t i = 0; i < shown.reports.size(); ++i) {
    const CandidateReport& candidate = shown.reports[i];
    if (!sets_range(shown, i)) continue;
    told += tr("%1: median %2, 99th percentile %3, longest %4. ")
                .arg(QString::fromStdString(candidate.name),
                     duration_text(static_cast<double>(candidate.latency.p50)),
                     duration_text(static_cast<double>(candidate.latency.p99)),
                     duration_text(static_cast<double>(candidate.latency.max)));
  }
  describe(told);
  chosen() == kPercentiles ? show_percentiles(shown) : show_within_time(shown);
}

void LatencyView::show_percentiles(const Shown& shown) {
  const auto [bottom, top] = latency_range(shown);
  std::vector<Line> lines;
  double end = 1;
  for (std::size_t i = 0; i < shown.reports.size(); ++i) {
    const CandidateReport& candidate = shown.reports[i];
    Line line = line_of(shown, i, palette());
    // The slowest request has no percentile of its own; it stands where one more would begin.
    const double last = std::log10(static_cast<double>(candidate.completed) + 1);
    for (const CurvePoint& point : candidate.latency_curve) {
      const double x = point.share < 1 ? nines_coordinate(point.share) : last;
      const double y = log_coordinate(static_cast<double>(point.ns));
      line.points.emplace_back(x, std::max(y, bottom));
    }
    end = std::max(end, last);
    lines.push_back(std::move(line));
  }
  Axis x{
      tr("share of the requests that took no longer"),
      0,
      end,
      nines_ticks,
      [](double at) { return QString::fromStdString(fmt::format("p{:.6g}", share_at(at) * 100)); },
      share_at};
  Axis y{tr("latency"),
         bottom,
         top,
         time_ticks,
         [](double at) { return duration_text(time_at(at)); },
         time_at,
         QStringLiteral("ns"),
         [](double at) { return exact_time_text(time_at(at)); }};
  show_lines(std::move(lines), std::move(x), std::move(y), shown.selected);
}

void LatencyView::show_within_time(const Shown& shown) {
  const auto [left, right] = latency_range(shown);
  std::vector<Line> lines;
  for (std::size_t i = 0; i < shown.reports.size(); ++i) {
    Line line = line_of(shown, i, palette());
    for (const CurvePoint& point : shown.reports[i].latency_curve) {
      line.points.emplace_back(log_coordinate(static_cast<double>(point.ns)), point.share);
    }
    lines.push_back(std::move(line));
  }
  Axis x{tr("latency"),
         left,
         right,
         time_ticks,
         [](double at) { return duration_text(time_at(at)); },
         time_at,
         QStringLiteral("ns")};
  Axis y{tr("share of the requests"), 0, 1, share_ticks,
         [](double share) { return QString::fromStdString(fmt::format("{:.5g}%", share * 100)); }};
  show_lines(std::move(lines), std::move(x), std::move(y), shown.selected);
}

}  // namespace switchyard::gui
