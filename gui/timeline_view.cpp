#include "gui/timeline_view.h"

#include <fmt/format.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/time.h"
#include "gui/palette.h"

namespace switchyard::gui {
namespace {

struct Figure {
  const char* title;
  bool is_time;
  double (*value)(const SeriesPoint&);
};

template <class T>
double highest(const std::vector<T>& values) {
  return values.empty() ? 0 : static_cast<double>(*std::ranges::max_element(values));
}

constexpr std::array<Figure, 6> kFigures = {{
    {"latency, 99th percentile", true,
     [](const SeriesPoint& p) { return static_cast<double>(p.latency_p99_ns); }},
    {"latency, median", true,
     [](const SeriesPoint& p) { return static_cast<double>(p.latency_p50_ns); }},
    {"requests waiting on all nodes", false,
     [](const SeriesPoint& p) {
       return std::accumulate(p.queue_per_node.begin(), p.queue_per_node.end(), 0.0);
     }},
    {"replication lag of the node furthest behind", true,
     [](const SeriesPoint& p) { return highest(p.lag_ns_per_node); }},
    {"stale reads", false, [](const SeriesPoint& p) { return static_cast<double>(p.stale_reads); }},
    {"requests that arrived", false,
     [](const SeriesPoint& p) { return static_cast<double>(p.arrivals); }},
}};

QString duration_text(double ns) {
  return QString::fromStdString(format_duration(ns));
}

}  // namespace

TimelineView::TimelineView(QWidget* parent)
    : QWidget(parent), figure_(new QComboBox), chart_(new ChartView) {
  figure_->setObjectName(QStringLiteral("timeline-figure"));
  figure_->setAccessibleName(tr("Figure over time"));
  for (const Figure& figure : kFigures) figure_->addItem(tr(figure.title));
  chart_->setObjectName(QStringLiteral("timeline"));
  chart_->setAccessibleName(tr("Figures over time"));
  auto* label = new QLabel(tr("&Show"));
  label->setBuddy(figure_);
  auto* row = new QHBoxLayout;
  row->addWidget(label);
  row->addWidget(figure_);
  row->addStretch();
  auto* all = new QVBoxLayout(this);
  all->addLayout(row);
  all->addWidget(chart_, 1);
  connect(figure_, &QComboBox::currentIndexChanged, this, &TimelineView::draw);
}

void TimelineView::show_candidates(std::span<const CandidateReport> candidates, int selected) {
  candidates_.assign(candidates.begin(), candidates.end());
  selected_ = selected;
  draw();
}

void TimelineView::draw() {
  const Figure& figure = kFigures[static_cast<std::size_t>(std::max(0, figure_->currentIndex()))];
  std::vector<Line> lines;
  double end = 1;
  double least = 1e18;
  double most = 1;
  for (const CandidateReport& candidate : candidates_) {
    Line line{QString::fromStdString(candidate.name), series_colour(lines.size()), {}};
    const auto bucket = static_cast<double>(candidate.bucket_ns);
    for (std::size_t i = 0; i < candidate.series.size(); ++i) {
      const double value = figure.value(candidate.series[i]);
      const double at = (static_cast<double>(i) + 0.5) * bucket;
      line.points.emplace_back(at, figure.is_time ? log_coordinate(value) : value);
      if (value > 0) least = std::min(least, value);
      most = std::max(most, value);
    }
    end = std::max(end, static_cast<double>(candidate.series.size()) * bucket);
    lines.push_back(std::move(line));
  }
  const Axis x{tr("time of arrival"), 0, end, linear_time_ticks, duration_text};
  Axis y{tr(figure.title), 0, most * 1.05, count_ticks,
         [](double value) { return QString::fromStdString(fmt::format("{:.4g}", value)); }};
  if (figure.is_time) {
    // Nothing at all is drawn at the bottom, where the mark says so.
    y.from = least < most ? log_coordinate(least) - 0.1 : 0;
    y.to = log_coordinate(most) + 0.1;
    for (Line& line : lines) {
      for (QPointF& point : line.points) point.setY(std::max(point.y(), y.from));
    }
    y.ticks = time_ticks;
    y.text = [](double at) { return duration_text(time_at(at)); };
  }
  chart_->show_lines(std::move(lines), x, y, selected_);
}

}  // namespace switchyard::gui
