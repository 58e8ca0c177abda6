#include "gui/frontier_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/time.h"
#include "gui/palette.h"
#include "measure/frontier.h"

namespace switchyard::gui {
namespace {

using Value = double (*)(const CandidateReport&);

QString duration_text(double ns) {
  return QString::fromStdString(format_duration(ns));
}
QString percent(double share) {
  return QString::fromStdString(fmt::format("{:.3g}%", share * 100));
}

struct Freshness {
  const char* title;
  Value value;  // REQUIRES staleness figures
  QString (*text)(double);
};

constexpr std::array<Freshness, 3> kFreshness = {{
    {"share of stale reads",
     [](const CandidateReport& c) {
       const auto checked = static_cast<double>(c.staleness->reads_checked);
       return checked == 0 ? 0 : static_cast<double>(c.staleness->stale_reads) / checked;
     },
     percent},
    {"age of what stale reads missed, mean",
     [](const CandidateReport& c) { return static_cast<double>(c.staleness->stale_age.mean); },
     duration_text},
    {"age of what stale reads missed, 99th percentile",
     [](const CandidateReport& c) { return static_cast<double>(c.staleness->stale_age.p99); },
     duration_text},
}};

double p99(const CandidateReport& c) {
  return static_cast<double>(c.latency.p99);
}

QStringList titles() {
  QStringList list;
  for (const Freshness& one : kFreshness) list << FrontierView::tr(one.title);
  return list;
}

// Over all that count, from the least above 0.
std::pair<double, double> range_of(std::span<const CandidateReport> reports, Value value) {
  double least = 1e300;
  double most = 0;
  for (const CandidateReport& one : reports) {
    const double at = value(one);
    if (at > 0) least = std::min(least, at);
    most = std::max(most, at);
  }
  return most > 0 ? std::pair(least, most) : std::pair(1.0, 1.0);
}

}  // namespace

FrontierView::FrontierView(QWidget* parent)
    : FigureView(tr("&Frontier"), QStringLiteral("frontier"), titles(), parent) {
  setAccessibleName(tr("Frontier"));
  chart().setAccessibleName(tr("Freshness against latency"));
  figure().setAccessibleName(tr("Measure of freshness"));
}

void FrontierView::show_results(const Shown& shown) {
  std::vector<CandidateReport> known;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < shown.reports.size(); ++i) {
    if (!shown.reports[i].staleness || shown.reports[i].completed == 0) continue;
    known.push_back(shown.reports[i]);
    places.push_back(i);
  }
  if (known.empty()) {
    show_nothing(shown.reports.empty()
                     ? tr("Nothing has been run yet.")
                     : tr("This recording names no keys, so nothing is known of freshness."));
    return;
  }
  const Freshness& freshness = kFreshness[chosen()];
  const auto [least_x, most_x] = range_of(known, freshness.value);
  const auto [least_y, most_y] = range_of(known, p99);
  const ZeroLog scale{std::log10(least_x)};
  const auto point = [&](const CandidateReport& one) {
    return QPointF(scale.coordinate(freshness.value(one)), log_coordinate(p99(one)));
  };

  std::vector<Line> lines;
  QString told;
  int selected = -1;
  for (std::size_t i = 0; i < known.size(); ++i) {
    Line line = line_of(shown, places[i], palette());
    line.points = {point(known[i])};
    line.is_dotted = true;
    if (known[i].is_bound) line.name += tr(" (a bound)");
    if (shown.selected == static_cast<int>(places[i])) selected = static_cast<int>(i);
    told += tr("%1: %2 at %3. ")
                .arg(line.name, freshness.text(freshness.value(known[i])),
                     duration_text(p99(known[i])));
    lines.push_back(std::move(line));
  }
  // Steps, as nothing between two strategies can be had.
  Line front;
  front.name = tr("best in both");
  front.is_named = false;
  front.colour = palette().color(QPalette::Text);
  front.colour.setAlphaF(0.5F);
  for (const std::size_t i : pareto_front(known, freshness.value, p99)) {
    const QPointF at = point(known[i]);
    if (!front.points.empty()) front.points.emplace_back(at.x(), front.points.back().y());
    front.points.push_back(at);
    told += tr("%1 is beaten by none in both. ").arg(QString::fromStdString(known[i].name));
  }
  lines.push_back(std::move(front));
  describe(told);

  const double right = std::log10(most_x);
  const double width = std::max(0.3, right - scale.zero());
  const double bottom = log_coordinate(least_y);
  const double height = std::max(0.1, log_coordinate(most_y) - bottom);
  const auto text = freshness.text;
  Axis x{tr(freshness.title),
         scale.zero() - 0.03 * width,
         right + 0.12 * width,
         [scale, text](double from, double to) { return zero_log_ticks(scale, from, to, text); },
         [scale, text](double at) { return text(scale.value_at(at)); },
         [scale](double at) { return scale.value_at(at); },
         freshness.text == duration_text ? QStringLiteral("ns") : QString()};
  Axis y{tr("latency, 99th percentile"),
         bottom - 0.1 * height,
         bottom + 1.15 * height,
         time_ticks,
         [](double at) { return duration_text(time_at(at)); },
         time_at,
         QStringLiteral("ns"),
         [](double at) { return exact_time_text(time_at(at)); }};
  show_lines(std::move(lines), std::move(x), std::move(y), selected);
}

}  // namespace switchyard::gui
