#include "gui/timeline_view.h"

#include <fmt/format.h>

#include <QPushButton>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/time.h"

namespace switchyard::gui {
namespace {

struct Figure {
  const char* title;
  bool is_time;
  bool is_of_answers;  // says nothing of a time in which nobody asked
  double (*value)(const SeriesPoint&);
};

template <class T>
double highest(const std::vector<T>& values) {
  return values.empty() ? 0 : static_cast<double>(*std::ranges::max_element(values));
}

constexpr std::array<Figure, 6> kFigures = {{
    {"latency, 99th percentile", true, true,
     [](const SeriesPoint& p) { return static_cast<double>(p.latency_p99_ns); }},
    {"latency, median", true, true,
     [](const SeriesPoint& p) { return static_cast<double>(p.latency_p50_ns); }},
    {"requests waiting on all nodes", false, false,
     [](const SeriesPoint& p) {
       return std::accumulate(p.queue_per_node.begin(), p.queue_per_node.end(), 0.0);
     }},
    {"replication lag of the node furthest behind", true, false,
     [](const SeriesPoint& p) { return highest(p.lag_ns_per_node); }},
    {"stale reads", false, false,
     [](const SeriesPoint& p) { return static_cast<double>(p.stale_reads); }},
    {"requests that arrived", false, false,
     [](const SeriesPoint& p) { return static_cast<double>(p.arrivals); }},
}};

// Of the width, from one key press to the next.
constexpr double kSteps = 200;

QString duration_text(double ns) {
  return QString::fromStdString(format_duration(ns));
}
// Whole numbers with all their digits; averages of queues with as many as say something.
QString count_text(double value) {
  return QString::fromStdString(value < 1000 ? fmt::format("{:.4g}", value)
                                             : fmt::format("{:.0f}", value));
}

QStringList titles() {
  QStringList list;
  for (const Figure& figure : kFigures) list << TimelineView::tr(figure.title);
  return list;
}

}  // namespace

TimelineView::TimelineView(Selection& selection, QWidget* parent)
    : FigureView(tr("Over &time"), QStringLiteral("timeline"), titles(), parent),
      selection_(selection),
      values_(new QLabel) {
  setAccessibleName(tr("Over time"));
  chart().setAccessibleName(tr("Figures over time"));
  figure().setAccessibleName(tr("Figure over time"));
  values_->setObjectName(QStringLiteral("timeline-values"));
  values_->setAccessibleName(tr("Values at the cursor"));
  values_->setTextFormat(Qt::PlainText);
  values_->setWordWrap(true);
  values_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  values_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  // Room for all, or the chart would jump as the mouse moves.
  values_->setMinimumHeight(2 * values_->fontMetrics().lineSpacing());
  add_below(values_);
  auto* in_sight = new QPushButton(tr("Measure what is in si&ght"));
  in_sight->setObjectName(QStringLiteral("measure-in-sight"));
  in_sight->setToolTip(
      tr("all figures, tables and charts count only that; dragging with Shift does so for any "
         "stretch of the chart"));
  add_beside(in_sight);
  const auto measure = [this](double from, double to) {
    Q_EMIT selection_.range_asked(std::pair(std::llround(std::max(0.0, from)), std::llround(to)));
  };
  connect(in_sight, &QPushButton::clicked, this,
          [this, measure] { measure(chart().from(), chart().to()); });
  chart().set_brush(true);
  connect(&chart(), &ChartView::brushed, this, measure);
  connect(&chart(), &ChartView::pointed, this, [this](std::optional<double> x) {
    selection_.point_at(x ? std::optional(static_cast<std::int64_t>(*x)) : std::nullopt);
  });
  connect(&chart(), &ChartView::chosen, this,
          [this](double x) { selection_.toggle_lock(static_cast<std::int64_t>(x)); });
  connect(&chart(), &ChartView::stepped, this, [this](int direction) {
    const double step = (chart().to() - chart().from()) / kSteps;
    const auto at = static_cast<double>(selection_.cursor_ns().value_or(0)) + direction * step;
    selection_.lock(
        static_cast<std::int64_t>(std::clamp(at, chart().x_axis().from, chart().x_axis().to)));
  });
  connect(&selection_, &Selection::cursor_moved, this, &TimelineView::show_cursor);
  show_cursor();
}

void TimelineView::show_results(const Shown& shown) {
  const bool any = std::ranges::any_of(
      shown.reports, [](const CandidateReport& one) { return !one.series.empty(); });
  if (!any) {
    show_nothing(shown.reports.empty() ? tr("Nothing has been run yet.")
                                       : tr("This report has no figures over time: it was written "
                                            "as a baseline."));
    return;
  }
  const Figure& figure = kFigures[chosen()];
  std::vector<Line> lines;
  double end = 1;
  double least = std::numeric_limits<double>::max();  // above zero
  double most = 1;
  bool has_zero = false;
  QString told;
  for (std::size_t report = 0; report < shown.reports.size(); ++report) {
    const CandidateReport& candidate = shown.reports[report];
    Line line = line_of(shown, report, palette());
    const auto bucket = static_cast<double>(candidate.bucket_ns);
    double highest_at = 0;
    double peak = 0;
    for (std::size_t i = 0; i < candidate.series.size(); ++i) {
      if (figure.is_of_answers && candidate.series[i].arrivals == 0) continue;
      const double value = figure.value(candidate.series[i]);
      const double at = (static_cast<double>(i) + 0.5) * bucket;
      line.points.emplace_back(at, value);
      if (value > peak) {
        peak = value;
        highest_at = at;
      }
      if (value > 0) least = std::min(least, value);
      has_zero = has_zero || value <= 0;
    }
    if (sets_range(shown, report)) {
      most = std::max(most, peak);
      told += tr("%1: at most %2, at %3. ")
                  .arg(line.name, figure.is_time ? duration_text(peak) : count_text(peak),
                       duration_text(highest_at));
    }
    end = std::max(end, static_cast<double>(candidate.series.size()) * bucket);
    lines.push_back(std::move(line));
  }
  describe(tr(figure.title) + QStringLiteral(". ") + told);
  Axis x{tr("time of arrival"), 0, end, linear_time_ticks, duration_text, {}, QStringLiteral("ns")};
  Axis y{tr(figure.title), 0, most * 1.05, count_ticks, count_text};
  if (figure.is_time) {
    const ZeroLog scale{log_coordinate(std::min(least, most))};
    for (Line& line : lines) {
      for (QPointF& point : line.points) point.setY(scale.coordinate(point.y()));
    }
    y.from = (has_zero ? scale.zero() : scale.least) - 0.1;
    y.to = log_coordinate(most) + 0.1;
    y.ticks = [scale, has_zero](double from, double to) {
      return has_zero ? zero_log_ticks(scale, from, to, duration_text) : time_ticks(from, to);
    };
    y.text = [scale](double at) { return duration_text(scale.value_at(at)); };
    y.value = [scale](double at) { return scale.value_at(at); };
    y.unit = QStringLiteral("ns");
    y.exact = [scale](double at) { return exact_time_text(scale.value_at(at)); };
  }
  show_lines(std::move(lines), std::move(x), std::move(y), shown.selected);
  show_cursor();
}

void TimelineView::show_cursor() {
  const auto at = selection_.cursor_ns();
  chart().show_cursor(at ? std::optional(static_cast<double>(*at)) : std::nullopt,
                      selection_.is_locked());
  QString text = at ? chart().values_at(static_cast<double>(*at)) : QString();
  if (!text.contains(QLatin1Char('\n'))) {
    values_->setText(
        tr("Point at the chart for the values of all lines; a click or the space bar "
           "holds the moment, arrow keys move it."));
    return;
  }
  text.replace(text.indexOf(QLatin1Char('\n')), 1, QStringLiteral(": "));
  text.replace(QLatin1Char('\n'), QStringLiteral(" · "));
  values_->setText((selection_.is_locked() ? tr("Held at %1") : tr("At %1")).arg(text));
}

}  // namespace switchyard::gui
