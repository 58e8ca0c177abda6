#include "gui/page_pictures.h"

#include <QCoreApplication>
#include <QEvent>

#include <algorithm>

#include "gui/appearance.h"
#include "gui/distribution_view.h"
#include "gui/frontier_view.h"
#include "gui/latency_view.h"
#include "gui/overhead_view.h"
#include "gui/timeline_view.h"

namespace switchyard::gui {
namespace {

constexpr QSize kSize(900, 420);

// Laid out as if it were seen, as charts are only then.
void prepare(ResultView& view) {
  view.setAttribute(Qt::WA_DontShowOnScreen);
  view.setPalette(light_palette());
  view.resize(kSize);
  view.show();
}

PagePicture draw(ResultView& view, const Shown& shown, const QString& heading, QSize size = kSize) {
  view.show_results(shown);
  PagePicture picture{heading, view.accessibleDescription(), {}};
  if (view.picture_size().isEmpty()) return picture;
  view.resize(view.size() + size - view.picture_size());
  // Sizes of letters depend on that of the chart.
  view.show_results(shown);
  QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
  picture.svg = view.picture_svg();
  return picture;
}

int bar_height(const CandidateReport& candidate) {
  return 160 + 30 * static_cast<int>(std::min<std::size_t>(candidate.nodes.size(), 40));
}

}  // namespace

std::vector<PagePicture> page_pictures(const Shown& shown) {
  const auto tr = [](const char* text) { return ResultView::tr(text); };
  std::vector<PagePicture> pictures;
  LatencyView latency;
  prepare(latency);
  pictures.push_back(draw(latency, shown, tr("Latency: percentiles, the tail drawn wide")));
  latency.figure().setCurrentIndex(LatencyView::kWithinTime);
  pictures.push_back(draw(latency, shown, tr("Latency: share answered within a time")));
  Selection no_moment;
  TimelineView timeline(no_moment);
  prepare(timeline);
  pictures.push_back(draw(timeline, shown, tr("Over time: 99th percentile of latency")));
  FrontierView frontier;
  prepare(frontier);
  pictures.push_back(draw(frontier, shown, tr("Frontier: freshness against latency")));
  OverheadView overhead;
  prepare(overhead);
  pictures.push_back(draw(overhead, shown, tr("Overhead: measured, not simulated")));
  DistributionView distribution;
  prepare(distribution);
  for (std::size_t i = 0; i < std::min(shown.reports.size(), kMostDistributions); ++i) {
    Shown one = shown;
    one.selected = static_cast<int>(i);
    pictures.push_back(
        draw(distribution, one,
             tr("Work per node: %1").arg(QString::fromStdString(shown.reports[i].name)),
             QSize(kSize.width(), std::max(240, bar_height(shown.reports[i])))));
  }
  return pictures;
}

}  // namespace switchyard::gui
