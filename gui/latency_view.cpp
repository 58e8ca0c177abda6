#include "gui/latency_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/time.h"
#include "gui/palette.h"

namespace switchyard::gui {
namespace {

// The quickest requests would take most of the chart, and nobody asks about them.
constexpr double kLeastShare = 0.01;

}  // namespace

LatencyView::LatencyView(QWidget* parent) : ChartView(parent) {
  setObjectName(QStringLiteral("latency"));
  setAccessibleName(tr("Percentiles of latency"));
}

void LatencyView::show_candidates(std::span<const CandidateReport> candidates, int selected) {
  std::vector<Line> lines;
  double least = 1e18;
  double most = 1;
  double end = 1;
  QString told;
  for (const CandidateReport& candidate : candidates) {
    Line line{QString::fromStdString(candidate.name), series_colour(lines.size()), {}};
    // The slowest request has no percentile of its own; it stands where one more would begin.
    const double last = std::log10(static_cast<double>(candidate.completed) + 1);
    for (const CurvePoint& point : candidate.latency_curve) {
      const double x = point.share < 1 ? nines_coordinate(point.share) : last;
      line.points.emplace_back(x, log_coordinate(static_cast<double>(point.ns)));
      if (point.share >= kLeastShare) least = std::min(least, static_cast<double>(point.ns));
      most = std::max(most, static_cast<double>(point.ns));
    }
    end = std::max(end, last);
    told += QStringLiteral("%1: p99 %2. ")
                .arg(line.name, QString::fromStdString(
                                    format_duration(static_cast<double>(candidate.latency.p99))));
    lines.push_back(std::move(line));
  }
  setAccessibleDescription(told);
  const Axis x{tr("share of the requests that took no longer"), 0, end, nines_ticks, [](double at) {
                 return QString::fromStdString(fmt::format("p{:.6g}", share_at(at) * 100));
               }};
  const double bottom = log_coordinate(std::min(least, most));
  for (Line& line : lines) {
    for (QPointF& point : line.points) point.setY(std::max(point.y(), bottom));
  }
  const Axis y{tr("latency"), bottom, log_coordinate(most) + 0.05, time_ticks,
               [](double at) { return QString::fromStdString(format_duration(time_at(at))); }};
  show_lines(std::move(lines), x, y, selected);
}

}  // namespace switchyard::gui
